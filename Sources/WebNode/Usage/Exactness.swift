import Shared

/// How sure an amount is, in marks and in words: the same on every page, in pictures and in scripts (`Assets/graph-volumes.js`).
struct Exactness: Sendable, Equatable {
  /// An edge of the time lies inside a row of five minutes, whose bytes are shared out by time.
  var isShared = false
  /// Counters were reset inside: what was counted before that and not read is lost.
  var isLowerBound = false
  /// The share of the time that is known, where it is not all of it.
  var coverage: Double?

  init(isShared: Bool, isLowerBound: Bool) {
    self.isShared = isShared
    self.isLowerBound = isLowerBound
  }

  init(_ amount: UsageAmount) {
    self.init(isShared: amount.isShared, isLowerBound: amount.flags.contains(.reset))
    coverage = amount.isPartial ? amount.coverage : nil
  }

  /// Stands before the number: `≥ `, `≈ `, `≥≈ `, or nothing.
  var mark: String {
    let marks = (isLowerBound ? "≥" : "") + (isShared ? "≈" : "")
    return marks.isEmpty ? "" : marks + Format.narrow
  }

  /// The same in a picture, whose fonts are not ours: `at least about `.
  var words: String { (isLowerBound ? "at least " : "") + (isShared ? "about " : "") }

  /// Stands after the number: ` (98 % known)`.
  var known: String { coverage.map { " (\(Format.percent($0)) known)" } ?? "" }

  /// Why it is marked, in a sentence; `nil`: it is exact, and all of the time is known.
  var explanation: String? {
    var parts: [String] = []
    if isLowerBound { parts.append("Counters were reset: at least this much.") }
    if isShared { parts.append("An edge of the time cuts a row of five minutes: its bytes are shared out by time.") }
    if let coverage { parts.append("The bytes of \(Format.percent(coverage)) of the time are known.") }
    return parts.isEmpty ? nil : parts.joined(separator: " ")
  }
}
