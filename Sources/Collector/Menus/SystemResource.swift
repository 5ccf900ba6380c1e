import Shared

/// `/system/resource`: uptime, memory, storage, processors.
struct SystemResource: SingleMenu {
  static let uptime = Metric.gauge("mktxp_system_uptime", "Time since last boot")
  /// Families whose value is a plain number, with its field.
  static let numbers: [(metric: Metric, field: String)] = [
    (.gauge("mktxp_system_free_memory", "Free RAM"), "free-memory"),
    (.gauge("mktxp_system_total_memory", "Installed RAM"), "total-memory"),
    (.gauge("mktxp_system_free_hdd_space", "Free storage"), "free-hdd-space"),
    (.gauge("mktxp_system_total_hdd_space", "Storage size"), "total-hdd-space"),
    (.gauge("mktxp_system_cpu_load", "CPU utilisation"), "cpu-load"),
    (.gauge("mktxp_system_cpu_count", "Number of CPU cores"), "cpu-count"),
    (.gauge("mktxp_system_cpu_frequency", "Current CPU clock"), "cpu-frequency"),
  ]
  /// Only while somebody has told which version is the newest.
  static let update = Metric.gauge("mktxp_system_update_available", "The device's release channel has a newer version")

  let query = MenuQuery(
    path: "/system/resource",
    properties: ["uptime", "version", "board-name", "cpu", "architecture-name"] + numbers.map(\.field))
  let metrics = [uptime, update] + numbers.map(\.metric)

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows {
      let labels = context.labels([
        ("version", row["version"]), ("board_name", row["board-name"]), ("cpu", row["cpu"]),
        ("architecture_name", row["architecture-name"]),
      ])
      samples.add(Self.uptime, row, "uptime", labels, RowValue.duration) { .double($0.seconds) }
      for (metric, field) in Self.numbers { samples.add(number: metric, row, field, labels) }
      addUpdate(row, context, &samples)
    }
    return samples
  }

  private func addUpdate(_ row: Row, _ context: MenuContext, _ samples: inout MenuSamples) {
    guard context.switches[.checkForUpdates], let text = context.known.newestVersion, let newest = RouterOSVersion(text) else {
      return
    }
    let labels = context.labels([("newest_version", text)])
    samples.add(Self.update, row, "version", labels, RouterOSVersion.init) { .unsigned($0 < newest ? 1 : 0) }
  }
}
