import Shared

/// The families about clients that access points and CAPsMAN have in common, made of a registration table.
struct WirelessClients: Sendable {
  let sent: Metric
  let received: Metric
  let signal: Metric
  let uptime: Metric
  let txRate: Metric
  let rxRate: Metric
  let info: Metric
  /// Fields with the signal's strength: the one of older drivers, and that of the others.
  private let signals: [String]

  /// - Parameters:
  ///   - prefix: of the families' names.
  ///   - signals: fields with the signal's strength, by driver.
  init(prefix: String, signals: [String]) {
    self.signals = signals
    sent = .counter(prefix + "_tx_bytes_total", "Bytes sent to the client")
    received = .counter(prefix + "_rx_bytes_total", "Bytes received from the client")
    signal = .gauge(prefix + "_signal_strength", "Signal strength of the client in dBm")
    uptime = .gauge(prefix + "_uptime_seconds", "Time since the client associated")
    txRate = .gauge(prefix + "_tx_rate_bps", "Rate of the link to the client in bit/s")
    rxRate = .gauge(prefix + "_rx_rate_bps", "Rate of the link from the client in bit/s")
    info = .gauge(prefix + "_devices_info", "Client, and where it is registered")
  }

  var metrics: [Metric] { [sent, received, signal, uptime, txRate, rxRate, info] }

  var properties: [String] {
    ["mac-address", "interface", "ssid", "band", "bytes", "uptime", "tx-rate", "rx-rate"] + signals
  }

  /// Adds the samples of one row; `more` adds those that only some tables have.
  func add(
    _ row: Row, to samples: inout MenuSamples, _ context: MenuContext,
    more: (inout MenuSamples, Row, Labels) -> Void = { _, _, _ in }
  ) {
    guard let mac = row["mac-address"], !mac.isEmpty else {
      samples.drop()
      return
    }
    let name = context.clientName(mac)
    let labels = context.labels([("dhcp_name", name), ("mac_address", mac)])
    let values = row.known
    samples.add(pair: (sent, received), values, "bytes", UInt8(ascii: ","), labels, RowValue.unsigned) { .unsigned($0) }
    if let field = signals.first(where: { values[$0] != nil }) {
      samples.add(signal, values, field, labels, RowValue.signal) { .double($0) }
    }
    samples.add(seconds: uptime, values, "uptime", labels)
    samples.add(rate: txRate, values, "tx-rate", labels)
    samples.add(rate: rxRate, values, "rx-rate", labels)
    more(&samples, values, labels)
    samples.add(
      info: info,
      context.labels([
        ("dhcp_name", name), ("dhcp_address", context.clientAddress(mac)), ("ssid", row["ssid"]),
        ("interface", row["interface"]), ("mac_address", mac), ("band", row["band"]),
      ]))
  }
}
