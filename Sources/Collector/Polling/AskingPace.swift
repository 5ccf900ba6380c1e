/// How many questions a device has at once. Pure.
///
/// A question takes its way there and back, and the device's work on those before it. The counters are asked on the same session: what is
/// under way when they are due, they may have to wait for. So there are more questions only while their answers come within ``patience`` of
/// the quickest one, that is, while all of them together are little work; a slow device gets few.
struct AskingPace: Sendable, Equatable {
  /// Two at least: one that hangs leaves room for another.
  static let range = 2...8
  /// Seconds that a question may wait for others.
  static let patience = 0.05

  /// So many questions may be under way.
  private(set) var limit: Int
  private let range: ClosedRange<Int>
  /// Seconds that the quickest answer took.
  private var quickest = Double.infinity

  init(_ range: ClosedRange<Int> = range) {
    self.range = range
    limit = range.lowerBound
  }

  /// An answer came so many seconds after its question.
  mutating func answered(after seconds: Double) {
    quickest = min(quickest, seconds)
    limit = seconds <= quickest + Self.patience ? min(limit + 1, range.upperBound) : max(limit / 2, range.lowerBound)
  }
}
