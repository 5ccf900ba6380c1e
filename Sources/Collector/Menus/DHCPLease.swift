import Shared

/// `/ip/dhcp-server/lease`: leases in use. Other menus have the names of clients from them.
struct DHCPLease: SingleMenu {
  static let count = Metric.gauge("mktxp_dhcp_lease_active_count", "Active leases of a DHCP server")
  /// A gauge, whatever its name says.
  static let info = Metric.gauge("mktxp_dhcp_lease_info", "Seconds until an active lease ends; 0 for one that never does")

  private static let fields: [LabelField] = [
    "active-address", "address", "mac-address", "host-name", "comment", "server", "client-id", "active-mac-address",
  ]

  let query = MenuQuery(
    path: "/ip/dhcp-server/lease", properties: fields.map(\.field) + ["status", "expires-after"], attributes: [("active", "")],
    source: .dhcpServer)
  let metrics = [count, info]

  func period(metricsInterval: Double) -> Double { max(60, metricsInterval) }

  func use(_ switches: MenuSwitches) -> MenuUse {
    if switches[.dhcp] { return .exported }
    let named: Bool = switches.any(.wireless, .capsman, .connectionStats, .kidControlAssigned, .kidControlDynamic)
    return named ? .factsOnly : .off
  }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    var counts: [String: UInt64] = [:]
    for row in rows {
      if let server = row["server"], !server.isEmpty { counts[server, default: 0] += 1 }
      guard context.switches[.dhcpLease] else { continue }
      let labels = context.labels(fields: Self.fields, of: row)
      let end = row["expires-after"]
      if end == "never" || end == nil && row["status"] == "bound" {
        // As in RouterOS's lease-time, 0 is without end.
        samples.add(Self.info, .unsigned(0), labels)
      } else {
        samples.add(seconds: Self.info, row, "expires-after", labels)
      }
    }
    for (server, count) in counts.sorted(by: { $0.key < $1.key }) {
      samples.add(count: Self.count, count, context.labels([("server", server)]))
    }
    return samples
  }
}
