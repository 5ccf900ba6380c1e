import Shared
import Testing

@testable import Collector

@Suite struct LoginExchangeTests {
  private func exchange(password: String = "secret", plaintext: Bool = true) -> LoginExchange {
    LoginExchange(Credentials(username: "admin", password: Secret(password), plaintextLogin: plaintext))
  }

  private func done(_ challenge: String? = nil) -> Sentence {
    Sentence(kind: .done, fields: challenge.map { [.init(name: "ret", value: $0)] } ?? [])
  }

  private func trap(_ message: String) -> Sentence {
    Sentence(kind: .trap, fields: [.init(name: "message", value: message)])
  }

  /// MD5 of a zero byte, "secret" and the challenge, by Python's hashlib.
  private static let challenge = "00112233445566778899aabbccddeeff"
  private static let response = ["/login", "=name=admin", "=response=00c17511d224a5e93170632807d36388aa"]

  @Test func sendsNameAndPasswordAtOnce() {
    var login = exchange()
    #expect(login.begin() == ["/login", "=name=admin", "=password=secret"])
    #expect(login.receive(done()) == .succeeded)
  }

  @Test func answersTheChallengeOfAnOldDeviceThatIgnoredThePassword() {
    var login = exchange()
    _ = login.begin()
    #expect(login.receive(done(Self.challenge)) == .send(Self.response))
    #expect(login.receive(done()) == .succeeded)
  }

  @Test func asksForTheChallengeFirst() {
    var login = exchange(plaintext: false)
    #expect(login.begin() == ["/login"])
    #expect(login.receive(done(Self.challenge.uppercased())) == .send(Self.response))
    #expect(login.receive(done()) == .succeeded)
  }

  @Test func hashesAnEmptyAndANonASCIIPassword() {
    var empty = exchange(password: "", plaintext: false)
    _ = empty.begin()
    #expect(
      empty.receive(done(Self.challenge)) == .send(["/login", "=name=admin", "=response=004fc766996a2175c8d712275fb6a3cb31"]))
    var accented = exchange(password: "pāsswörd", plaintext: false)
    _ = accented.begin()
    #expect(
      accented.receive(done(Self.challenge)) == .send(["/login", "=name=admin", "=response=0035a2426cdfd4714f53a97a2331549ae8"]))
  }

  @Test(arguments: ["", "00", "zz112233445566778899aabbccddeeff", String(repeating: "0", count: 34), "0011223344556677"])
  func rejectsAChallengeThatIsNone(challenge: String) {
    var login = exchange()
    _ = login.begin()
    #expect(login.receive(done(challenge)) == .failed(.badChallenge))
  }

  @Test(arguments: ["cannot log in", "invalid user name or password (6)"])
  func reportsRejectedCredentials(message: String) {
    for plaintext in [true, false] {
      var login = exchange(plaintext: plaintext)
      _ = login.begin()
      let expected = RouterOSFailure.loginRejected(message: message, challengeFirst: !plaintext)
      #expect(login.receive(trap(message)) == .failed(expected))
      #expect(expected.code == .login)
      #expect(login.receive(done()) == .wait, "the end of the failed command changes nothing")
    }
  }

  @Test func reportsAMissingPolicy() {
    var login = exchange()
    _ = login.begin()
    let step = login.receive(trap("std failure: not allowed (9)"))
    #expect(step == .failed(.loginNotPermitted(message: "std failure: not allowed (9)")))
    #expect(RouterOSFailure.loginNotPermitted(message: "").code == .permission)
  }

  @Test func tellsARejectionByFatalFromAnotherEnd() {
    var login = exchange()
    _ = login.begin()
    #expect(login.receive(Sentence(kind: .fatal, text: ["too many sessions"])) == .failed(.fatal("too many sessions")))
    var other = exchange()
    _ = other.begin()
    let text = "invalid user name or password (6)"
    #expect(other.receive(Sentence(kind: .fatal, text: [text])) == .failed(.loginRejected(message: text, challengeFirst: false)))
  }

  @Test func aNewDeviceAskedForAChallengeNamesTheSetting() {
    var login = exchange(plaintext: false)
    _ = login.begin()
    guard case .failed(let failure) = login.receive(done()) else {
      Issue.record("accepted")
      return
    }
    #expect(failure.code == .login)
    #expect(failure.advice?.contains("plaintext_login") == true)
  }

  @Test func aSecondChallengeIsNoSuccess() {
    var login = exchange()
    _ = login.begin()
    _ = login.receive(done(Self.challenge))
    #expect(login.receive(done(Self.challenge)) == .failed(.badChallenge))
  }

  @Test func ignoresRowsAndUnknownWords() {
    var login = exchange()
    _ = login.begin()
    #expect(login.receive(Sentence(kind: .row)) == .wait)
    #expect(login.receive(Sentence(kind: .empty)) == .wait)
    #expect(login.receive(Sentence(kind: .unknown("!later"))) == .wait)
    #expect(login.receive(done()) == .succeeded)
  }
}
