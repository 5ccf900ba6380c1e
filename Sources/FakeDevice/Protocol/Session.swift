internal import Shared

/// What one connection has said and may do next. Pure: sentences go in, effects come out, the owner does the I/O.
struct Session {
  enum Effect: Equatable {
    case send([UInt8])
    /// Call `tick(key)` every `seconds`, the first time at once.
    case startStream(key: String, seconds: Double)
    case stopStream(key: String)
    case close
    /// Close so that the peer sees a reset.
    case reset
  }

  /// A command that goes on until it is cancelled.
  struct Stream {
    let command: Command
    var section = 0
  }

  static let streamLimit = 64

  let device: FakeDevice
  private(set) var isLoggedIn = false
  private(set) var streams: [String: Stream] = [:]
  private var challenge: [UInt8]?
  /// Commands answered since the login.
  private(set) var answered = 0
  private let random: () -> UInt64

  init(device: FakeDevice, random: @escaping () -> UInt64 = { UInt64.random(in: .min ... .max) }) {
    self.device = device
    self.random = random
  }

  /// The effects of one sentence that came at `time`.
  mutating func handle(_ words: [String], at time: Double) -> [Effect] {
    guard let command = Command(words) else { return trap("no such command", tag: Self.tag(words)) }
    if command.name == "/quit" { return fatal("session terminated on request") }
    if command.name == "/login" { return logIn(command, at: time) }
    guard isLoggedIn else { return fatal("not logged in") }
    if let effects = fault(command, at: time) { return effects }
    answered += 1
    if command.name == "/cancel" { return cancel(command) }
    return execute(command, at: time)
  }

  /// The next replies of a stream, `nil` when it has ended.
  mutating func tick(_ key: String, at time: Double) -> [UInt8]? {
    guard var stream = streams[key] else { return nil }
    var writer = SentenceWriter(capacity: 1024)
    write(stream.command, at: time, section: stream.section, to: &writer)
    stream.section += 1
    streams[key] = stream
    return writer.bytes
  }

  // MARK: Log in

  private mutating func logIn(_ command: Command, at time: Double) -> [Effect] {
    if device.fault(.hangLogin, at: time) != nil { return [] }
    let name = command.attributes["name"]
    let isRefused = device.fault(.wrongPassword, at: time) != nil
    if let name, let response = command.attributes["response"], let challenge, device.login != .plain {
      self.challenge = nil
      let digest = Digest.md5([0] + Array(device.password.utf8) + challenge)
      // Without MD5 on this host nobody can have answered the challenge.
      let isRight = !digest.isEmpty && name == device.user && response.lowercased() == "00" + Self.hex(digest)
      return finishLogin(isRight && !isRefused, command)
    }
    if let name, let password = command.attributes["password"], device.login != .challenge {
      return finishLogin(name == device.user && password == device.password && !isRefused, command)
    }
    guard device.login != .plain else { return finishLogin(false, command) }
    let high = random()
    let low = random()
    let bytes = (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(8 * ($0 % 8))) }
    challenge = bytes
    return reply(command.tag) {
      $0.word("!done"); $0.attribute("ret", Self.hex(bytes))
    }
  }

  private mutating func finishLogin(_ isAccepted: Bool, _ command: Command) -> [Effect] {
    isLoggedIn = isAccepted
    if isAccepted { return reply(command.tag) { $0.word("!done") } }
    return trap(device.login == .challenge ? "cannot log in" : "invalid user name or password (6)", tag: command.tag)
  }

  // MARK: Commands

  private mutating func execute(_ command: Command, at time: Double) -> [Effect] {
    switch check(command, at: time) {
    case .refuse(let message, let category): return trap(message, category: category, tag: command.tag)
    case .once:
      var writer = SentenceWriter(capacity: 4096)
      let count = write(command, at: time, section: nil, to: &writer)
      if count == 0, device.data.saysEmpty, command.verb == "print", command.attributes["count-only"] == nil {
        writer.sentence("!empty", tag: command.tag)
      }
      writer.word("!done")
      if command.attributes["count-only"] != nil { writer.attribute("ret", String(count)) }
      writer.end(tag: command.tag)
      return [.send(writer.bytes)]
    case .stream(let seconds):
      let key = command.tag ?? ""
      return begin(command) ? [.startStream(key: key, seconds: seconds)] : trap("too many commands are running", tag: command.tag)
    case .wait: return begin(command) ? [] : trap("too many commands are running", tag: command.tag)
    }
  }

  /// Remembers a command that goes on; `false` when it cannot.
  private mutating func begin(_ command: Command) -> Bool {
    guard streams.count < Self.streamLimit, streams[command.tag ?? ""] == nil else { return false }
    streams[command.tag ?? ""] = Stream(command: command)
    return true
  }

  private mutating func cancel(_ command: Command) -> [Effect] {
    let keys = command.attributes["tag"].map { [$0] } ?? streams.keys.sorted()
    var effects: [Effect] = []
    for key in keys where streams.removeValue(forKey: key) != nil {
      let tag = key.isEmpty ? nil : key
      effects.append(.stopStream(key: key))
      effects += trap("interrupted", category: 2, tag: tag)
    }
    return effects + reply(command.tag) { $0.word("!done") }
  }

  // MARK: Replies

  func trap(_ message: String, category: Int? = nil, tag: String?) -> [Effect] {
    var writer = SentenceWriter()
    writer.word("!trap")
    if let category { writer.attribute("category", String(category)) }
    writer.attribute("message", message)
    writer.end(tag: tag)
    writer.sentence("!done", tag: tag)
    return [.send(writer.bytes)]
  }

  func fatal(_ reason: String) -> [Effect] {
    var writer = SentenceWriter()
    writer.sentence("!fatal", reason, tag: nil)
    return [.send(writer.bytes), .close]
  }

  private func reply(_ tag: String?, _ write: (inout SentenceWriter) -> Void) -> [Effect] {
    var writer = SentenceWriter()
    write(&writer)
    writer.end(tag: tag)
    return [.send(writer.bytes)]
  }

  private static func tag(_ words: [String]) -> String? {
    words.first { $0.hasPrefix(".tag=") }.map { String($0.dropFirst(5)) }
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
