import NIOCore
import TestSupport
import Testing

@testable import Collector

/// Every way to reach a device, and every way in which it can fail us.
enum FaultMatrix {
  enum Transport: String, CaseIterable, Sendable {
    case plain, verified, unverified, pinned, anonymous

    var isTLS: Bool { self != .plain }
  }

  /// RouterOS 6.43 and later take the password at once; older ones send a challenge first.
  enum Login: String, CaseIterable, Sendable {
    case new, old
  }

  /// What the device does, in the order in which a session meets it.
  enum Fault: String, CaseIterable, Sendable {
    // Before any protocol.
    case silentAtStart, resetAtStart, closedAtStart, garbageAtStart
    case silentInHandshake, garbageInHandshake
    // At the login.
    case wrongPassword, silentAtLogin, silentAtResponse, closedAtLogin, garbageAtLogin, halfSentenceAtLogin, oversizedWordAtLogin
    case fatalAtLogin, tooSlowAtLogin
    // In the session.
    case silentInSession, resetInSession, closedInSession, garbageInSession, halfSentenceInSession, oversizedWordInSession
    case fatalInSession, tooSlowInSession
    // None.
    case slow, fine
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var transport: Transport
    var login: Login
    var fault: Fault

    var testDescription: String { "\(transport.rawValue), \(login.rawValue) login, \(fault.rawValue)" }

    /// The server itself speaks TLS; faults before the handshake come from one that does not get that far.
    var serverSpeaksTLS: Bool { transport.isTLS && !fault.isBeforeTLS }
  }

  static let cases: [Case] = Transport.allCases.flatMap { transport in
    Login.allCases.flatMap { login in
      Fault.allCases.filter { $0.applies(to: transport, login) }.map { Case(transport: transport, login: login, fault: $0) }
    }
  }
}

extension FaultMatrix.Fault {
  var isBeforeTLS: Bool {
    switch self {
    case .silentAtStart, .resetAtStart, .closedAtStart, .garbageAtStart, .silentInHandshake, .garbageInHandshake: true
    default: false
    }
  }

  /// Nothing, or too little, until a deadline passes.
  var isSilence: Bool { timeouts != FaultMatrix.Fault.fine.timeouts || deadline != FaultMatrix.Fault.fine.deadline }

  func applies(to transport: FaultMatrix.Transport, _ login: FaultMatrix.Login) -> Bool {
    switch self {
    case .silentInHandshake, .garbageInHandshake: transport.isTLS
    case .silentAtResponse: login == .old
    default: true
    }
  }

  /// The reason code of the contract; `nil`: the session works.
  func expected(over transport: FaultMatrix.Transport) -> ReasonCode? {
    switch self {
    case .fine, .slow: nil
    case .silentAtStart: transport.isTLS ? .timeout : .hung
    case .silentInHandshake: .timeout
    case .resetAtStart, .closedAtStart: .refused
    case .garbageAtStart: transport.isTLS ? .tls : .protocol
    case .garbageInHandshake: .tls
    case .wrongPassword: .login
    case .silentAtLogin, .silentAtResponse, .tooSlowAtLogin, .silentInSession, .tooSlowInSession: .hung
    // Not one byte of the API: as good as a refusal, secured or not.
    case .closedAtLogin: .refused
    case .garbageAtLogin, .halfSentenceAtLogin, .oversizedWordAtLogin: .protocol
    case .resetInSession, .closedInSession, .garbageInSession, .halfSentenceInSession, .oversizedWordInSession: .protocol
    case .fatalAtLogin, .fatalInSession: .fatal
    }
  }

  /// Only the deadline that the fault is about is short: a busy machine must not turn one fault into another.
  var timeouts: ConnectionTimeouts {
    let short = Duration.milliseconds(150)
    let long = Duration.seconds(30)
    return switch self {
    // Plain text knows no handshake: there the same silence is an unanswered login.
    case .silentAtStart: ConnectionTimeouts(connect: long, handshake: short, login: short, drain: long)
    case .silentInHandshake: ConnectionTimeouts(connect: long, handshake: short, login: long, drain: long)
    case .silentAtLogin, .silentAtResponse, .tooSlowAtLogin:
      ConnectionTimeouts(connect: long, handshake: long, login: short, drain: long)
    default: ConnectionTimeouts(connect: long, handshake: long, login: long, drain: long)
    }
  }

  /// For the command.
  var deadline: Duration {
    switch self {
    case .silentInSession, .tooSlowInSession: .milliseconds(150)
    default: .seconds(30)
    }
  }
}

extension FaultMatrix.Case {
  private typealias Step = ScriptedServer.Step

  private static let challenge = "00112233445566778899aabbccddeeff"
  /// MD5 of a zero byte, `secret` and the challenge, as another program computes it.
  private static let response = "00c17511d224a5e93170632807d36388aa"
  private static let greeting = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
  /// Far more than any limit, of which nothing follows.
  private static let oversized: [UInt8] = [0xF0, 0x7F, 0xFF, 0xFF, 0xFF]
  private static let half: [UInt8] = [3] + Array("!re".utf8) + [40] + Array("=name=eth".utf8)

  /// What the device says and does.
  var script: [ScriptedServer.Step] {
    if let start { return start }
    var steps: [Step] = [.expect(["/login", "=name=admin", "=password=secret"])]
    // A challenge is bytes of the API, after which an end is no refusal any more: that fault comes before it.
    if login == .old, fault != .silentAtLogin, fault != .closedAtLogin {
      let challenge = WireCodec.sentence(["!done", "=ret=" + Self.challenge])
      steps.append(fault == .slow ? .trickle(challenge, every: .milliseconds(1)) : .bytes(challenge))
      steps.append(.expect(["/login", "=name=admin", "=response=" + Self.response]))
    }
    if let atLogin { return steps + atLogin }
    let done = WireCodec.sentence(["!done"])
    steps.append(fault == .slow ? .trickle(done, every: .milliseconds(1)) : .bytes(done))
    return steps + [.expect(["/interface/print", "=.proplist=name"], tag: "a")] + inSession
  }

  private var start: [Step]? {
    switch fault {
    case .silentAtStart: [.take(5)]
    case .resetAtStart: [.take(5), .reset]
    case .closedAtStart: [.take(5), .close]
    case .garbageAtStart: [.take(5), .bytes(Self.greeting)]
    case .silentInHandshake: [.take(5), .bytes([22, 3, 3, 0])]
    case .garbageInHandshake: [.take(5), .bytes([22, 3, 3, 0, 4, 2, 0xFF, 0xFF, 0xFF])]
    default: nil
    }
  }

  private var atLogin: [Step]? {
    switch fault {
    case .wrongPassword: [.reply(["!trap", "=message=invalid user name or password (6)"]), .reply(["!done"])]
    case .silentAtLogin, .silentAtResponse: []
    case .closedAtLogin: [.close]
    case .garbageAtLogin: [.bytes(Self.greeting)]
    case .halfSentenceAtLogin: [.bytes([5] + Array("!do".utf8)), .close]
    case .oversizedWordAtLogin: [.bytes(Self.oversized)]
    case .fatalAtLogin: [.reply(["!fatal", "too many sessions"]), .close]
    case .tooSlowAtLogin: [.trickle(WireCodec.sentence(["!done"]), every: .milliseconds(100))]
    default: nil
    }
  }

  private var inSession: [Step] {
    switch fault {
    case .silentInSession: []
    case .resetInSession: [.reset]
    case .closedInSession: [.close]
    case .garbageInSession: [.bytes(Self.greeting)]
    case .halfSentenceInSession: [.bytes(Self.half), .close]
    case .oversizedWordInSession: [.bytes(Self.oversized)]
    case .fatalInSession: [.reply(["!fatal", "session terminated"]), .close]
    case .tooSlowInSession: [.reply(["!re", "=name=ether1"], tag: "a"), .trickle(Self.half, every: .milliseconds(100))]
    case .slow:
      [.reply(["!re", "=name=ether1"], tag: "a", every: .milliseconds(1)), .reply(["!done"], tag: "a", every: .milliseconds(1))]
    default: [.reply(["!re", "=name=ether1"], tag: "a"), .reply(["!done"], tag: "a")]
    }
  }
}
