import Shared

/// The device's own radios and their clients: `/interface/wireless`, `/interface/wifiwave2` or `/interface/wifi`.
///
/// The families of radios have the channel for their only label. Where several interfaces share a channel, be they virtual ones of one radio,
/// its series stands for all of them: clients are summed, noise and quality are the worst.
struct WLAN: MenuCollector {
  static let noise = Metric.gauge("mktxp_wlan_noise_floor", "Noise floor on the channel in dBm")
  static let quality = Metric.gauge("mktxp_wlan_overall_tx_ccq", "Transmit quality (CCQ) on the channel in percent")
  static let registered = Metric.gauge("mktxp_wlan_registered_clients", "Clients registered on the channel")
  static let clients = WirelessClients(prefix: "mktxp_wlan_clients", signals: ["signal-strength", "signal"])
  /// Of the older drivers only.
  static let signalToNoise = Metric.gauge("mktxp_wlan_clients_signal_to_noise", "Signal to noise ratio of the client in dB")
  static let clientQuality = Metric.gauge("mktxp_wlan_clients_tx_ccq", "Transmit quality (CCQ) of the client in percent")

  let path = "/interface/wireless"
  let metrics = [noise, quality, registered, signalToNoise, clientQuality] + clients.metrics

  var needs: DeviceKnowledge.Parts { [.wireless, .leases] }

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.wireless] ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] {
    // Which menu it is hangs on the packages: a menu asked for in vain would count as one that the device lacks.
    guard context.known.packages != nil else { return [] }
    let list = Self.list(context)
    return context.switches[.wirelessClients] ? [list, Self.registrations(context)] : [list]
  }

  /// What `monitor` says does not name its radio, and the devices are few: each is asked by itself.
  func followUps(_ answers: MenuAnswers, _ context: MenuContext) -> [MenuQuery] {
    Self.running(answers, context).prefix(MonitorLimit.commands).compactMap { Self.monitor($0, context) }
  }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    var channels: [String: Channel] = [:]
    let radios = Self.running(answers, context)
    samples.drop(max(0, radios.count - MonitorLimit.commands))
    for radio in radios {
      guard let query = Self.monitor(radio, context), let row = answers.rows(query).first?.known else { continue }
      // Without clients RouterOS tells the channel all the same; a radio that searches has none.
      guard let name = row["channel"] else { continue }
      channels[name, default: Channel()].add(row, &samples)
    }
    for (name, channel) in channels.sorted(by: { $0.key < $1.key }) {
      let labels = context.labels([("channel", name)])
      if let noise = channel.noise { samples.add(Self.noise, .double(noise), labels) }
      if let quality = channel.quality { samples.add(Self.quality, .double(quality), labels) }
      if let clients = channel.clients { samples.add(Self.registered, .double(clients), labels) }
    }
    guard context.switches[.wirelessClients] else { return samples }
    for client in answers.rows(Self.registrations(context)) {
      Self.clients.add(client, to: &samples, context) { samples, row, labels in
        samples.add(Self.signalToNoise, row, "signal-to-noise", in: "dB", labels)
        samples.add(Self.clientQuality, row, "tx-ccq", in: "%", labels)
      }
    }
    return samples
  }

  // MARK: Queries

  private static func path(_ context: MenuContext) -> String { "/interface/" + context.known.wireless.segment }

  private static func list(_ context: MenuContext) -> MenuQuery {
    MenuQuery(path: path(context), properties: [".id", "name", "running"])
  }

  private static func registrations(_ context: MenuContext) -> MenuQuery {
    MenuQuery(
      path: path(context) + "/registration-table", properties: clients.properties + ["signal-to-noise", "tx-ccq"])
  }

  private static func monitor(_ radio: Row, _ context: MenuContext) -> MenuQuery? {
    radio.item.map { id in
      MenuQuery(
        path: path(context), command: "monitor",
        properties: ["channel", "noise-floor", "overall-tx-ccq", "registered-clients", "registered-peers"],
        attributes: [("numbers", id), ("once", "")])
    }
  }

  private static func running(_ answers: MenuAnswers, _ context: MenuContext) -> [Row] {
    answers.rows(list(context)).filter { $0["running"].flatMap(RowValue.boolean) == true }
  }
}

/// What the interfaces on one channel say together.
private struct Channel {
  var noise: Double?
  var quality: Double?
  var clients: Double?

  mutating func add(_ row: Row, _ samples: inout MenuSamples) {
    if let value = read(row, "noise-floor", "dBm", &samples) { noise = max(noise ?? value, value) }
    if let value = read(row, "overall-tx-ccq", "%", &samples) { quality = min(quality ?? value, value) }
    // The newer drivers call them peers.
    let field = row["registered-peers"] == nil ? "registered-clients" : "registered-peers"
    if let value = read(row, field, "", &samples) { clients = (clients ?? 0) + value }
  }

  private func read(_ row: Row, _ field: String, _ unit: String, _ samples: inout MenuSamples) -> Double? {
    switch row.read(field, RowValue.quantity(in: unit)) {
    case .absent: return nil
    case .unreadable:
      samples.drop()
      return nil
    case .value(let value): return value
    }
  }
}
