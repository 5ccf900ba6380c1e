import Shared

/// `/system/package`: what is installed. Other menus are chosen by it.
struct Package: SingleMenu {
  static let info = Metric.gauge("mktxp_installed_packages_info", "Installed software package")

  let query = MenuQuery(path: "/system/package", properties: ["name", "version", "build-time", "disabled", "available"])
  let metrics = [info]

  func period(metricsInterval: Double) -> Double { max(3600, metricsInterval) }

  func use(_ switches: MenuSwitches) -> MenuUse {
    if switches[.installedPackages] { return .exported }
    return switches.any(.wireless, .capsman, .container) ? .factsOnly : .off
  }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    // From 7.18 on the list also has what could be installed.
    for row in rows where row["available"].flatMap(RowValue.boolean) != true {
      let own = [
        ("name", row["name"]), ("version", row["version"]), ("build_time", row["build-time"]), ("disabled", row["disabled"]),
      ]
      samples.add(info: Self.info, context.labels(own))
    }
    return samples
  }
}
