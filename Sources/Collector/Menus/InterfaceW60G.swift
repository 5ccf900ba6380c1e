import Shared

/// `/interface/w60g`: 60 GHz links. What `monitor` says does not name its radio: each is asked by itself.
struct InterfaceW60G: MenuCollector {
  static let connected = Metric.gauge("mktxp_w60g_connected", "Radio is connected")
  static let remoteAddress = Metric.gauge("mktxp_w60g_remote_address_info", "MAC address of the other end")
  static let sectorHint = Metric.gauge("mktxp_w60g_tx_sector_info", "Hint for aligning the antenna")
  static let phyRate = Metric.gauge("mktxp_w60g_tx_phy_rate", "Transmit rate of the radio link in bit/s")
  static let quantities: [(metric: Metric, field: String, unit: String)] = [
    (.gauge("mktxp_w60g_baseband_temperature", "Temperature of the baseband chip"), "baseband-temperature", "C"),
    (.gauge("mktxp_w60g_distance", "Distance of the other end in metres"), "distance", "m"),
    (.gauge("mktxp_w60g_frequency", "Frequency in MHz"), "frequency", "MHz"),
    (.gauge("mktxp_w60g_rf_temperature", "Temperature of the radio chip"), "rf-temperature", "C"),
    (.gauge("mktxp_w60g_rssi", "Received signal strength in dBm"), "rssi", "dBm"),
    (.gauge("mktxp_w60g_signal", "Signal quality in percent"), "signal", "%"),
    (.gauge("mktxp_w60g_tx_mcs", "Modulation and coding scheme of the transmitter"), "tx-mcs", ""),
    (.gauge("mktxp_w60g_tx_packet_error_rate", "Share of sent packets that were lost in percent"), "tx-packet-error-rate", "%"),
    (.gauge("mktxp_w60g_tx_sector", "Number of the antenna sector in use"), "tx-sector", ""),
  ]

  let path = "/interface/w60g"
  let metrics = [connected, remoteAddress, sectorHint, phyRate] + quantities.map(\.metric)
  private let list = MenuQuery(path: "/interface/w60g", properties: [".id", "name", "comment"])

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.w60g] ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] { [list] }

  func followUps(_ answers: MenuAnswers, _ context: MenuContext) -> [MenuQuery] {
    answers.rows(list).prefix(MonitorLimit.commands).compactMap(monitor)
  }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    let radios = answers.rows(list)
    samples.drop(max(0, radios.count - MonitorLimit.commands))
    for radio in radios {
      guard let name = context.interfaceName(radio), let answer = monitor(radio).flatMap({ answers.rows($0).first }) else {
        continue
      }
      let link = answer.known
      let labels = context.labels([("name", name)])
      samples.add(boolean: Self.connected, link, "connected", labels)
      samples.add(info: Self.remoteAddress, context.labels([("name", name), ("remote_address", answer["remote-address"])]))
      samples.add(info: Self.sectorHint, context.labels([("name", name), ("tx_sector_info", answer["tx-sector-info"])]))
      samples.add(rate: Self.phyRate, link, "tx-phy-rate", labels)
      for (metric, field, unit) in Self.quantities { samples.add(metric, link, field, in: unit, labels) }
    }
    return samples
  }

  private func monitor(_ radio: Row) -> MenuQuery? {
    radio.item.map { id in
      MenuQuery(
        path: list.path, command: "monitor",
        properties: ["connected", "remote-address", "tx-sector-info", "tx-phy-rate"] + Self.quantities.map(\.field),
        attributes: [("numbers", id), ("once", "")])
    }
  }
}
