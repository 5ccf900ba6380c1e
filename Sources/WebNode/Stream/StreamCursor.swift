/// Decides which seconds a stream sends next: each second once, in order, as soon as what was asked for is known.
struct StreamCursor: Sendable, Equatable {
  /// How much is made up for after a break, in seconds.
  static let replay = 900
  /// How far the clock of the node that sent the last event may be ahead of this one's: its seconds are not sent twice.
  static let ahead = 60.0

  /// What is known of one thing that was asked for.
  struct Progress: Sendable, Equatable {
    /// The end of the newest decided second, 0 where there is none.
    var end: Int
    /// Seconds between its samples.
    var interval: Double
  }

  /// The end of the last second sent; `nil` before the first.
  private(set) var last: Int?

  /// - Parameters:
  ///   - lastEventID: the beginning of the last second that the client got, from `Last-Event-ID`.
  init(lastEventID: Int?, now: Double) {
    guard let lastEventID, lastEventID > 0, Double(lastEventID) <= now + Self.ahead else { return }
    last = max(lastEventID + 1, Int(now) - Self.replay)
  }

  /// The ends of the seconds that are due, oldest first; they count as sent.
  mutating func take(through ready: Int) -> Range<Int> {
    let from = (last ?? ready - 1) + 1
    guard ready >= from else { return from..<from }
    last = ready
    return max(from, ready - Self.replay + 1)..<ready + 1
  }

  /// The newest second that everything live has decided. What samples slowly or has stopped does not hold the others back;
  /// where nothing is live, time goes on with unknown values.
  static func ready(_ progress: [Progress], now: Double) -> Int {
    let live = progress.filter { now - Double($0.end) <= $0.interval + 2 }
    let quick = live.filter { $0.interval <= 2 }
    let newest = (quick.isEmpty ? live : quick).map(\.end).min() ?? Int(now) - 3
    return min(newest, Int(now) + 1)
  }
}
