import Testing

@testable import FakeDevice

@Suite struct PrintTests {
  @Test func listsInterfacesWithCountersOfTheModel() throws {
    var harness = try SessionHarness.loggedIn()
    let rows = harness.say("/interface/print", ".tag=4")
    #expect(rows.count == 9)
    #expect(rows.allSatisfy { $0.last == ".tag=4" })
    #expect(rows.last == ["!done", ".tag=4"])
    let data = DeviceData.gateway.interfaces[0]
    let counters = data.counters(boots: DeviceData.gateway.boots(started: 0))
    #expect(rows[0].value("name") == "ether1")
    #expect(rows[0].value("rx-byte") == String(counters.rxBytes(at: harness.time)))
    #expect(rows[0].value("tx-byte") == String(counters.txBytes(at: harness.time)))
    for name in ["tx-packet", "rx-error", "tx-drop", "tx-queue-drop", "fp-rx-byte", "link-downs", "actual-mtu", "running"] {
      #expect(rows[0].value(name) != nil, "\(name)")
    }
  }

  @Test func proplistLimitsFields() throws {
    var harness = try SessionHarness.loggedIn()
    let rows = harness.say("/interface/print", "=.proplist=.id,rx-byte,no-such", "?type=vlan")
    #expect(rows.count == 2 && rows[0].count == 3)
    #expect(rows[0][1] == "=.id=*B")
  }

  @Test func countsOnly() throws {
    var harness = try SessionHarness.loggedIn()
    #expect(harness.say("/interface/print", "=count-only=") == [["!done", "=ret=8"]])
    #expect(harness.say("/interface/print", "=count-only=", "?type=ether", ".tag=x") == [["!done", "=ret=6", ".tag=x"]])
    #expect(harness.say("/queue/tree/print", "=count-only=") == [["!done", "=ret=0"]])
  }

  @Test func ignoresFlagsOfPresentation() throws {
    var harness = try SessionHarness.loggedIn()
    #expect(
      harness.say("/system/identity/print", "=stats=", "=detail=", "=without-paging=") == [["!re", "=name=gw-riga"], ["!done"]])
    #expect(harness.say("/system/identity/getall") == [["!re", "=name=gw-riga"], ["!done"]])
  }

  @Test func emptyPrintSaysSoSince7_18() throws {
    var old = try SessionHarness.loggedIn(.gateway)
    #expect(old.say("/queue/tree/print", ".tag=1") == [["!done", ".tag=1"]])
    var new = try SessionHarness.loggedIn(.accessPoint)
    #expect(new.say("/queue/tree/print", ".tag=1") == [["!empty", ".tag=1"], ["!done", ".tag=1"]])
    #expect(new.say("/interface/print", "?name=none") == [["!empty"], ["!done"]])
  }

  @Test func unknownMenuInTheWordsOfEachVersion() throws {
    var seven = try SessionHarness.loggedIn()
    #expect(seven.say("/no/such/print").first == ["!trap", "=category=0", "=message=no such command or directory (no)"])
    #expect(seven.say("/interface/none/print").first == ["!trap", "=category=0", "=message=no such command or directory (none)"])
    #expect(seven.say("/interface/dance").first == ["!trap", "=category=0", "=message=no such command"])
    var six = try SessionHarness.loggedIn(.branch)
    #expect(
      six.say("/interface/wifi/print", ".tag=2") == [
        ["!trap", "=message=no such command prefix", ".tag=2"], ["!done", ".tag=2"],
      ])
  }

  @Test func healthHasTheShapeOfEachVersion() throws {
    var six = try SessionHarness.loggedIn(.branch)
    let one = six.say("/system/health/print")
    #expect(one.count == 2 && one[0].value("voltage") == "23.9" && one[0].value("temperature").flatMap(Int.init) != nil)
    var seven = try SessionHarness.loggedIn()
    let rows = seven.say("/system/health/print")
    #expect(rows.dropLast().allSatisfy { $0.value("name") != nil && $0.value("value") != nil && $0.value("type") != nil })
  }

  @Test func uptimeFollowsTheClock() throws {
    var harness = try SessionHarness.loggedIn()
    harness.time = DeviceData.defaultBoot + 788_645.9
    #expect(harness.say("/system/resource/print", "=.proplist=uptime") == [["!re", "=uptime=1w2d3h4m5s"], ["!done"]])
    harness.time = DeviceData.defaultBoot
    #expect(harness.say("/system/resource/print", "=.proplist=uptime") == [["!re", "=uptime=0s"], ["!done"]])
  }

  @Test func writesAreNotAllowed() throws {
    var harness = try SessionHarness.loggedIn()
    for command in ["/interface/set", "/ip/address/add", "/system/reboot"] {
      #expect(harness.say(command).first == ["!trap", "=message=not enough permissions (9)"], "\(command)")
    }
  }

  @Test func badQueryIsATrap() throws {
    var harness = try SessionHarness.loggedIn()
    #expect(harness.say("/interface/print", "?#x").first == ["!trap", "=category=1", "=message=invalid query"])
  }

  @Test func oddSentencesAreTraps() throws {
    var harness = try SessionHarness.loggedIn()
    #expect(harness.say("hello", ".tag=8").first == ["!trap", "=message=no such command", ".tag=8"])
    #expect(harness.say("/interface/print", "?type=ether", "words").count == 2)
    #expect(harness.session.isLoggedIn)
  }

  @Test func quitEndsTheSession() throws {
    var harness = try SessionHarness.loggedIn()
    #expect(harness.say("/quit") == [["!fatal", "session terminated on request"]])
    #expect(harness.effects.last == .close)
  }
}
