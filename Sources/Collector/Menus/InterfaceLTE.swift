import Shared

/// `/interface/lte`: modems. RouterOS 6 has `info`, RouterOS 7 `monitor`; neither names its modem, so each is asked by itself.
///
/// As in MKTXP the families have no label of the modem, and there the last modem overwrites the others. A device with several modems
/// gets the label `name` on all of them; with one modem the series are MKTXP's.
struct InterfaceLTE: MenuCollector {
  static let pin = Metric.gauge("mktxp_lte_pin_status", "The SIM card accepts its PIN")
  static let registration = Metric.gauge(
    "mktxp_lte_registration_status", "Modem is registered in a network, its own or one where it roams")
  static let network = Metric.gauge("mktxp_lte_current_operator_info", "Network in which the modem is registered")
  static let uptime = Metric.gauge("mktxp_lte_session_uptime", "Time since the session began in seconds")
  static let signals: [(metric: Metric, field: String, unit: String)] = [
    (.gauge("mktxp_lte_rsrp", "Reference signal received power in dBm"), "rsrp", "dBm"),
    (.gauge("mktxp_lte_rsrq", "Reference signal received quality in dB"), "rsrq", "dB"),
    (.gauge("mktxp_lte_sinr", "Signal to interference and noise ratio in dB"), "sinr", "dB"),
    (.gauge("mktxp_lte_rssi", "Received signal strength in dBm"), "rssi", "dBm"),
    (.gauge("mktxp_lte_nr_rsrp", "Reference signal received power of 5G in dBm"), "nr-rsrp", "dBm"),
    (.gauge("mktxp_lte_nr_rsrq", "Reference signal received quality of 5G in dB"), "nr-rsrq", "dB"),
    (.gauge("mktxp_lte_nr_sinr", "Signal to interference and noise ratio of 5G in dB"), "nr-sinr", "dB"),
  ]

  let path = "/interface/lte"
  let metrics = [pin, registration, network, uptime] + signals.map(\.metric)
  private let list = MenuQuery(path: "/interface/lte", properties: [".id", "name", "comment"])

  var needs: DeviceKnowledge.Parts { .version }

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.lte] ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] { [list] }

  func followUps(_ answers: MenuAnswers, _ context: MenuContext) -> [MenuQuery] {
    answers.rows(list).prefix(MonitorLimit.commands).compactMap { monitor($0, context) }
  }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    let modems = answers.rows(list)
    samples.drop(max(0, modems.count - MonitorLimit.commands))
    for modem in modems {
      guard let answer = monitor(modem, context).flatMap({ answers.rows($0).first }) else { continue }
      let row = answer.known
      let own: [(String, String?)] = modems.count > 1 ? [("name", context.interfaceName(modem))] : []
      let labels = context.labels(own)
      samples.add(Self.pin, row, "pin-status", labels, { $0 }) { .unsigned($0 == "ok" ? 1 : 0) }
      samples.add(Self.registration, row, "registration-status", labels, { $0 }) {
        .unsigned($0 == "registered" || $0 == "roaming" ? 1 : 0)
      }
      samples.add(
        info: Self.network,
        context.labels(
          own + [
            ("current_operator", answer["current-operator"]),
            // RouterOS 7 calls it the data class.
            ("access_technology", answer["access-technology"] ?? answer["data-class"]),
            ("functionality", answer["functionality"]), ("subscriber_number", answer["subscriber-number"]),
          ]))
      samples.add(seconds: Self.uptime, row, "session-uptime", labels)
      for (metric, field, unit) in Self.signals { samples.add(metric, row, field, in: unit, labels) }
    }
    return samples
  }

  private func monitor(_ modem: Row, _ context: MenuContext) -> MenuQuery? {
    guard let id = modem.item, let version = context.known.version else { return nil }
    let isSix = version.major < 7
    return MenuQuery(
      path: list.path, command: isSix ? "info" : "monitor",
      properties: [
        "pin-status", "registration-status", "current-operator", "access-technology", "data-class", "functionality",
        "subscriber-number", "session-uptime",
      ] + Self.signals.map(\.field), attributes: [(isSix ? "number" : "numbers", id), ("once", "")])
  }
}
