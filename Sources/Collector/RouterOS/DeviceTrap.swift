/// A `!trap`: the device could not carry out one command. The session goes on.
struct DeviceTrap: Sendable, Equatable {
  /// What the device said; empty if it gave no message.
  var message: String
  /// `=category=`, 0 to 7 (MikroTik documentation, "API", `!trap`), if given.
  var category: Int?

  /// What the trap means to a poller.
  enum Meaning: Sendable, Equatable {
    /// This device has no such menu or command: there is nothing to collect, which is no failure.
    case menuAbsent
    /// The menu exists, the item that was named does not.
    case itemAbsent
    /// The user's group lacks a policy.
    case notPermitted
    /// The command was cancelled.
    case interrupted
    case other
  }

  var meaning: Meaning {
    let text = message.lowercased()
    if text.hasPrefix("no such command") || text.hasPrefix("no such directory") || text.hasPrefix("bad command name") {
      return .menuAbsent
    }
    if text.hasPrefix("no such item") { return .itemAbsent }
    if text.contains("not enough permissions") || text.contains("not allowed (9)") { return .notPermitted }
    if category == 2 || text == "interrupted" { return .interrupted }
    return .other
  }
}

extension DeviceTrap {
  init(_ sentence: Sentence) {
    message = sentence["message"] ?? sentence.text.joined(separator: " ")
    category = sentence["category"].flatMap { Int($0) }
  }
}
