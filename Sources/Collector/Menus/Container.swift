import Shared

/// `/container`: RouterOS 7 with the package `container`; without it there is no such menu.
struct Container: SingleMenu {
  static let info = Metric.gauge("mktxp_container_info", "Container, its image and state")

  let query = MenuQuery(path: "/container", properties: ["name", "comment", "repo", "os", "arch", "status"])
  let metrics = [info]

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.container] ? .exported : .off }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows {
      let own = ["repo", "os", "arch", "status"].map { ($0, row[$0]) }
      samples.add(info: Self.info, context.labels([("name", context.interfaceName(row))] + own))
    }
    return samples
  }
}
