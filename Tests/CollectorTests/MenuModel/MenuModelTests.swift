import Testing

@testable import Collector

@Suite struct RouterOSVersionTests {
  @Test(arguments: [
    ("7.16.1 (stable)", [7, 16, 1], "stable"), ("6.49.10 (long-term)", [6, 49, 10], "long-term"), ("7.17", [7, 17], nil),
    ("7.17beta2 (testing)", [7, 17], "testing"),
  ])
  func readsNumbersAndChannel(_ text: String, _ numbers: [Int], _ channel: String?) throws {
    let version = try #require(RouterOSVersion(text))
    #expect(version.numbers == numbers)
    #expect(version.channel == channel)
  }

  @Test func ordersReleasesAfterWhatLeadsToThem() {
    let texts = ["6.49.10", "7.1rc3", "7.1", "7.1.5", "7.16", "7.17alpha1", "7.17beta2", "7.17beta11", "7.17rc1", "7.17", "8"]
    let versions = texts.compactMap(RouterOSVersion.init)
    #expect(versions.count == texts.count)
    #expect(versions.sorted() == versions)
    #expect(zip(versions, versions.dropFirst()).allSatisfy { $0 < $1 })
    #expect(RouterOSVersion("7.16") == RouterOSVersion("7.16.0 (stable)"))
  }

  @Test(arguments: ["", "stable", "7..1", ".7", "v7", "7.99999999999999999999"]) func refusesWhatIsNoVersion(_ text: String) {
    #expect(RouterOSVersion(text) == nil)
  }
}

@Suite struct WirelessFlavourTests {
  @Test func packagesDecideThenTheVersion() {
    let seven = RouterOSVersion(7, 16)
    #expect(WirelessFlavour(packages: ["wifi-qcom", "wireless"], version: seven) == .wifi)
    #expect(WirelessFlavour(packages: ["wifi-qcom-ac"], version: seven) == .wifi)
    #expect(WirelessFlavour(packages: ["wifiwave2"], version: RouterOSVersion(7, 12)) == .wifiwave2)
    #expect(WirelessFlavour(packages: ["wireless"], version: seven) == .dual)
    #expect(WirelessFlavour(packages: ["wireless"], version: RouterOSVersion(7, 12)) == .wireless)
    #expect(WirelessFlavour(packages: ["system", "wireless"], version: RouterOSVersion(6, 49)) == .wireless)
    #expect(WirelessFlavour(packages: ["wireless"], version: nil) == .dual)
    #expect(WirelessFlavour(packages: ["routeros"], version: RouterOSVersion(7, 13)) == .wifi)
    #expect(WirelessFlavour(packages: ["routeros"], version: RouterOSVersion(7, 12, 1)) == .wireless)
    #expect(WirelessFlavour(packages: [], version: nil) == .wireless)
  }

  @Test func disabledPackagesDoNotCount() {
    let rows: [Row] = [
      ["name": "wireless", "disabled": "true"], ["name": "container", "disabled": "false"], ["name": "routeros"],
      ["name": "zerotier", "disabled": "false", "available": "true"],
    ]
    #expect(WirelessFlavour.enabledPackages(rows) == ["container", "routeros"])
  }
}

@Suite struct LeaseTableTests {
  private var context: MenuContext {
    var context = MenuContext(device: "gw", address: "192.0.2.1")
    context.known.leases = LeaseTable([
      ["mac-address": "AA:BB:CC:00:00:01", "address": "192.0.2.10", "active-address": "192.0.2.99", "host-name": "laptop"],
      ["mac-address": "AA:BB:CC:00:00:02", "address": "192.0.2.11", "comment": "Printer"],
      ["address": "192.0.2.12"],
    ])
    return context
  }

  @Test func clientsAreFoundByEitherAddress() {
    #expect(context.clientName("aa:bb:cc:00:00:01") == "laptop")
    #expect(context.clientName("192.0.2.10") == "laptop")
    #expect(context.clientName("192.0.2.99") == "laptop")
    #expect(context.clientAddress("AA:BB:CC:00:00:01") == "192.0.2.10")
    #expect(context.clientName("AA:BB:CC:00:00:02") == "AA:BB:CC:00:00:02")
  }

  @Test func aClientWithoutALeaseIsItsAddress() {
    #expect(context.clientName("192.0.2.12") == "192.0.2.12")
    #expect(context.clientAddress("192.0.2.12") == "No DHCP Record")
  }

  @Test func theCommentIsANameWhereThatIsTheFormat() {
    var context = context
    context.nameFormat = .comment
    #expect(context.clientName("AA:BB:CC:00:00:02") == "Printer")
    #expect(context.clientName("AA:BB:CC:00:00:01") == "laptop")
    context.nameFormat = .combined
    #expect(context.clientName("AA:BB:CC:00:00:02") == "AA:BB:CC:00:00:02 (Printer)")
  }
}
