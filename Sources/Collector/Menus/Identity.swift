import Shared

/// `/system/identity`: the device's own name.
struct Identity: SingleMenu {
  static let info = Metric.gauge("mktxp_system_identity_info", "System identity of the router")

  let query = MenuQuery(path: "/system/identity", properties: ["name"])
  let metrics = [info]

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows { samples.add(info: Self.info, context.labels([("name", row["name"])])) }
    return samples
  }
}
