import Foundation

/// How a state looks and reads: never by colour alone.
struct StatePhrases {
  /// `ok`, `warn`, `bad` or `idle`: the class of marks.
  var kind: String
  /// Which icon stands before the words; `nil`: none.
  var icon: String?
  /// On the mark: `Down 12 min`.
  var words: String
  /// In a sentence, where the state needs one.
  var sentence: String?

  init(_ device: DeviceView, now: Double, time: PageTime) {
    let reason = device.message ?? Self.words(reason: device.reason)
    let since = device.since.map { $0 < now - 86_400 ? time.moment($0) : time.hourMinute($0) }
    switch device.state {
    case .up: self.init(kind: "ok", icon: "ok", words: "Up")
    case .push: self.init(kind: "ok", icon: "ok", words: "Reporting")
    case .degraded: self.init(kind: "warn", icon: "warn", words: "Degraded", sentence: Self.sentence(reason))
    case .starting: self.init(kind: "idle", icon: "clock", words: "Starting", sentence: "Waiting for its first answer.")
    case .down:
      let age = device.since.map { " " + Format.age(max(0, now - $0)) } ?? ""
      let begin = since.map { "No answer since \($0)." } ?? "No answer."
      self.init(kind: "bad", icon: "bad", words: "Down" + age, sentence: begin + (Self.sentence(reason).map { " " + $0 } ?? ""))
    case .stale:
      let newest = device.sampleTime ?? device.since
      let age = newest.map { " " + Format.age(max(0, now - $0)) } ?? ""
      let silence = device.reason == "storage" ? nil : Self.words(reason: device.reason)
      let begin = newest.map { " since " + ($0 < now - 86_400 ? time.moment($0) : time.hourMinute($0)) } ?? ""
      // A file that cannot be read may be why.
      let problem = device.reason == "storage" ? Self.sentence(device.message).map { " " + $0 } ?? "" : ""
      self.init(
        kind: "warn", icon: "warn", words: "Stale" + age, sentence: (silence ?? "Nothing new arrives") + begin + "." + problem)
    }
  }

  init(kind: String, icon: String?, words: String, sentence: String? = nil) {
    self.kind = kind
    self.icon = icon
    self.words = words
    self.sentence = sentence
  }

  /// The fields of the template `state`.
  var fields: Fields {
    var fields: Fields = ["kind": kind, "words": words]
    if let icon { fields["icon"] = Icon.fields(icon) }
    return fields
  }

  /// What the reason codes of heartbeats mean.
  static func words(reason: String?) -> String? {
    guard let reason else { return nil }
    return [
      "dns": "Its name has no address", "refused": "It refuses the connection", "timeout": "No connection in time",
      "tls": "The encrypted connection cannot be made", "login": "It does not accept the user or the password",
      "permission": "The user may not read what is needed", "protocol": "What answers there is no RouterOS API",
      "hung": "It takes the connection, then does not answer", "fatal": "It ended the session",
      "menu": "One of its menus cannot be read", "storage": "Its collector cannot store what it reads",
      "sample": "Its collector sends no new samples", "heartbeat": "Its collector gives no sign of life",
    ][reason] ?? reason
  }

  private static func sentence(_ text: String?) -> String? {
    guard let text, let last = text.last else { return nil }
    let start = text.prefix(1).uppercased() + text.dropFirst()
    return ".!?".contains(last) ? start : start + "."
  }
}

/// The line drawings beside words.
enum Icon {
  private static let paths = [
    "ok": "M5 12.5l4.5 4.5L19 7.5", "warn": "M12 4l9 16H3zM12 10v4M12 17v.2", "bad": "M6 6l12 12M18 6L6 18",
    "clock": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2",
  ]

  /// The fields of the template `icon`.
  static func fields(_ name: String) -> Fields { ["path": paths[name] ?? ""] }
}
