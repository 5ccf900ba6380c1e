import Shared
import Testing

@testable import Collector

@Suite struct InterfaceCatalogueTests {
  private func row(
    _ id: String, _ name: String, default defaultName: String? = nil, mac: String? = nil, type: String = "ether",
    comment: String? = nil, dynamic: Bool = false, running: Bool = true
  ) -> InterfaceRow {
    var row = InterfaceRow(id: id, name: name)
    row.defaultName = defaultName
    row.mac = mac
    row.type = type
    row.comment = comment
    row.isDynamic = dynamic
    row.isRunning = running
    return row
  }

  private func catalogue(_ items: [String] = ["*"]) throws -> InterfaceCatalogue {
    InterfaceCatalogue(filter: try InterfaceFilter(parsing: items), retention: "standard")
  }

  @Test func keysComeFromFactoryNamesAndOutliveARename() throws {
    var catalogue = try catalogue()
    _ = catalogue.update([row("*1", "wan", default: "ether1", mac: "48:A9:8A:00:00:01")], now: 10)
    #expect(catalogue.recorded == ["*1": "ether1"])
    let changes = catalogue.update([row("*1", "uplink (ISP)", default: "ether1", mac: "48:A9:8A:00:00:01")], now: 20)
    #expect(catalogue.recorded == ["*1": "ether1"])
    #expect(changes.events.map(\.kind) == [.rename])
    #expect(changes.events[0].text == "wan is now called uplink (ISP)")
    #expect(changes.events[0].interface == "ether1")
    #expect(catalogue.known["ether1"]?.names == [.init(name: "wan", from: 10), .init(name: "uplink (ISP)", from: 20)])
  }

  struct Change: CustomTestStringConvertible, Sendable {
    var name: String
    var before: [(String, String, String)]
    var after: [(String, String, String)]
    /// Position in `before` of each of `after`; -1: new.
    var expected: [Int]
    var testDescription: String { name }
  }

  /// `.id`, name, MAC of VLANs and bridges, which have no factory name.
  static let changes: [Change] = [
    Change(name: "renamed", before: [("*5", "vlan10", "M1")], after: [("*5", "guests", "M1")], expected: [0]),
    Change(
      name: "all ids dealt anew", before: [("*5", "vlan10", "M1"), ("*6", "vlan20", "M1")],
      after: [("*6", "vlan10", "M1"), ("*5", "vlan20", "M1")], expected: [0, 1]),
    Change(
      name: "parent replaced: another MAC", before: [("*5", "vlan10", "M1")], after: [("*5", "vlan10", "M2")], expected: [0]),
    Change(
      name: "same MAC alone is another VLAN", before: [("*5", "vlan10", "M1")], after: [("*9", "vlan30", "M1")], expected: [-1]),
    Change(
      name: "one deleted, one added", before: [("*5", "vlan10", "M1"), ("*6", "vlan20", "M1")],
      after: [("*6", "vlan20", "M1"), ("*7", "vlan30", "M1")], expected: [1, -1]),
    Change(
      name: "a bridge takes a deleted bridge's name", before: [("*5", "a", "M1"), ("*6", "b", "M2")], after: [("*5", "b", "M1")],
      expected: [0]),
  ]

  @Test(arguments: changes) func findsInterfacesAgain(_ change: Change) throws {
    var catalogue = try catalogue()
    _ = catalogue.update(change.before.map { row($0.0, $0.1, mac: $0.2, type: "vlan") }, now: 10)
    let keys = change.before.map { catalogue.recorded[$0.0] }
    _ = catalogue.update(change.after.map { row($0.0, $0.1, mac: $0.2, type: "vlan") }, now: 20)
    for (position, expected) in change.expected.enumerated() {
      let key = catalogue.recorded[change.after[position].0]
      if expected >= 0 { #expect(key == keys[expected]) } else { #expect(!keys.contains(key)) }
    }
  }

  @Test func keysCollideByOrderOfIds() throws {
    var catalogue = try catalogue()
    _ = catalogue.update([row("*B", "x", default: "ether1", type: "wlan"), row("*A", "ether1", type: "vlan")], now: 10)
    #expect(catalogue.recorded == ["*A": "ether1", "*B": "ether1.2"])
    let long = String(repeating: "é", count: 90)
    _ = catalogue.update([row("*1", long, type: "a"), row("*2", long, type: "b")], now: 20)
    #expect(catalogue.recorded.values.allSatisfy { FolderName.isValid($0) })
    #expect(Set(catalogue.recorded.values).count == 2)
  }

  @Test func dynamicInterfacesAreRecordedOnlyWhenNamedAndBeginAnewWithEachSession() throws {
    let session = row("*F00001", "<pppoe-anna>", type: "pppoe-in", dynamic: true)
    var all = try catalogue()
    _ = all.update([session], now: 10)
    #expect(all.recorded.isEmpty)
    var named = try catalogue(["<pppoe-*>"])
    let outcome1 = named.update([session], now: 10)
    #expect(outcome1.remade.isEmpty)
    #expect(named.recorded.values.sorted() == ["_3cpppoe-anna_3e"])
    let changes = named.update([row("*F00002", "<pppoe-anna>", type: "pppoe-in", dynamic: true)], now: 20)
    #expect(named.recorded == ["*F00002": "_3cpppoe-anna_3e"])
    #expect(changes.remade == ["_3cpppoe-anna_3e"])
  }

  @Test func linksGoingUpAndDownAreEvents() throws {
    var catalogue = try catalogue()
    let outcome2 = catalogue.update([row("*1", "ether1")], now: 10)
    #expect(outcome2.events.isEmpty)
    let down = catalogue.update([row("*1", "ether1", running: false)], now: 20).events
    #expect(down.map(\.text) == ["ether1: link down"])
    let outcome3 = catalogue.update([row("*1", "ether1", comment: "new", running: false)], now: 30)
    #expect(outcome3.events.isEmpty)
    #expect(catalogue.known["ether1"]?.comment == "new")
  }

  @Test func uplinksStandForTheDevice() throws {
    var catalogue = try catalogue()
    _ = catalogue.update([row("*1", "ether1"), row("*2", "ether2")], now: 10)
    #expect(catalogue.representative == ["ether1", "ether2"])
    catalogue.setUplinks(["ether2"])
    #expect(catalogue.representative == ["ether2"])
    #expect(catalogue.known["ether2"]?.role == "wan")
    _ = catalogue.update([row("*1", "ether1"), row("*2", "ether2")], now: 20)
    #expect(catalogue.representative == ["ether2"])
  }

  @Test func tenThousandRowsOfRubbishAreSurvived() throws {
    let rows =
      [Row(), [".id": "*1"], ["name": "x"], [".id": "", "name": ""], [".id": "*2", "name": "ok", "running": "perhaps"]] as [Row]
    let parsed = rows.compactMap(InterfaceRow.init)
    #expect(parsed.map(\.name) == ["ok"])
    #expect(parsed[0].isRunning == nil)
  }

  @Test(
    arguments: [
      (["dst-address": "0.0.0.0/0", "active": "true", "immediate-gw": "192.0.2.1%ether1", "gateway": "192.0.2.1"], ["ether1"]),
      (["dst-address": "0.0.0.0/0", "active": "true", "gateway-status": "192.0.2.1 reachable via  ether1"], ["ether1"]),
      (["dst-address": "0.0.0.0/0", "active": "true", "gateway": "pppoe-out1", "immediate-gw": "pppoe-out1"], ["pppoe-out1"]),
      (
        ["dst-address": "0.0.0.0/0", "active": "true", "immediate-gw": "192.0.2.1%ether1,198.51.100.1%lte1"], ["ether1", "lte1"]
      ),
      (["dst-address": "0.0.0.0/0", "active": "false", "immediate-gw": "192.0.2.1%ether1"], []),
      (["dst-address": "0.0.0.0/0", "gateway": "ether1"], []),
      (["dst-address": "10.0.0.0/8", "active": "true", "gateway": "ether1"], []),
      (["dst-address": "0.0.0.0/0", "active": "true", "gateway": "192.0.2.1"], []),
    ] as [([String: String], [String])])
  func uplinksHoldTheActiveDefaultRoute(_ fields: [String: String], _ expected: [String]) {
    let row = Row(fields: fields.map { Row.Field(name: $0.key, value: $0.value) })
    #expect(UplinkFinder.names([row], interfaces: ["ether1", "ether2", "lte1", "pppoe-out1"]) == Set(expected))
  }

  @Test func linkSpeedsAreThoseOfRunningPorts() throws {
    var catalogue = try catalogue()
    _ = catalogue.update([row("*1", "ether1"), row("*2", "ether2", running: false), row("*3", "br", type: "bridge")], now: 10)
    #expect(catalogue.runningEthernetIDs == ["*1"])
    #expect(
      LinkSpeeds.query(["*1", "*4"]).words == [
        "/interface/ethernet/monitor", "=.proplist=name,rate", "=numbers=*1,*4", "=once=",
      ])
    let rows: [Row] = [
      ["name": "ether1", "rate": "2.5Gbps"], ["name": "ether2"], ["rate": "1Gbps"], ["name": "br", "rate": "fast"],
    ]
    _ = catalogue.setSpeeds(LinkSpeeds.speeds(rows), now: 5)
    #expect(catalogue.speeds == ["ether1": 2.5e9])
    _ = catalogue.update([row("*1", "ether1", running: false)], now: 20)
    #expect(catalogue.speeds.isEmpty)
    #expect(catalogue.known["ether1"]?.speed == 2.5e9)
  }

  @Test func anotherLinkSpeedIsAnEventAndTheFirstIsNot() throws {
    var catalogue = try catalogue()
    _ = catalogue.update([row("*1", "ether1")], now: 10)
    let first = catalogue.setSpeeds(["ether1": 1e9], now: 11)
    let same = catalogue.setSpeeds(["ether1": 1e9], now: 12)
    #expect(first == [] && same == [])
    let events = catalogue.setSpeeds(["ether1": 1e8, "other": 1e9], now: 13)
    #expect(
      events == [
        EventLine(t: 13, kind: .link, interface: "ether1", text: "ether1: link speed is now 100 Mbit/s, it was 1 Gbit/s")
      ])
    #expect(LinkSpeeds.text(2.5e9) == "2.5 Gbit/s")
  }

  @Test func moreInterfacesThanTheLimitAreLeftOutTheSameEachTime() throws {
    var catalogue = InterfaceCatalogue(filter: try InterfaceFilter(parsing: ["e*"]), retention: "standard", limit: 2)
    let rows = [row("*1", "e1", dynamic: true), row("*9", "e9"), row("*3", "e3"), row("*2", "e2"), row("*4", "x4")]
    for list in [rows, rows.reversed()] {
      _ = catalogue.update(list, now: 10)
      #expect(catalogue.recordedIDs == ["*2", "*3"])
      #expect(catalogue.capped == 2)
    }
    _ = catalogue.update([rows[0]], now: 11)
    #expect(catalogue.recordedIDs == ["*1"])
    #expect(catalogue.capped == 0)
  }

  @Test func aQuestionForAsManyAsTheLimitCanBeSent() {
    let ids = (1...InterfaceCatalogue.defaultLimit).map { "*" + String($0, radix: 16) }
    #expect(DevicePoller.anyOf(ids).count + 5 <= ProtocolLimits.standard.wordsPerSentence)
  }

  @Test func ratesOfTheDeviceReplaceDerivedOnesAndNothingElse() {
    let rows: [Row] = [
      ["name": "ether1", "rx-bits-per-second": "800", "tx-bits-per-second": "90"],
      ["name": "ether2", "rx-bits-per-second": "1"], ["rx-bits-per-second": "1", "tx-bits-per-second": "1"],
    ]
    #expect(MonitoredRates.rates(rows) == ["ether1": .init(rx: 800, tx: 90)])
    #expect(
      MonitoredRates.query(["*1", "*2"]).words == [
        "/interface/monitor-traffic", "=.proplist=name,rx-bits-per-second,tx-bits-per-second", "=interface=*1,*2", "=once=",
      ])
    let known = LiveLine.Interface(rxRate: 5, txRate: 6, rxBytes: 7, txBytes: 8, rxCounter: 9, txCounter: 10)
    var gap = known
    (gap.rxRate, gap.txRate) = (nil, nil)
    var device = LiveLine.Device(time: 1, interfaces: ["a": known, "b": gap])
    device.take(["a": .init(rx: 800, tx: 90), "b": .init(rx: 1, tx: 1), "c": .init(rx: 1, tx: 1)])
    #expect(device.interfaces["a"] == .init(rxRate: 800, txRate: 90, rxBytes: 7, txBytes: 8, rxCounter: 9, txCounter: 10))
    #expect(device.interfaces["b"] == gap)
    #expect(device.interfaces["c"] == nil)
  }

  @Test func theQueryJoinsIdsOnRouterOSsStack() {
    #expect(DevicePoller.anyOf([]) == [])
    #expect(DevicePoller.anyOf(["*1"]) == [".id=*1"])
    #expect(DevicePoller.anyOf(["*1", "*2", "*A"]) == [".id=*1", ".id=*2", "#|", ".id=*A", "#|"])
  }
}
