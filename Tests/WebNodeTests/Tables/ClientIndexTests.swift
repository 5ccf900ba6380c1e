import Shared
import Testing

@testable import WebNode

@Suite struct ClientIndexTests {
  static let now = 1_795_200_000.0

  private func index(_ devices: [(String, [String: DeviceTable])]) -> ClientIndex {
    let merged = devices.map { name, tables -> DeviceTables in
      var device = DeviceTables(device: name)
      device.add(TablesFixture.file(name, written: Self.now, tables), collector: "edge-1", now: Self.now)
      return device
    }
    return ClientIndex(merged, now: Self.now)
  }

  @Test func leaseAndAssociationOfOneAddressAreOneClient() throws {
    let found = index([
      ("gw", ["dhcp": TablesFixture.dhcp(Self.now - 5, [TablesFixture.lease("laptop", "aa-bb-cc-00-00-01", "10.0.0.7")])]),
      ("ap", ["wifi": TablesFixture.wifi(Self.now - 3, [TablesFixture.radio("AA:BB:CC:00:00:01", -52)])]),
    ])
    #expect(found.clients.count == 1)
    let client = try #require(found.clients.first)
    #expect(client.mac == "AA:BB:CC:00:00:01")
    #expect(client.name == "laptop", "the access point has no name for it, the lease has")
    #expect(client.address == "10.0.0.7")
    #expect(client.device == "ap" && client.interface == "wifi1", "where its radio is")
    #expect(client.lease == .bound && client.expires == Self.now + 595)
    #expect(client.signal == -52 && client.txRate == 866_700_000)
    #expect(client.seen == Self.now - 3)
    #expect(client.has(.lease) && client.has(.wireless) && !client.has(.capsman))
    #expect(client.words.contains("laptop") && client.words.contains("gw") && client.words.contains("aa:bb:cc:00:00:01"))
  }

  @Test func reservedLeaseIsNoSignOfLife() throws {
    let found = index([
      (
        "gw",
        ["dhcp": TablesFixture.dhcp(Self.now - 5, [TablesFixture.lease("tv", "AA:BB:CC:00:00:02", "10.0.0.8", isActive: false)])]
      )
    ])
    let client = try #require(found.clients.first)
    #expect(client.lease == .reserved && client.seen == nil && client.address == "10.0.0.8")
  }

  @Test func rowsWithoutAddressStayApart() {
    let row: [DeviceTable.Cell] = [.text("x"), .text("lan"), .none, .text("10.0.0.9"), .none, .none]
    let zero = TablesFixture.lease("y", "00:00:00:00:00:00", "10.0.0.10")
    let found = index([("gw", ["dhcp": TablesFixture.dhcp(Self.now, [row, row, zero])])])
    #expect(found.clients.count == 3)
    #expect(Set(found.clients.map(\.id)).count == 3)
  }

  @Test func oldTablesAreNamedAndFreshOnesNot() {
    let found = index([
      ("gw", ["dhcp": TablesFixture.dhcp(Self.now - 900, [TablesFixture.lease("a", "AA:BB:CC:00:00:03", "10.0.0.1")])]),
      ("ap", ["wifi": TablesFixture.wifi(Self.now - 60, [TablesFixture.radio("AA:BB:CC:00:00:04", -60)])]),
    ])
    #expect(found.stale.map(\.device) == ["gw"])
    #expect(found.stale.first?.t == Self.now - 900)
  }

  @Test func ofSeveralCollectorsTheFreshestTableCounts() {
    var device = DeviceTables(device: "gw")
    let old = TablesFixture.dhcp(Self.now - 100, [TablesFixture.lease("old", "AA:BB:CC:00:00:05", "10.0.0.1")])
    let new = TablesFixture.dhcp(Self.now - 10, [TablesFixture.lease("new", "AA:BB:CC:00:00:05", "10.0.0.2")])
    let future = TablesFixture.dhcp(Self.now + 4000, [])
    device.add(TablesFixture.file("gw", written: Self.now - 90, ["dhcp": old, "netwatch": old]), collector: "a", now: Self.now)
    device.add(TablesFixture.file("gw", written: Self.now - 9, ["dhcp": new]), collector: "b", now: Self.now)
    device.add(TablesFixture.file("gw", written: Self.now + 4000, ["dhcp": future]), collector: "c", now: Self.now)
    #expect(device.tables["dhcp"]?.collector == "b")
    #expect(device.tables["dhcp"]?.content == new)
    #expect(device.tables["netwatch"]?.collector == "a", "each table is chosen by itself")
    #expect(device.written == Self.now - 9, "a file of the future is not believed")
  }

  @Test func sortsWhatIsUnknownLast() {
    let found = index([
      (
        "gw",
        [
          "dhcp": TablesFixture.dhcp(
            Self.now,
            [
              TablesFixture.lease("pc10", "AA:BB:CC:00:00:06", "10.0.0.10"),
              TablesFixture.lease("pc9", "AA:BB:CC:00:00:07", "10.0.0.9"),
              TablesFixture.lease("", "AA:BB:CC:00:00:08", "fe80::1"),
            ]),
          "wifi": TablesFixture.wifi(
            Self.now, [TablesFixture.radio("AA:BB:CC:00:00:08", -70), TablesFixture.radio("AA:BB:CC:00:00:06", -40)]),
        ]
      )
    ])
    func names(_ query: String) -> [String] {
      ClientChoices(ViewQuery(query)).sorted(found.clients).map { $0.address ?? "" }
    }
    #expect(names("") == ["10.0.0.9", "10.0.0.10", "fe80::1"], "numbers in names count as numbers; no name comes last")
    #expect(names("sort=address") == ["10.0.0.9", "10.0.0.10", "fe80::1"])
    #expect(names("sort=signal") == ["10.0.0.10", "fe80::1", "10.0.0.9"])
    #expect(names("sort=nonsense") == names(""))
  }

  @Test(
    arguments: [
      ("aa:bb:cc:dd:ee:ff", "AA:BB:CC:DD:EE:FF"), ("AA-BB-CC-DD-EE-0F", "AA:BB:CC:DD:EE:0F"), ("AA:BB:CC:DD:EE", nil),
      ("00:00:00:00:00:00", nil), ("GG:BB:CC:DD:EE:FF", nil), ("AA.BB.CC.DD.EE.FF", nil), ("", nil), ("ÄA:BB:CC:DD:EE:F", nil),
    ] as [(String, String?)])
  func readsHardwareAddresses(_ text: String, _ expected: String?) { #expect(TableRows.mac(text) == expected) }

  @Test func namesMakersFromTheRegister() {
    let text = "OUI/MA-L\r\n28-6F-B9   (hex)\t\tNokia Shanghai Bell Co., Ltd.\r\n286FB9     (base 16)\t\tNokia\r\n"
    let names = MACVendors.parse(Array((text + "C8-5C-E2   (hex)\t\tIEEE Registration Authority\r\nrubbish\r\n").utf8))
    #expect(names == [0x286FB9: "Nokia Shanghai Bell Co., Ltd."])
    let missing = MACVendors(paths: ["/nowhere/oui.txt"])
    #expect(!missing.isKnown)
    #expect(missing.name("28:6F:B9:00:00:01") == nil)
    #expect(missing.name("2A:6F:B9:00:00:01") == "private address")
  }
}
