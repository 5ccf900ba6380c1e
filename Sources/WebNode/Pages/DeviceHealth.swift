import Shared

/// What `metrics.prom` tells about one device, as its page shows it.
struct DeviceHealth {
  /// The families that the page needs.
  static let families: Set<String> = Set(
    [
      "mktxp_system_free_hdd_space", "mktxp_system_total_hdd_space", "mktxp_system_cpu_count", "mktxp_system_total_memory",
      "mktxp_system_power_consumption", "tikwatch_device_api_bytes_total", "tikwatch_device_api_seconds", "tikwatch_menu_seconds",
      "tikwatch_menu_up", "mktxp_lte_current_operator_info", "mktxp_wlan_noise_floor", "mktxp_wlan_registered_clients",
      "mktxp_wlan_overall_tx_ccq", "mktxp_system_update_available",
    ]
      + counters.map { $0.family } + voltages.map { $0.family } + signals.map { $0.family } + ["mktxp_interface_actual_mtu"])

  /// Counters of interfaces.
  private static let counters: [(family: String, kind: String)] = [
    ("mktxp_interface_rx_error_total", "errors"), ("mktxp_interface_tx_error_total", "errors"),
    ("mktxp_interface_rx_drop_total", "drops"), ("mktxp_interface_tx_drop_total", "drops"), ("mktxp_link_downs_total", "downs"),
  ]

  /// The first one known is shown.
  private static let voltages: [(family: String, note: String)] = [
    ("mktxp_system_routerboard_voltage", "supply"), ("mktxp_system_jack_voltage", "jack"),
    ("mktxp_system_2pin_voltage", "2-pin input"),
    ("mktxp_system_poe_in_voltage", "PoE input"), ("mktxp_system_psu1_voltage", "power supply 1"),
    ("mktxp_system_psu2_voltage", "power supply 2"),
  ]

  /// Radio and light, in the order of the page.
  private static let signals: [(family: String, title: String, unit: String)] = [
    ("mktxp_lte_rssi", "LTE RSSI", "dBm"), ("mktxp_lte_rsrp", "LTE RSRP", "dBm"), ("mktxp_lte_rsrq", "LTE RSRQ", "dB"),
    ("mktxp_lte_sinr", "LTE SINR", "dB"), ("mktxp_lte_nr_rsrp", "5G RSRP", "dBm"), ("mktxp_lte_nr_rsrq", "5G RSRQ", "dB"),
    ("mktxp_lte_nr_sinr", "5G SINR", "dB"), ("mktxp_w60g_rssi", "60 GHz RSSI", "dBm"),
    ("mktxp_interface_sfp_rx_power", "Light received", "dBm"), ("mktxp_interface_sfp_tx_power", "Light sent", "dBm"),
    ("mktxp_interface_sfp_temperature", "Transceiver", "°C"),
  ]

  let metrics: DeviceNumbers
  let now: Double

  /// `nil` while the numbers are fresh.
  var age: Double? {
    guard let written = metrics.written, now - written > 120 else { return nil }
    return now - written
  }

  // MARK: Tiles

  /// (value, unit, note) of what is known.
  var voltage: (value: Double, note: String)? {
    for (family, note) in Self.voltages { if let value = metrics.value(family) { return (value, note) } }
    return nil
  }

  var power: Double? { metrics.value("mktxp_system_power_consumption") }

  /// Free and whole bytes of the device's disk.
  var disk: (free: Double, total: Double)? {
    guard let free = metrics.value("mktxp_system_free_hdd_space"), let total = metrics.value("mktxp_system_total_hdd_space"),
      total > 0,
      free >= 0, free <= total
    else { return nil }
    return (free, total)
  }

  var cores: Int? { metrics.value("mktxp_system_cpu_count").flatMap { $0 >= 1 && $0 < 10_000 ? Int($0) : nil } }
  var memory: Double? { metrics.value("mktxp_system_total_memory") }

  // MARK: Interfaces

  /// `errors`, `drops` (each in and out) and `mtu` by the interface's present name.
  func interfaceFields() -> [String: Fields] {
    let (inErrors, outErrors) = (
      metrics.by("name", "mktxp_interface_rx_error_total"), metrics.by("name", "mktxp_interface_tx_error_total")
    )
    let (inDrops, outDrops) = (
      metrics.by("name", "mktxp_interface_rx_drop_total"), metrics.by("name", "mktxp_interface_tx_drop_total")
    )
    let mtu = metrics.by("name", "mktxp_interface_actual_mtu")
    let downs = metrics.by("name", "mktxp_link_downs_total")
    var fields: [String: Fields] = [:]
    for name in Set(inErrors.keys).union(outErrors.keys).union(inDrops.keys).union(outDrops.keys).union(mtu.keys).union(
      downs.keys)
    {
      fields[name] = [
        "errors": Self.pair(inErrors[name], outErrors[name]), "drops": Self.pair(inDrops[name], outDrops[name]),
        "mtu": mtu[name].map { Format.fixed($0, 0) } ?? Format.unknown,
        "downs": downs[name].map { Format.parts($0, unit: "").text } ?? Format.unknown,
      ]
    }
    return fields
  }

  /// In and out apart, as the columns say; once where both are zero.
  private static func pair(_ received: Double?, _ sent: Double?) -> Fields {
    guard received != nil || sent != nil else { return ["text": Format.unknown, "kind": ""] }
    if received == 0, sent == 0 { return ["text": "0", "kind": ""] }
    return ["text": [received, sent].map { Format.parts($0, unit: "").text }.joined(separator: " / "), "kind": "warnc"]
  }

  // MARK: Radio, light, cost

  var signalRows: [Fields] {
    var rows: [Fields] = []
    for (family, title, unit) in Self.signals {
      for value in metrics.all(family) {
        let digits = unit == "dB" || family.contains("sfp") ? 1 : 0
        let text = Format.fact(value.value, unit, digits: digits).replacing("-", with: "−")
        rows.append(["label": title, "place": value.labels["name"] ?? "", "value": text])
      }
    }
    for value in metrics.all("mktxp_lte_current_operator_info") {
      let parts = [value.labels["current_operator"], value.labels["access_technology"]].compactMap { $0 }.filter { !$0.isEmpty }
      if !parts.isEmpty {
        rows.insert(["label": "Operator", "place": value.labels["name"] ?? "", "value": parts.joined(separator: ", ")], at: 0)
      }
    }
    let clients = metrics.by("channel", "mktxp_wlan_registered_clients")
    for value in metrics.all("mktxp_wlan_noise_floor") {
      let channel = value.labels["channel"] ?? ""
      let count = clients[channel].map { $0 == 1 ? ", 1 client" : ", \(Format.fixed($0, 0)) clients" } ?? ""
      rows.append([
        "label": "Noise floor", "place": channel, "value": Format.fact(value.value, "dBm").replacing("-", with: "−") + count,
      ])
    }
    return rows
  }

  /// What being watched costs the device, over the life of its collector.
  ///
  /// - Parameter started: when that collector started, epoch seconds.
  func cost(started: Double?) -> [Fields] {
    guard let started, let written = metrics.written, written - started >= 1 else { return [] }
    let seconds = written - started
    var rows: [(String, String)] = []
    if let count = metrics.part("tikwatch_device_api_seconds", "_count") {
      rows.append(("Commands", Self.perSecond(count / seconds, digits: 1)))
      if let sum = metrics.part("tikwatch_device_api_seconds", "_sum"), sum >= 0 {
        if count > 0 { rows.append(("Mean answer", DeviceFields.ping(sum / count * 1000))) }
        let share = min(1, sum / seconds)
        rows.append(
          ("Busy with them", share < 0.0001 ? "<\(Format.narrow)0.01\(Format.narrow)%" : Format.fact(share * 100, "%", digits: 2))
        )
      }
    }
    for (direction, label) in [("sent", "Sent to it"), ("received", "Received from it")] {
      if let bytes = metrics.by("direction", "tikwatch_device_api_bytes_total")[direction] {
        rows.append((label, Format.bytes(bytes / seconds) + "/s"))
      }
    }
    let slowest = metrics.all("tikwatch_menu_seconds").max { $0.value < $1.value }
    if let slowest, let menu = slowest.labels["menu"] {
      rows.append(("Slowest menu", "\(menu), \(DeviceFields.ping(slowest.value * 1000))"))
    }
    let failing = metrics.all("tikwatch_menu_up").filter { $0.value == 0 }.compactMap { $0.labels["menu"] }.sorted()
    if !failing.isEmpty { rows.append(("Menus that fail", failing.joined(separator: ", "))) }
    return rows.map { ["label": $0.0, "value": $0.1] }
  }

  private static func perSecond(_ value: Double, digits: Int) -> String { Format.fixed(value, digits) + " a second" }
}
