import Shared

/// `/interface/ethernet/monitor`: link and transceiver of each Ethernet port. One command tells of all ports.
struct EthernetMonitor: MenuCollector {
  static let status = Metric.gauge("mktxp_interface_status", "Ethernet link is up")
  static let rate = Metric.gauge("mktxp_interface_rate", "Negotiated rate of the link in Mbit/s, 0 without a link")
  static let fullDuplex = Metric.gauge("mktxp_interface_full_duplex", "Link runs full duplex, 0 without a link")
  static let transceiver = Metric.gauge("mktxp_interface_sfp_info", "Transceiver in the port")
  static let bias = Metric.gauge("mktxp_interface_sfp_tx_bias_current", "Laser bias current of the transceiver in amperes")
  static let optics: [(metric: Metric, field: String, unit: String)] = [
    (.gauge("mktxp_interface_sfp_supply_voltage", "Supply voltage of the transceiver"), "sfp-supply-voltage", "V"),
    (.gauge("mktxp_interface_sfp_rx_power", "Received optical power in dBm"), "sfp-rx-power", "dBm"),
    (.gauge("mktxp_interface_sfp_tx_power", "Transmitted optical power in dBm"), "sfp-tx-power", "dBm"),
    (.gauge("mktxp_interface_sfp_temperature", "Temperature of the transceiver"), "sfp-temperature", "C"),
    (.gauge("mktxp_interface_sfp_wavelength", "Wavelength of the transceiver in nanometres"), "sfp-wavelength", "nm"),
  ]
  static let faults: [(metric: Metric, field: String)] = [
    (.gauge("mktxp_interface_sfp_rx_loss", "Transceiver receives no signal"), "sfp-rx-loss"),
    (.gauge("mktxp_interface_sfp_tx_fault", "Transceiver reports a transmit fault"), "sfp-tx-fault"),
  ]
  private static let inventory: [LabelField] = [
    "sfp-connector-type", "sfp-manufacturing-date", "sfp-type", "sfp-vendor-name", "sfp-vendor-part-number",
    "sfp-vendor-revision", "sfp-vendor-serial",
  ]

  let path = "/interface/ethernet/monitor"
  let metrics = [status, rate, fullDuplex, transceiver, bias] + optics.map(\.metric) + faults.map(\.metric)
  let list = MenuQuery(
    path: "/interface/ethernet", properties: [".id", "name", "default-name", "comment", "running", "disabled"])

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.monitor] ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] { [list] }

  func followUps(_ answers: MenuAnswers, _ context: MenuContext) -> [MenuQuery] { monitor(answers.rows(list)).map { [$0] } ?? [] }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    let ports = answers.rows(list)
    let links = Dictionary(links(answers).compactMap { row in row["name"].map { ($0, row) } }) { $1 }
    for port in ports {
      guard let name = port["name"] else {
        samples.drop()
        continue
      }
      let label = ("name", context.interfaceName(port))
      let labels = context.labels([label])
      let answer = links[name] ?? Row()
      let link = answer.known
      if port["running"].flatMap(RowValue.boolean) == false {
        // Known without asking, as MKTXP has it: a port that does not run has no link, hence no rate and no duplex.
        for metric in [Self.status, Self.rate, Self.fullDuplex] { samples.add(metric, .unsigned(0), labels) }
      } else {
        samples.add(Self.status, link, "status", labels, Self.hasLink) { .unsigned($0 ? 1 : 0) }
        samples.add(Self.rate, link, "rate", labels, RowValue.rate) { .double(Double($0) / 1e6) }
        samples.add(boolean: Self.fullDuplex, link, "full-duplex", labels)
      }
      guard link["sfp-module-present"].flatMap(RowValue.boolean) == true else { continue }
      samples.add(info: Self.transceiver, context.labels([label], fields: Self.inventory, of: answer))
      samples.add(Self.bias, link, "sfp-tx-bias-current", labels, RowValue.quantity(in: "mA")) { .double($0 / 1000) }
      for (metric, field, unit) in Self.optics { samples.add(metric, link, field, in: unit, labels) }
      for (metric, field) in Self.faults { samples.add(boolean: metric, link, field, labels) }
    }
    return samples
  }

  /// The rows of `monitor`, a row per port.
  func links(_ answers: MenuAnswers) -> [Row] { monitor(answers.rows(list)).map(answers.rows) ?? [] }

  /// Asks for the ports that run, and for cages whose link is down: their transceiver's readings say why.
  private func monitor(_ ports: [Row]) -> MenuQuery? {
    let asked = ports.filter { port in
      let isDisabled = port["disabled"].flatMap(RowValue.boolean) ?? false
      let isCage = port["default-name"].map { $0.hasPrefix("sfp") || $0.hasPrefix("qsfp") } ?? false
      return port["running"].flatMap(RowValue.boolean) ?? true || (isCage && !isDisabled)
    }
    let ids = asked.compactMap(\.item).prefix(MonitorLimit.items)
    guard !ids.isEmpty else { return nil }
    let fields = ["name", "status", "rate", "full-duplex", "sfp-module-present", "sfp-tx-bias-current"]
    return MenuQuery(
      path: list.path, command: "monitor",
      properties: fields + Self.inventory.map(\.field) + Self.optics.map(\.field) + Self.faults.map(\.field),
      attributes: [("numbers", ids.joined(separator: ",")), ("once", "")])
  }

  private static func hasLink(_ text: String) -> Bool? {
    switch text {
    case "link-ok": true
    case "no-link": false
    default: nil
    }
  }
}
