import Shared

/// `/interface/ethernet/poe`: what ports give to powered devices.
struct PoE: MenuCollector {
  static let info = Metric.gauge("mktxp_poe_info", "PoE settings and status of the port")
  static let quantities: [(metric: Metric, field: String, unit: String)] = [
    (.gauge("mktxp_poe_out_voltage", "Output voltage of the PoE port"), "poe-out-voltage", "V"),
    (.gauge("mktxp_poe_out_current", "Output current of the PoE port in milliamperes"), "poe-out-current", "mA"),
    (.gauge("mktxp_poe_out_power", "Output power of the PoE port in watts"), "poe-out-power", "W"),
  ]

  let path = "/interface/ethernet/poe"
  let metrics = [info] + quantities.map(\.metric)
  private let list = MenuQuery(
    path: "/interface/ethernet/poe", properties: [".id", "name", "poe-out", "poe-priority", "poe-voltage"])
  /// The list of ports has no comments.
  private let names = MenuQuery(path: "/interface/ethernet", properties: ["name", "comment"])

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.poe] ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] { [list] }

  func followUps(_ answers: MenuAnswers, _ context: MenuContext) -> [MenuQuery] {
    guard let monitor = monitor(answers) else { return [] }
    return context.nameFormat == .name ? [monitor] : [monitor, names]
  }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    let comments = Dictionary(answers.rows(names).compactMap { row in row["name"].map { ($0, row) } }) { $1 }
    let readings = monitor(answers).map(answers.rows) ?? []
    let outputs = Dictionary(readings.compactMap { row in row["name"].map { ($0, row) } }) { $1 }
    for port in answers.rows(list) {
      guard let raw = port["name"] else {
        samples.drop()
        continue
      }
      let name = comments[raw].flatMap(context.interfaceName) ?? raw
      let output = outputs[raw] ?? Row()
      samples.add(
        info: Self.info,
        context.labels([
          ("name", name), ("poe_out", port["poe-out"]), ("poe_priority", port["poe-priority"]),
          ("poe_voltage", port["poe-voltage"]), ("poe_out_status", output["poe-out-status"]),
        ]))
      let labels = context.labels([("name", name)])
      for (metric, field, unit) in Self.quantities { samples.add(metric, output.known, field, in: unit, labels) }
    }
    return samples
  }

  private func monitor(_ answers: MenuAnswers) -> MenuQuery? {
    let ids = answers.rows(list).compactMap(\.item).prefix(MonitorLimit.items)
    guard !ids.isEmpty else { return nil }
    return MenuQuery(
      path: list.path, command: "monitor", properties: ["name", "poe-out-status"] + Self.quantities.map(\.field),
      attributes: [("numbers", ids.joined(separator: ",")), ("once", "")])
  }
}
