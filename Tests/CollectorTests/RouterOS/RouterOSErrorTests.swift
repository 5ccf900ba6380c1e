import SecureTransport
import Testing

@testable import Collector

@Suite struct RouterOSErrorTests {
  private func error(_ failure: RouterOSFailure) -> RouterOSError {
    RouterOSError(device: DeviceEndpoint(host: "192.0.2.1"), attempted: "/interface/print", failure: failure)
  }

  @Test func saysWhatWhereAndWhatCameBack() {
    #expect(
      error(.noAnswer(.seconds(2))).description == "192.0.2.1:8728: /interface/print: no complete answer within 2.0 seconds")
    #expect(
      error(.connectionRefused).description
        == "192.0.2.1:8728: /interface/print: connection refused "
        + "(enable the service with \"/ip service enable api\", and check its address list and the port)")
    #expect(DeviceEndpoint(host: "2001:db8::1", port: 8729).description == "[2001:db8::1]:8729")
  }

  @Test func deviceTextCannotMoveTheCursorOrFloodTheLog() {
    let text = error(.fatal("a\u{1B}[2J\nb\u{202E}" + String(repeating: "x", count: 1000))).description
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{202E}" })
    #expect(text.count < 300)
    let garbage = error(.violation(.notAReply([0x1B, 0x5B, 0x41, 0x22, 0xFF]))).description
    #expect(garbage.contains("beginning with \"\\x1B[A\\x22\\xFF\""))
  }

  @Test(
    arguments: [
      ("no such command", .menuAbsent), ("no such command prefix", .menuAbsent),
      ("no such command or directory (wifi)", .menuAbsent),
      ("No such item (4)", .itemAbsent), ("not enough permissions (9)", .notPermitted),
      ("std failure: not allowed (9)", .notPermitted),
      ("interrupted", .interrupted), ("failure: busy", .other), ("", .other),
    ] as [(String, DeviceTrap.Meaning)])
  func readsTheMeaningOfTraps(message: String, meaning: DeviceTrap.Meaning) {
    #expect(DeviceTrap(message: message).meaning == meaning)
    #expect(error(.trap(DeviceTrap(message: message))).isMenuAbsent == (meaning == .menuAbsent))
  }

  @Test func categoryTwoIsAnInterruption() {
    #expect(DeviceTrap(message: "stopped", category: 2).meaning == .interrupted)
  }

  /// Every failure with the code that the contract gives it (DESIGN, "Reason codes") and whether the session survives.
  @Test(
    arguments: [
      (.noAddress(""), .dns, true), (.noAddressInTime(.zero), .dns, true), (.connectionRefused, .refused, true),
      (.closedBeforeAnyByte, .refused, true), (.noConnectionInTime(.zero), .timeout, true), (.unreachable(""), .timeout, true),
      (.transportSecurity(.notTLS([])), .tls, true), (.transportSecurity(.handshakeTimeout(.zero, received: 9)), .timeout, true),
      (.transportSecurity(.closedInHandshake(received: 0, detail: nil)), .refused, true),
      (.transportSecurity(.closedInHandshake(received: 1, detail: nil)), .tls, true),
      (.loginRejected(message: "", challengeFirst: false), .login, true),
      (.digestUnavailable, .login, true), (.loginNotPermitted(message: ""), .permission, true),
      (.trap(DeviceTrap(message: "not enough permissions (9)")), .permission, false),
      (.trap(DeviceTrap(message: "")), .menu, false),
      (.badChallenge, .protocol, true), (.closedMidSentence, .protocol, true), (.closedByDevice, .protocol, true),
      (.reset(""), .protocol, true), (.violation(.tooManyWords(limit: 1)), .protocol, true), (.closedByUs, .protocol, true),
      (.loginUnanswered(.zero), .hung, true), (.silent(.zero), .hung, true), (.noAnswer(.zero), .hung, false),
      (.tooManyCommands(1), .hung, false), (.fatal(""), .fatal, true), (.replyTooLarge(rows: 1, bytes: 1), .menu, false),
      (.readerTooSlow(rows: 1), .menu, false), (.unsendable(.emptyWord), .menu, false),
    ] as [(RouterOSFailure, ReasonCode, Bool)])
  func hasTheCodeOfTheContract(failure: RouterOSFailure, code: ReasonCode, endsSession: Bool) {
    #expect(error(failure).code == code)
    #expect(error(failure).endsSession == endsSession)
    #expect(!failure.outcome.isEmpty)
  }
}
