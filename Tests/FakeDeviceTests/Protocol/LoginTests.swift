import Shared
import Testing

@testable import FakeDevice

@Suite struct LoginTests {
  @Test func acceptsNameAndPassword() throws {
    var harness = try SessionHarness(password: "geheim")
    #expect(harness.say("/login", "=name=admin", "=password=geheim") == [["!done"]])
    #expect(harness.session.isLoggedIn)
  }

  @Test(arguments: [["=name=admin", "=password=no"], ["=name=root", "=password="], ["=name=admin"], []])
  func refusesOthersInTheWordsOfVersion7(_ words: [String]) throws {
    var harness = try SessionHarness()
    let sentences = SessionHarness.sentences(harness.session.handle(["/login"] + words + [".tag=9"], at: harness.time))
    #expect(sentences == [["!trap", "=message=invalid user name or password (6)", ".tag=9"], ["!done", ".tag=9"]])
    #expect(!harness.session.isLoggedIn)
  }

  @Test(arguments: [(true, "geheim"), (false, "anders")]) func answersChallenge(_ isRight: Bool, _ password: String) throws {
    var harness = try SessionHarness(password: "geheim", oldLogin: true)
    // Name and password at once are ignored by such a device.
    let offer = harness.say("/login", "=name=admin", "=password=geheim")
    let text = try #require(offer.first?.value("ret"))
    #expect(offer.count == 1 && offer[0][0] == "!done" && text.utf8.count == 32)
    let challenge = stride(from: 0, to: 32, by: 2).compactMap { UInt8(text.dropFirst($0).prefix(2), radix: 16) }
    let digest = Digest.md5([0] + Array(password.utf8) + challenge).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let answer = harness.say("/login", "=name=admin", "=response=00" + digest)
    #expect(answer == (isRight ? [["!done"]] : [["!trap", "=message=cannot log in"], ["!done"]]))
    #expect(harness.session.isLoggedIn == isRight)
  }

  @Test func challengeCountsOnce() throws {
    var harness = try SessionHarness(oldLogin: true)
    _ = harness.say("/login")
    _ = harness.say("/login", "=name=admin", "=response=00ff")
    // The second response has no challenge of its own, so a new one is offered.
    #expect(harness.say("/login", "=name=admin", "=response=00ff").first?.value("ret") != nil)
  }

  @Test func version6OffersBothWays() throws {
    var plain = try SessionHarness(.branch)
    #expect(plain.say("/login", "=name=admin", "=password=") == [["!done"]])
    var old = try SessionHarness(.branch)
    #expect(old.say("/login").first?.value("ret") != nil)
  }

  @Test func nothingWorksBefore() throws {
    var harness = try SessionHarness()
    #expect(harness.say("/interface/print") == [["!fatal", "not logged in"]])
    #expect(harness.effects.last == .close)
  }

  @Test func dataNamesItsOwnUser() throws {
    var data = DeviceData.gateway
    data.user = "tikwatch"
    data.password = "länger ✓"
    var harness = try SessionHarness(data)
    #expect(harness.say("/login", "=name=tikwatch", "=password=länger ✓") == [["!done"]])
  }
}
