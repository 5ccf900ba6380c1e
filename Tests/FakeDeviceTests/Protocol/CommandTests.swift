import Testing

@testable import FakeDevice

@Suite struct CommandTests {
  @Test func takesSentencesApart() throws {
    let command = try #require(
      Command(["/ip/dhcp-server/lease/print", "=.proplist=a,b", "=count-only=", "=x=1=2", "?a=b", ".tag=t 1"]))
    #expect(command.path == "/ip/dhcp-server/lease")
    #expect(command.verb == "print")
    #expect(command.attributes == [".proplist": "a,b", "count-only": "", "x": "1=2"])
    #expect(command.queries == ["?a=b"])
    #expect(command.tag == "t 1")
    #expect(Command(["/login", "=name=admin", "=flag"])?.attributes == ["name": "admin", "flag": ""])
  }

  @Test(arguments: [["print"], ["/"], ["/interface/"], ["!done"], ["/interface/print", "name"], ["/interface/print", "=="]])
  func refuses(_ words: [String]) {
    #expect(Command(words) == nil)
  }

  @Test(
    arguments: [
      ("1", 1), ("0.5", 0.5), ("1s", 1), ("500ms", 0.5), ("1m30s", 90), ("00:00:02", 2), ("01:02:03.5", 3723.5),
      ("1w2d", 777_600),
    ] as [(String, Double)]) func readsDurations(_ text: String, _ seconds: Double)
  {
    #expect(Command.seconds(text) == seconds)
  }

  @Test(arguments: ["", "x", "1y", "s", "1:2", "99:99:99", "-", "nan", "inf", "1s2"]) func refusesDurations(_ text: String) {
    #expect(Command.seconds(text) == nil)
  }
}
