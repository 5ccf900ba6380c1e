import Shared
import TestSupport
import Testing

@testable import WebNode

/// What the page of a device tells beside its state.
@Suite struct DevicePageTests {
  static let now = 1_795_200_000
  static let metrics = """
    mktxp_system_routerboard_voltage{routerboard_name="gw"} 24.1
    mktxp_system_power_consumption{routerboard_name="gw"} 6.25
    mktxp_system_free_hdd_space{routerboard_name="gw"} 250000000
    mktxp_system_total_hdd_space{routerboard_name="gw"} 1000000000
    mktxp_interface_rx_error_total{name="ether1 \\"x\\"",routerboard_name="gw"} 12
    mktxp_interface_tx_error_total{name="ether1 \\"x\\"",routerboard_name="gw"} 3
    mktxp_interface_rx_drop_total{name="ether1 \\"x\\"",routerboard_name="gw"} 0
    mktxp_interface_tx_drop_total{name="ether1 \\"x\\"",routerboard_name="gw"} 0
    mktxp_interface_actual_mtu{name="ether1 \\"x\\"",routerboard_name="gw"} 1480
    mktxp_lte_rsrp{name="lte1",routerboard_name="gw"} -95
    mktxp_lte_current_operator_info{current_operator="<b>LMT",access_technology="LTE",name="lte1",routerboard_name="gw"} 1
    tikwatch_device_api_bytes_total{direction="sent",routerboard_name="gw"} 3600000
    tikwatch_menu_seconds{menu="/ip/route",routerboard_name="gw"} 0.25
    tikwatch_menu_up{menu="/ip/dhcp-server/lease",routerboard_name="gw"} 0

    """

  private func with(_ body: @escaping @Sendable (RunningNode) async throws -> Void) async throws {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(Self.now))
    collector.set("gw", .up) { $0.missedSamples = 7 }
    try collector.beat(at: Double(Self.now))
    try collector.describe("gw", [("ether1", "ether1 \"x\"", "wan")])
    try collector.metrics("gw", written: Double(Self.now - 10), Self.metrics)
    try collector.tables(
      "gw", written: Double(Self.now),
      ["dhcp": TablesFixture.dhcp(Double(Self.now), [TablesFixture.lease("laptop", "AA:BB:CC:00:00:01", "10.0.0.7")])])
    let folder = collector.directory.device("gw")
    try AtomicFile.createFolder(folder.events)
    try EventFile.append(
      [
        EventLine(t: Double(Self.now - 500), kind: .reboot, text: "rebooted"),
        EventLine(t: Double(Self.now - 400), kind: .link, interface: "ether1", text: "link down"),
        EventLine(t: Double(Self.now - 300), kind: .link, interface: "ether1", text: "link up"),
      ], to: folder)
    let now = Double(Self.now)
    try await RunningNode.with(RunningNode.config(root.path), now: { now }) { node in
      try await eventually { try await node.get("/devices/gw").text.contains("1480") }
      try await body(node)
    }
  }

  @Test func tellsHealthCountersSignalClientsAndCost() async throws {
    try await with { node in
      let page = try await node.get("/devices/gw").text
      #expect(page.contains("24.1") && page.contains("supply, 6.3\u{202F}W"))
      #expect(page.contains("250\u{202F}MB of 1.00\u{202F}GB free") && page.contains(">75<"))
      #expect(page.contains("<span class=\"warnc\">12 / 3</span>"), "errors in and out")
      #expect(page.contains("<td>1480</td>"))
      #expect(page.contains("−95\u{202F}dBm") && page.contains("&lt;b&gt;LMT, LTE"))
      #expect(page.contains("1.00\u{202F}kB/s"), "3.6 MB in an hour")
      #expect(page.contains("/ip/route, 250\u{202F}ms") && page.contains("/ip/dhcp-server/lease"))
      #expect(page.contains(">laptop</span>") && page.contains("clients?device=gw"))
      #expect(page.contains("7 since its collector started"))
      #expect(!page.contains("Health as of"))
    }
  }

  @Test func eventsCanBeNarrowedToAKind() async throws {
    try await with { node in
      let all = try await node.get("/devices/gw").text
      #expect(all.contains("Reboots <span class=\"count\">1</span>") && all.contains("Links <span class=\"count\">2</span>"))
      #expect(all.contains("rebooted") && all.contains("link down"))
      let links = try await node.get("/devices/gw?events=link").text
      #expect(!links.contains(">rebooted<") && links.contains("link down"))
      let none = try await node.get("/devices/gw?events=version").text
      #expect(none.contains("No event of this kind in the last 30 days."))
      #expect(try await node.get("/devices/gw?events=nonsense").text.contains("rebooted"))
    }
  }

  @Test(arguments: [("a\\\"b", "a\"b"), ("x\\\\n", "x\\n"), ("line\\nend", "line\nend"), ("plain", "plain")])
  func labelsAreReadWithoutTheirEscapes(_ text: String, _ expected: String) { #expect(DeviceNumbers.plain(text) == expected) }
}
