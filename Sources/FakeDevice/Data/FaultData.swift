/// Something wrong with a device, for tests of its clients: always, or for a stretch of time.
struct FaultData: Codable, Sendable, Equatable {
  enum Kind: String, Codable, Sendable, CaseIterable {
    /// Connections are refused, and those that exist are reset.
    case refuse
    /// Connections are accepted, and nothing is ever read or answered.
    case hangAccept = "hang-accept"
    /// `/login` is never answered.
    case hangLogin = "hang-login"
    /// Nothing is answered after the first `count` commands of a session, the login not counted.
    case hangAfter = "hang-after"
    /// Every command after the login is answered with bytes that are no sentence.
    case garbage
    /// Every command after the login is answered with the beginning of a reply; then the connection ends.
    case halfSentence = "half-sentence"
    /// Every command after the login is answered with a word length of almost 4 GiB.
    case oversizedWord = "oversized-word"
    /// The connection is reset at the first command after the login.
    case reset
    /// The session is ended with `!fatal` at the first command after the login.
    case fatal
    /// Every login is refused.
    case wrongPassword = "wrong-password"
    /// Every answer comes `milliseconds` later.
    case slow
  }

  var kind: Kind
  /// For `hang-after`.
  var count: Int?
  /// For `slow`.
  var milliseconds: Int?
  /// Only for the command that begins so (e.g. `/system/health`), and not for others; for kinds that answer commands.
  var command: String?
  var from: Double?
  var after: Double?
  var seconds: Double?

  init(kind: Kind) { self.kind = kind }

  var span: TimeSpan { TimeSpan(from: from, after: after, seconds: seconds) }

  /// A fault as the command line has it: `KIND` or `KIND=NUMBER`; `nil` when it is none.
  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let kind = Kind(rawValue: String(parts[0])) else { return nil }
    self.kind = kind
    guard parts.count == 2 else {
      if kind == .hangAfter || kind == .slow { return nil }
      return
    }
    guard let number = Int(parts[1]), (0...3_600_000).contains(number) else { return nil }
    switch kind {
    case .hangAfter: count = number
    case .slow: milliseconds = number
    default: return nil
    }
  }
}
