import Shared
import TestSupport

@testable import FakeDevice

/// A session with a device, at a time that stands still: words in, sentences out.
struct SessionHarness {
  static let now = 1_795_221_000.25
  var session: Session
  var time = Self.now
  private(set) var effects: [Session.Effect] = []

  init(_ data: DeviceData = .gateway, password: String = "", oldLogin: Bool = false) throws {
    let device = try FakeDevice(data, user: "admin", password: password, oldLogin: oldLogin, started: Self.now)
    session = Session(device: device, random: { 0x0123_4567_89AB_CDEF })
  }

  /// Logged in as `admin` without password.
  static func loggedIn(_ data: DeviceData = .gateway) throws -> SessionHarness {
    var harness = try SessionHarness(data)
    _ = harness.say("/login", "=name=admin", "=password=")
    return harness
  }

  /// The sentences that come back at once.
  mutating func say(_ words: String...) -> [[String]] {
    effects = session.handle(words, at: time)
    return Self.sentences(effects)
  }

  mutating func tick(_ key: String) -> [[String]]? {
    session.tick(key, at: time).map { Self.sentences([.send($0)]) }
  }

  static func sentences(_ effects: [Session.Effect]) -> [[String]] {
    var bytes = effects.flatMap { effect -> [UInt8] in if case .send(let bytes) = effect { bytes } else { [] } }
    var sentences: [[String]] = []
    while let sentence = WireCodec.takeSentence(from: &bytes) { sentences.append(sentence) }
    return sentences
  }
}

extension [String] {
  /// The value of an attribute word.
  func value(_ name: String) -> String? {
    first { $0.hasPrefix("=" + name + "=") }.map { String($0.dropFirst(name.utf8.count + 2)) }
  }
}
