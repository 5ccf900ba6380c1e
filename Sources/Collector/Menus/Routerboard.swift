import Shared

/// `/system/routerboard`: board inventory and firmware. Asked for model and serial number whatever the switch says.
struct Routerboard: SingleMenu {
  static let info = Metric.gauge("mktxp_routerboard_info", "Board inventory and firmware versions")
  static let upgrade = Metric.gauge(
    "mktxp_routerboard_firmware_upgrade_available", "Board firmware differs from the version offered as upgrade")

  private static let fields: [LabelField] = [
    "routerboard", "model", "serial-number", "firmware-type", "factory-firmware", "current-firmware", "upgrade-firmware",
  ]

  let query = MenuQuery(path: "/system/routerboard", properties: fields.map(\.field))
  let metrics = [info, upgrade]

  func period(metricsInterval: Double) -> Double { max(3600, metricsInterval) }

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.routerboard] ? .exported : .factsOnly }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows {
      samples.add(info: Self.info, context.labels(fields: Self.fields, of: row))
      // Unknown where either version is: MKTXP says 0 there, which means "up to date".
      guard let current = row["current-firmware"], let offered = row["upgrade-firmware"], !current.isEmpty, !offered.isEmpty
      else {
        continue
      }
      let labels = context.labels([("current_firmware", current), ("upgrade_firmware", offered)])
      samples.add(Self.upgrade, .unsigned(current == offered ? 0 : 1), labels)
    }
    return samples
  }
}
