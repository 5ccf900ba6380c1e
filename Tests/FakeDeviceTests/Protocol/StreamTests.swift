import Testing

@testable import FakeDevice

@Suite struct StreamTests {
  @Test func printsAgainAndAgainUntilCancelled() throws {
    var harness = try SessionHarness.loggedIn()
    #expect(harness.say("/interface/print", "=interval=0.5", "=.proplist=name", "?name=ether1", ".tag=s").isEmpty)
    #expect(harness.effects == [.startStream(key: "s", seconds: 0.5)])
    #expect(harness.tick("s") == [["!re", "=.section=0", "=name=ether1", ".tag=s"]])
    // Other commands are answered meanwhile.
    #expect(harness.say("/system/identity/print", ".tag=i") == [["!re", "=name=gw-riga", ".tag=i"], ["!done", ".tag=i"]])
    #expect(harness.tick("s") == [["!re", "=.section=1", "=name=ether1", ".tag=s"]])
    let end = harness.say("/cancel", "=tag=s", ".tag=c")
    #expect(
      end == [["!trap", "=category=2", "=message=interrupted", ".tag=s"], ["!done", ".tag=s"], ["!done", ".tag=c"]])
    #expect(harness.effects.contains(.stopStream(key: "s")))
    #expect(harness.tick("s") == nil)
  }

  @Test func cancelWithoutTagEndsAll() throws {
    var harness = try SessionHarness.loggedIn()
    _ = harness.say("/interface/monitor-traffic", "=interface=ether1", ".tag=a")
    _ = harness.say("/interface/listen", ".tag=b")
    let end = harness.say("/cancel")
    #expect(end.filter { $0.contains("=message=interrupted") }.count == 2)
    #expect(end.last == ["!done"])
    #expect(harness.session.streams.isEmpty)
    #expect(harness.say("/cancel", "=tag=none") == [["!done"]])
  }

  @Test func monitorsTrafficOfTheModel() throws {
    var harness = try SessionHarness.loggedIn()
    let rows = harness.say("/interface/monitor-traffic", "=interface=ether1,ether5 (camera)", "=once=", ".tag=m")
    #expect(rows.count == 3 && rows.last == ["!done", ".tag=m"])
    let counters = DeviceData.gateway.interfaces[0].counters(boots: [0])
    let moved = counters.rx.bytes(from: harness.time - 1, to: harness.time)
    #expect(rows[0].value("name") == "ether1")
    #expect(rows[0].value("rx-bits-per-second") == String(moved * 8))
    #expect(rows[1].value("name") == "ether5 (camera)")
  }

  @Test(arguments: ["none", "ether1,none", ""]) func unknownInterfaceIsATrap(_ names: String) throws {
    var harness = try SessionHarness.loggedIn()
    let rows = harness.say("/interface/monitor-traffic", "=interface=\(names)", "=once=")
    #expect(rows.first == ["!trap", "=category=1", "=message=input does not match any value of interface"])
  }

  @Test(arguments: ["*1", "ether1", "0"]) func monitorsEthernetByIdNameAndPosition(_ number: String) throws {
    var harness = try SessionHarness.loggedIn()
    let rows = harness.say("/interface/ethernet/monitor", "=numbers=\(number)", "=once=")
    #expect(rows.count == 2 && rows[0].value("name") == "ether1" && rows[0].value("rate") == "2.5Gbps")
    #expect(harness.say("/interface/ethernet/monitor", "=numbers=99", "=once=").first?[0] == "!trap")
  }

  @Test(arguments: ["0", "-1", "x", "1y", "nan", "1e9"]) func badIntervalIsATrap(_ interval: String) throws {
    var harness = try SessionHarness.loggedIn()
    #expect(harness.say("/interface/print", "=interval=\(interval)").first?[0] == "!trap")
    #expect(harness.session.streams.isEmpty)
  }

  @Test func sameTagTwiceIsRefusedAndStreamsAreLimited() throws {
    var harness = try SessionHarness.loggedIn()
    _ = harness.say("/interface/print", "=interval=1", ".tag=t")
    #expect(harness.say("/interface/print", "=interval=1", ".tag=t").first?[0] == "!trap")
    for index in 1..<Session.streamLimit { _ = harness.say("/interface/print", "=interval=1", ".tag=\(index)") }
    #expect(harness.session.streams.count == Session.streamLimit)
    #expect(harness.say("/interface/print", "=interval=1", ".tag=over").first?[0] == "!trap")
    #expect(harness.say("/interface/listen", ".tag=over").first?[0] == "!trap")
  }
}
