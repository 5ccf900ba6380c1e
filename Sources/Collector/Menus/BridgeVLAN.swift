import Shared

/// `/interface/bridge/vlan`: which ports carry which VLANs.
struct BridgeVLAN: SingleMenu {
  static let info = Metric.gauge("mktxp_interface_bridge_vlan_info", "VLANs of a bridge with their present ports")

  let query = MenuQuery(
    path: "/interface/bridge/vlan", properties: ["bridge", "vlan-ids", "current-tagged", "current-untagged"])
  let metrics = [info]

  func period(metricsInterval: Double) -> Double { max(60, metricsInterval) }

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.bridgeVLAN] ? .exported : .off }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows {
      guard let bridge = row["bridge"], let ids = row["vlan-ids"] else {
        samples.drop()
        continue
      }
      let own = [("name", bridge + "-vlan-" + ids)] + query.properties.map { ($0.labelName, row[$0]) }
      samples.add(info: Self.info, context.labels(own))
    }
    return samples
  }
}
