import Shared
import Testing

@testable import Collector

@Suite struct TableValueTests {
  @Test func addressesAreOrderedByTheirNumber() {
    let ordered = [
      "9.255.0.1", "10.0.0.0/8", "10.0.0.0/24", "10.0.0.0", "10.0.0.9", "10.0.0.10-10.0.0.20", "10.0.0.11", "192.168.0.1", "::1",
      "2001:db8::", "2001:db8::10", "bad.example.net", "",
    ]
    #expect(ordered.reversed().sorted(by: TableValue.addressPrecedes) == ordered)
    #expect(!TableValue.addressPrecedes(nil, nil))
    #expect(TableValue.addressPrecedes("x", nil))
  }

  @Test func numbersInNamesCountAsNumbers() {
    let ordered = ["", "Ether1", "ether2", "ether2-master", "ether10", "ether010a", "sfp-sfpplus1", "打印机"]
    #expect(ordered.reversed().sorted(by: TableValue.namePrecedes) == ordered)
    for name in ordered { #expect(!TableValue.namePrecedes(name, name)) }
  }

  @Test(arguments: [
    (0, "0 bps"), (999, "999 bps"), (1500, "1.5 Kbps"), (999_949, "999.9 Kbps"), (999_999, "1 Mbps"), (866_600_000, "866.6 Mbps"),
    (1_200_000_000, "1.2 Gbps"), (5e12, "5 Tbps"), (-3, "0 bps"), (999.7, "1 Kbps"),
  ]) func ratesAreShort(rate: Double, text: String) {
    #expect(TableText.rate(rate) == text)
  }

  @Test(arguments: [
    (0, "0s"), (0.2, "200ms"), (45, "45s"), (788_645, "1w2d3h4m5s"), (604_800, "1w"), (3600.5, "1h500ms"), (-60, "-1m"),
    (.infinity, ""),
  ]) func durationsAreWrittenAsRouterOSDoes(seconds: Double, text: String) {
    #expect(TableText.duration(seconds) == text)
  }

  @Test(arguments: [
    (-5.21, 2, "-5.21"), (42, 1, "42"), (42.04, 1, "42"), (0.05, 1, "0.1"), (-0.001, 2, "0"), (1e300, 2, ""),
    (-3.024, 3, "-3.024"), (-3.1, 3, "-3.1"),
  ])
  func decimalsEndWithoutZeros(value: Double, digits: Int, text: String) {
    #expect(TableText.decimal(value, digits: digits) == text)
  }
}

@Suite struct TableOrderTests {
  private let context = MenuContext(device: "gw", address: "192.0.2.1")

  @Test func signalsAreOrderedAsNumbersAndUnknownOnesComeLast() {
    let rows: [Row] = ["-9", "-80", "-67", nil, "-100"].enumerated().map { index, signal in
      var row: Row = ["mac-address": "AA:0\(index)", "interface": "w"]
      if let signal { row.fields.append(.init(name: "signal", value: signal)) }
      return row
    }
    #expect(WifiTable.entries(rows, context).map { $0.number("signal_strength") } == [-9, -67, -80, -100, nil])
  }

  @Test func leasesComeByServerTheHighestAddressFirst() {
    let rows: [Row] = [
      ["address": "10.0.0.9", "server": "a"], ["address": "10.0.0.10", "server": "b"], ["address": "10.0.0.100", "server": "a"],
      ["server": "b"], ["mac-address": "x"],
    ]
    let entries = DHCPTable.entries(rows, context)
    #expect(entries.map { $0.text("address") } == ["10.0.0.100", "10.0.0.9", "10.0.0.10", nil, nil])
    #expect(entries.map(\.group) == ["a", "a", "b", "b", "all"])
  }

  @Test func kidControlPutsUsersBeforeDevicesWithout() {
    let rows: [Row] = [
      ["mac-address": "1", "rate-up": "900"], ["mac-address": "2", "user": "zoe", "rate-up": "5"],
      ["mac-address": "3", "user": "anna", "rate-down": "1"], ["mac-address": "4", "user": "anna", "rate-down": "10"],
    ]
    #expect(KidControlTable.entries(rows, context).map { $0.text("mac_address") } == ["4", "3", "2", "1"])
  }

  /// RouterOS 6 has no names.
  @Test func whatIsWatchedIsCalledByItsHostWhereItHasNoName() {
    var context = context
    context.nameFormat = .combined
    let rows: [Row] = [
      ["host": "10.0.0.10", "status": "up"], ["name": "", "host": "10.0.0.9", "comment": "far"],
      ["name": "dns", "host": "1.1.1.1"],
    ]
    #expect(NetwatchTable.entries(rows, context).map { $0.text("name") } == ["10.0.0.9 (far)", "10.0.0.10", "dns"])
  }

  @Test func kidControlTellsOnlyOfKindsThatAreThere() {
    func summary(_ rows: [Row]) -> [String] {
      let entries = KidControlTable.entries(rows, context)
      return KidControlTable.summary(entries, matching: entries, shown: entries, top: nil, isFiltered: false)
    }
    #expect(summary([["user": "anna"]]) == ["anna devices: 1", "User-assigned devices: 1", "Total Kid Control devices: 1"])
    #expect(summary([["mac-address": "1"]]) == ["Dynamic devices (no user): 1", "Total Kid Control devices: 1"])
  }

  @Test func whatASFPPortDoesNotTellIsNothing() throws {
    let rows: [Row] = [["name": "sfp1", "sfp-temperature": "", "sfp-rx-power": "-3.024"]]
    let entry = try #require(SFPTable.entries(rows, context).first)
    #expect(entry["vendor_part"] == .none && entry["temperature"] == .none && entry["rx_power"] == .number(-3.024))
  }

  @Test func sourcesAreCountedOverBothFamiliesTheBusiestFirst() {
    var context = context
    context.settings.switches[.connectionStatsDestinations] = true
    let many: [Row] = (0..<60).map { ["src-address": "10.0.0.2:\($0)", "dst-address": "1.1.1.\($0):443", "protocol": "tcp"] }
    let entries = ConnectionsTable.entries(many + [["src-address": "[2001:db8::1]:5"], [:], ["src-address": ""]], context)
    #expect(entries.map { $0.text("src_address") } == ["10.0.0.2", "2001:db8::1"])
    #expect(entries.map { $0.number("connection_count") } == [60, 1])
    #expect(entries[0].text("dst_addresses")?.hasPrefix("1.1.1.0:443(tcp), 1.1.1.1:443(tcp), 1.1.1.2") == true)
    #expect(entries[0].text("dst_addresses")?.hasSuffix(", and 10 more") == true)
  }
}
