import Shared

/// `/interface/vlan`: number and parent of each VLAN.
struct InterfaceVLAN: SingleMenu {
  /// The double suffix is MKTXP's.
  static let info = Metric.gauge("mktxp_interface_vlan_info_info", "VLAN interface parameters")

  let query = MenuQuery(path: "/interface/vlan", properties: ["name", "vlan-id", "interface"])
  let metrics = [info]

  func period(metricsInterval: Double) -> Double { max(60, metricsInterval) }

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.interface] ? .exported : .off }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows {
      let own = [("name", row["name"]), ("vlan_id", row["vlan-id"]), ("interface", row["interface"])]
      samples.add(info: Self.info, context.labels(own))
    }
    return samples
  }
}
