import Shared
import Testing

@testable import Collector

@Suite struct SeriesLimitTests {
  private func family(_ name: String, _ count: Int) -> MetricFamily {
    let samples = (0..<count).map { MetricFamily.Sample(.unsigned(UInt64($0)), labels: ["n": "\($0)"]) }
    return MetricFamily(name, .gauge, help: "h", samples: samples)
  }

  private func names(_ outcome: SeriesLimit.Outcome) -> [String] { outcome.families.map(\.name) }

  @Test func whatFitsStaysAsItIs() {
    let outcome = SeriesLimit(10).apply(to: [family("a", 4), family("b", 5)], own: 1)
    #expect(names(outcome) == ["a", "b"])
    #expect(outcome.droppedSeries == 0)
  }

  @Test func theLargestFamiliesLeaveWholeUntilItFits() {
    let outcome = SeriesLimit(10).apply(to: [family("a", 4), family("b", 50), family("c", 7), family("d", 2)], own: 1)
    #expect(names(outcome) == ["a", "d"])
    #expect(outcome.dropped.map(\.name) == ["b", "c"])
    #expect(outcome.droppedSeries == 57)
  }

  @Test func partsOfAFamilyCountAndLeaveTogether() {
    let outcome = SeriesLimit(10).apply(to: [family("a", 6), family("b", 5), family("a", 6)], own: 0)
    #expect(names(outcome) == ["b"])
    #expect(outcome.droppedSeries == 12)
  }

  @Test func ofEqualFamiliesTheFirstByNameLeaves() {
    let outcome = SeriesLimit(5).apply(to: [family("b", 4), family("a", 4)], own: 0)
    #expect(names(outcome) == ["b"])
  }

  @Test func countersOfInterfacesAlwaysStay() {
    let counters = family("mktxp_interface_rx_byte_total", 100)
    let outcome = SeriesLimit(10).apply(to: [counters, family("a", 1)], own: 50)
    #expect(outcome.families == [counters])
    #expect(outcome.droppedSeries == 1)
  }
}

@Suite struct MKTXPCollectorTests {
  @Test func everyMenuCountsForACollector() {
    for menu in MenuRegistry.all {
      #expect(MKTXPCollector.name(ofMenu: menu.path).map(MKTXPCollector.names.contains) == true, "\(menu.path)")
    }
  }

  @Test func namesAreThoseOfMKTXP() {
    #expect(MKTXPCollector.names.count == 39)
    #expect(Set(MKTXPCollector.names).count == 39)
    #expect(MKTXPCollector.names.last == MKTXPCollector.own)
  }

  @Test(arguments: [
    ("/interface", "InterfaceCollector"), ("/interface/vlan", "InterfaceCollector"),
    ("/interface/ethernet/monitor", "MonitorCollector"),
    ("/interface/ethernet/switch/port", "SwitchPortCollector"), ("/ip/firewall/filter", "FirewallCollector"),
    ("/ip/firewall/address-list", "AddressListCollector"), ("/user/active", "UserCollector"),
    ("/ip/firewall/connection (sources)", "IPConnectionCollector"), ("/interfaces", nil),
    ("/tool", nil),
    ("", nil),
  ])
  func theLongestBeginningOfThePathCounts(_ path: String, _ name: String?) {
    #expect(MKTXPCollector.name(ofMenu: path) == name)
  }

  @Test func timesAreInMillisecondsAndForAllCollectors() throws {
    var status = DeviceStatus(address: "h", now: 5)
    status.succeeded(at: 6, latency: 0.1, isWell: true)
    var source = DeviceMetrics.Source(status: status, steady: 0)
    let context = MenuContext(device: "gw", address: "h")
    func family() -> MetricFamily? {
      DeviceMetrics.families(source, context).first { $0.name == "mktxp_collection_time_total" }
    }
    #expect(family() == nil)
    source.collectionTimes = ["InterfaceCollector": 1.2345]
    let samples = try #require(family()).samples
    #expect(samples.map { $0.labels["name"] } == MKTXPCollector.names)
    #expect(samples.first { $0.labels["name"] == "InterfaceCollector" }?.value == .double(1234.5))
    #expect(samples.first { $0.labels["name"] == "BGPCollector" }?.value == .double(0))
  }
}
