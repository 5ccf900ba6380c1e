import Shared
import Testing

@testable import Collector

/// What menus leave out, and why.
@Suite struct MenuBoundsTests {
  private var context: MenuContext { MenuFixture.context }

  private func value(_ samples: MenuSamples, _ family: String) -> MetricFamily.Value? {
    samples.families.first { $0.name == family }?.samples.first?.value
  }

  private func count(_ samples: MenuSamples, _ family: String) -> Int {
    samples.families.first { $0.name == family }?.samples.count ?? 0
  }

  private func counted(_ counts: [(MenuQuery, String)]) -> MenuAnswers {
    var answers = MenuAnswers()
    for (query, count) in counts { answers[query] = .reply(Reply(rows: [], ret: count)) }
    return answers
  }

  @Test func aTableOfConnectionsAboveTheLimitIsNotRead() {
    let menu = ConnectionStats()
    #expect(MKTXPCollector.name(ofMenu: menu.path) == MKTXPCollector.name(ofMenu: IPConnection().path))
    for (count, expected) in [("0", 0), ("1", 1), ("50000", 1), ("50001", 0), ("x", 0)] {
      let answers = counted([(IPConnection.count4, count), (IPConnection.count6, "0")])
      #expect(menu.followUps(answers, context).count == expected, "\(count)")
      #expect(menu.collect(answers, context).dropped == (count == "50001" ? 50_001 : 0))
    }
  }

  @Test func theSourcesWithTheMostConnectionsAreKept() throws {
    let menu = ConnectionStats()
    var context = context
    context.settings.switches[.connectionStatsDestinations] = false
    var answers = counted([(IPConnection.count4, "9"), (IPConnection.count6, "0")])
    let queries = menu.followUps(answers, context)
    #expect(queries.map(\.properties) == [["src-address"]])
    let sources = (0...ConnectionStats.sourceLimit).map { "10.1.\($0 / 256).\($0 % 256)" }
    let rows: [Row] = (sources + [sources[7]]).map { ["src-address": $0 + ":1"] }
    answers[queries[0]] = .reply(Reply(rows: rows))
    let samples = menu.collect(answers, context)
    let family = try #require(samples.families.first)
    #expect(family.samples.count == ConnectionStats.sourceLimit)
    #expect(samples.dropped == 1)
    #expect(family.samples[0].value == .unsigned(2))
    #expect(family.samples[0].labels.all.prefix(3).map(\.name) == ["src_address", "dhcp_name", "routerboard_name"])
  }

  @Test func destinationsAreNamedUpToALimitInALastingOrder() throws {
    let menu = ConnectionStats()
    var answers = counted([(IPConnection.count4, "60"), (IPConnection.count6, "0")])
    let rows: [Row] = (0..<60).map {
      ["src-address": "192.0.2.1:5", "dst-address": "198.51.100.\(99 - $0):1", "protocol": "tcp"]
    }
    answers[menu.followUps(answers, context)[0]] = .reply(Reply(rows: rows))
    let samples = menu.collect(answers, context)
    let label = try #require(samples.families.first?.samples.first?.labels["dst_addresses"])
    #expect(label.hasPrefix("198.51.100.40:1(tcp), 198.51.100.41:1(tcp), "))
    #expect(label.split(separator: ", ").count == ConnectionStats.destinationLimit)
    #expect(samples.dropped == 10)
  }

  @Test func connectionsOfAKindThatDidNotAnswerAreUnknownAndSoIsTheSum() {
    let menu = IPConnection()
    var answers = counted([(IPConnection.count4, "5")])
    answers[IPConnection.count6] = .absent(.noSuchMenu(IPConnection.count6))
    #expect(value(menu.collect(answers, context), "mktxp_ip_connections_total") == .unsigned(5))
    answers[IPConnection.count6] = .failed(.noSuchMenu(IPConnection.count6))
    let samples = menu.collect(answers, context)
    #expect(samples.families.map(\.name) == ["mktxp_ipv4_connections_total"])
  }

  @Test func aLongAddressListIsCountedAndNotRead() {
    let menu = AddressList()
    let count = MenuQuery(path: menu.path, attributes: [("count-only", "")], queries: ["list=blocked"])
    for (number, expected) in [("0", 0), ("1", 1), ("10000", 1), ("10001", 0)] {
      let answers = counted([(count, number)])
      #expect(menu.followUps(answers, context).count == expected, "\(number)")
      let samples = menu.collect(answers, context)
      #expect(value(samples, "mktxp_firewall_address_list_selected_count") == UInt64(number).map { .unsigned($0) })
      #expect(samples.dropped == (number == "10001" ? 10_001 : 0))
    }
  }

  @Test func addressListsAreAskedForAsConfigured() {
    let menu = AddressList()
    var context = context
    context.settings.addressLists = ["b", "a", "b"]
    context.settings.ipv6AddressLists = []
    context.settings.switches[.addressListEntries] = false
    context.settings.switches[.totalAddressListCounts] = false
    #expect(menu.queries(context).map(\.queries) == [["list=a"], ["list=b"]])
    #expect(menu.followUps(counted(menu.queries(context).map { ($0, "5") }), context).isEmpty)
    context.settings.addressLists = []
    #expect(menu.queries(context).isEmpty)
  }

  @Test func aPoolWhoseUseIsUnknownHasNoneShown() {
    let menu = Pool()
    var answers = MenuAnswers()
    for query in menu.queries(context) where query.path == "/ip/pool" {
      answers[query] = .reply(Reply(rows: [["name": "dhcp", "ranges": "10.0.0.1-10.0.0.4"]]))
    }
    let samples = menu.collect(answers, context)
    #expect(samples.families.map(\.name) == ["mktxp_ip_pool_total"])
    #expect(value(samples, "mktxp_ip_pool_total") == .unsigned(4))
  }

  @Test func timesOfADeviceWhoseZoneIsUnknownAreUnknown() {
    for menu in [User(), Certificate()] as [any MenuCollector] {
      var answers = MenuAnswers()
      let row: Row = ["name": "a", "when": "2025-07-01 10:11:12", "invalid-after": "2025-07-01 10:11:12"]
      for query in menu.queries(context) where query != DeviceClock.query { answers[query] = .reply(Reply(rows: [row])) }
      #expect(menu.collect(answers, context).families.isEmpty)
      answers[DeviceClock.query] = .reply(Reply(rows: [["gmt-offset": "+00:00"]]))
      #expect(menu.collect(answers, context).families.first?.samples.first?.value == .double(1_751_364_672))
    }
  }

  @Test func menusThatOthersNeedAreAskedForThem() {
    var switches = MenuSwitches()
    for key in MenuSwitch.allCases { switches[key] = false }
    #expect(Package().use(switches) == .off)
    #expect(DHCPLease().use(switches) == .off)
    for key in [MenuSwitch.wireless, .capsman, .container] {
      var switches = switches
      switches[key] = true
      #expect(Package().use(switches) == .factsOnly)
    }
    for key in [MenuSwitch.wireless, .capsman, .connectionStats, .kidControlAssigned, .kidControlDynamic] {
      var switches = switches
      switches[key] = true
      #expect(DHCPLease().use(switches) == .factsOnly)
    }
    #expect(Package().use(.all) == .exported)
    #expect(DHCPLease().use(.all) == .exported)
    let paths = MenuRegistry.all.map(\.path)
    #expect(paths.prefix(2) == ["/system/resource", "/system/package"])
  }

  @Test func leasesAreCountedWithoutBeingListed() {
    var context = context
    context.settings.switches[.dhcpLease] = false
    let rows: [Row] = [["server": "a", "address": "10.0.0.1", "expires-after": "5s"], ["server": ""], ["address": "10.0.0.2"]]
    #expect(DHCPLease().collect(rows, context).families.map(\.name) == ["mktxp_dhcp_lease_active_count"])
  }

  @Test(arguments: [
    ("7.17 (stable)", 0), ("7.16.2 (stable)", 1), ("7.17beta2 (testing)", 1), ("7.17.1 (stable)", 0), ("6.49.10 (long-term)", 1),
  ])
  func anUpdateIsAHigherVersion(version: String, expected: UInt64) {
    let samples = SystemResource().collect([["version": version]], context)
    #expect(value(samples, "mktxp_system_update_available") == .unsigned(expected))
  }

  @Test(arguments: [nil, "", "soon"]) func withoutANewestVersionNoUpdateIsClaimedOrDenied(newest: String?) {
    var context = context
    context.known.newestVersion = newest
    #expect(SystemResource().collect([["version": "7.16"]], context).families.isEmpty)
    context.known.newestVersion = "7.17"
    context.settings.switches[.checkForUpdates] = false
    #expect(SystemResource().collect([["version": "7.16"]], context).families.isEmpty)
  }

  @Test func announcedTextsEndAtTheirFilling() {
    for (text, expected) in [
      ("sw-1", "sw-1"), (" sw 1\t", "sw 1"), ("sw\u{0}\u{0}x", "sw"), (" \u{0}", ""), ("", ""), ("é\u{0}\u{301}", "é"),
    ] {
      #expect(Neighbor.text(text) == expected)
    }
  }

  @Test func keysOfAWireGuardPeerAreNotAskedFor() {
    #expect(!WireGuardPeer().query.properties.isEmpty)
    #expect(!WireGuardPeer().query.properties.contains { $0.hasSuffix("key") })
    var six = context
    six.known.version = RouterOSVersion(6, 49)
    for query in BGP().queries(six) + BFD().queries(six) {
      #expect(!query.properties.isEmpty && !query.properties.contains("tcp-md5-key"))
    }
  }
}
