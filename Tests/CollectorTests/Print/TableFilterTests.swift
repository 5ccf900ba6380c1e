import Shared
import Testing

@testable import Collector

@Suite struct TableFilterTests {
  /// MAC addresses' last part of what passes.
  private func passing(_ subject: PrintSubject, _ change: (inout TableFilter) -> Void) throws -> [String] {
    var filter = TableFilter()
    change(&filter)
    let readout = try TableFixture("7.16.2-dual").readout(subject)
    let listings = subject.listings(readout.facts, readout.answers, readout.context)
    let entries = listings.flatMap { listing in
      filter.cut(listing.entries.filter { filter.passes($0, subject) }, subject)
    }
    return entries.map { $0.text("mac_address") ?? $0.text("interface") ?? $0.text("name") ?? $0.text("address") ?? "" }
      .map { String($0.split(separator: ":").last ?? "") }.sorted()
  }

  @Test func textIsLookedForInEveryField() throws {
    #expect(try passing(.dhcp) { $0.text = TextPattern("LAPTOP", isLiteral: true) } == ["10"])
    #expect(try passing(.dhcp) { $0.text = TextPattern("打印", isLiteral: true) } == ["09"])
    // Fields that are not shown, and cells that no field holds.
    #expect(try passing(.dhcp) { $0.text = TextPattern("waiting", isLiteral: true) } == ["07"])
    #expect(try passing(.wifi) { $0.text = TextPattern("laptop", isLiteral: true) } == ["10"])
    #expect(try passing(.dhcp) { $0.text = TextPattern("lap*", isLiteral: true) } == [])
  }

  @Test func includeIsAnyOfThemAndExcludeNone() throws {
    #expect(try passing(.dhcp) { $0.include = TextPattern.list("lap*; guest") } == ["07", "10"])
    #expect(try passing(.dhcp) { $0.exclude = TextPattern.list("lan;guest") } == ["00"])
    #expect(
      try passing(.dhcp) {
        $0.include = TextPattern.list("192.168.88.?")
        $0.exclude = TextPattern.list("laptop;phone")
      } == ["09"])
  }

  @Test(arguments: [
    ("a", "xAx", true), ("a*c", "xxabbbcxx", true), ("a*c", "cba", false), ("a?c", "abc", true), ("a?c", "ac", false),
    ("*", "", true),
    ("", "x", true), ("ß", "STRASSE", false),
    (String(repeating: "a*", count: 20) + "b", String(repeating: "a", count: 2000), false),
  ]) func patterns(pattern: String, text: String, matches: Bool) {
    #expect(TextPattern(pattern).matches(text) == matches)
  }

  @Test func wirelessFiltersLookAtNumbers() throws {
    #expect(try passing(.wifi) { $0.lowSignal = -67 } == ["10", "77"])
    #expect(try passing(.wifi) { $0.minSignal = -67 } == ["09", "10"])
    #expect(try passing(.wifi) { $0.lowRate = 6e6 } == ["09", "77"])
    #expect(try passing(.wifi) { $0.recent = 60 } == ["09"])
    #expect(try passing(.capsman) { $0.band = "5g" } == ["09"])
    #expect(try passing(.wifi) { $0.band = "2g" } == ["09", "10"])
    #expect(try passing(.capsman) { $0.band = "offi" } == ["09", "10"])
  }

  @Test func leaseFilters() throws {
    #expect(try passing(.dhcp) { $0.isUnidentified = true } == ["07"])
    #expect(try passing(.dhcp) { $0.dynamic = .on } == ["00", "10"])
    #expect(try passing(.dhcp) { $0.dynamic = .off } == ["07", "09"])
    #expect(try passing(.dhcp) { $0.bound = .off } == ["07"])
  }

  @Test func otherFilters() throws {
    #expect(try passing(.connections) { $0.minConnections = 2 }.count == 1)
    #expect(try passing(.connections) { $0.top = 3 }.count == 3)
    #expect(try passing(.kidControl) { $0.isActive = true } == ["09", "10"])
    #expect(try passing(.kidControl) { $0.isUnassigned = true } == ["09"])
    #expect(try passing(.kidControl) { $0.rateAbove = 5e6 } == ["09"])
    #expect(try passing(.kidControl) { $0.top = 1 } == ["09"])
    #expect(try passing(.netwatch) { $0.up = .off } == ["backup"])
    #expect(try passing(.interfaces) { $0.plugged = .off } == ["ether2", "sfp2"])
    #expect(try passing(.interfaces) { $0.degraded = 100e6 } == ["ether5"])
    #expect(try passing(.interfaces) { $0.rate = 1e10 } == ["sfp-sfpplus1"])
    #expect(try passing(.interfaces) { $0.rateBelow = 1e9 } == ["ether5"])
    #expect(try passing(.addressLists(["blocked"])) { $0.dynamic = .off } == ["10.0.0.9"])
  }

  @Test func filtersOfOtherTablesMeanNothing() throws {
    #expect(
      try passing(.netwatch) {
        $0.plugged = .on; $0.top = 1; $0.lowSignal = -10
      }.count == 2)
    var filter = TableFilter()
    filter.plugged = .on
    #expect(!filter.isActive(for: .netwatch) && filter.isActive(for: .interfaces))
  }

  @Test(arguments: [
    ("18", 18e6), ("1.5", 1.5e6), ("10000", 10_000), ("500k", 500_000), ("18M", 18e6), ("100 Mb/s", 100e6), ("1Gbps", 1e9),
    ("9600bps", 9600), ("x", nil), ("-5", nil), ("", nil),
  ]) func ratesAsPeopleWriteThem(text: String, rate: Double?) {
    #expect(FilterValue.rate(text) == rate)
  }

  @Test func otherValuesAsPeopleWriteThem() {
    #expect(FilterValue.duration("16") == 960)
    #expect(FilterValue.duration("1h30m") == 5400)
    #expect(FilterValue.duration("soon") == nil)
    #expect(FilterValue.signal("70") == -70 && FilterValue.signal("-70dBm") == -70)
    #expect(FilterValue.count("0") == nil && FilterValue.count("7") == 7)
  }
}

@Suite struct PrintArgumentsTests {
  @Test(arguments: [
    (["print", "gw", "--dhcp"], ["print", "gw", "--dhcp"]),
    (["-en", "gw", "diag", "-cc"], ["diag", "-en", "gw", "-cc"]),
    (
      ["--cfg-dir", "/x", "print", "-en", "gw", "-cn", "--top"],
      ["print", "--cfg-dir", "/x", "-en", "gw", "-cn", "--top=default"]
    ),
    (["print", "--top", "5", "-cn"], ["print", "--top=5", "-cn"]),
    (["print", "-wc", "--low-signal", "-70", "--csv"], ["print", "-wc", "--low-signal=-70", "--csv"]),
    (["print", "-wc", "--low_sig", "--csv"], ["print", "-wc", "--low-signal=default", "--csv"]),
    (["print", "--wifi_clients"], ["print", "--wifi-clients"]),
    (["print", "--low-r=18M"], ["print", "--low-rate=18M"]),
    (["print", "--act"], ["print", "--act"]), (["print", "--active"], ["print", "--active"]),
    (["print", "-al", "a,b", "--", "--top"], ["print", "-al", "a,b", "--", "--top"]),
    (["run", "--top"], ["run", "--top"]), (["--version"], ["--version"]), ([], []), (["-en"], ["-en"]),
    (["--storage", "x", "print"], ["--storage", "x", "print"]),
  ]) func areTurnedIntoOurs(arguments: [String], expected: [String]) {
    #expect(PrintArguments.normalised(arguments) == expected)
  }

  @Test func aDeviceIsFoundByAPieceOfItsName() throws {
    let names = ["Router-A", "Router-B", "Core"]
    #expect(try DeviceName.resolve("ore", in: names) == "Core")
    #expect(try DeviceName.resolve("Router-A", in: names + ["Router-AB"]) == "Router-A")
    for wrong in ["Router", "core-x", "", nil] as [String?] {
      #expect(throws: (any Error).self) { try DeviceName.resolve(wrong, in: names) }
    }
  }
}
