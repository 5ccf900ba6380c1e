import Shared

/// `/interface`: what interfaces there are, and their counters. The collector takes their identity from the same answer, so it is asked
/// whatever the switch says.
struct Interface: SingleMenu {
  static let comment = Metric.gauge("mktxp_interface_comment_info", "Interface comment")
  static let type = Metric.gauge("mktxp_interface_type_info", "Interface type")
  static let mac = Metric.gauge("mktxp_interface_mac_address_info", "Interface MAC address")
  static let defaultName = Metric.gauge("mktxp_interface_default_name_info", "Factory name of the interface")
  static let mtu = Metric.gauge("mktxp_interface_actual_mtu", "MTU in effect")
  static let booleans: [(metric: Metric, field: String)] = [
    (.gauge("mktxp_interface_running", "Interface is running"), "running"),
    (.gauge("mktxp_interface_disabled", "Interface is disabled"), "disabled"),
  ]
  static let counters: [(metric: Metric, field: String)] = [
    (.counter("mktxp_interface_rx_byte_total", "Bytes received"), "rx-byte"),
    (.counter("mktxp_interface_tx_byte_total", "Bytes sent"), "tx-byte"),
    (.counter("mktxp_interface_rx_packet_total", "Packets received"), "rx-packet"),
    (.counter("mktxp_interface_tx_packet_total", "Packets sent"), "tx-packet"),
    (.counter("mktxp_interface_rx_error_total", "Receive errors"), "rx-error"),
    (.counter("mktxp_interface_tx_error_total", "Transmit errors"), "tx-error"),
    (.counter("mktxp_interface_rx_drop_total", "Received packets dropped"), "rx-drop"),
    (.counter("mktxp_interface_tx_drop_total", "Outgoing packets dropped"), "tx-drop"),
    (.counter("mktxp_link_downs_total", "Link down transitions"), "link-downs"),
  ]

  let query = MenuQuery(
    path: "/interface",
    properties: [".id"] + InterfaceRow.properties + ["disabled", "actual-mtu"] + counters.map(\.field))
  let metrics = [comment, type, mac, defaultName, mtu] + (booleans + counters).map(\.metric)

  /// The list is looked at every 15 s even where metrics are written more seldom: new interfaces begin to be recorded by it.
  func period(metricsInterval: Double) -> Double { min(15, metricsInterval) }

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.interface] ? .exported : .factsOnly }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows {
      guard let raw = row["name"] else {
        samples.drop()
        continue
      }
      let name = context.nameFormat.text(name: raw, comment: row["comment"])
      let factory = row["default-name"].flatMap { $0.isEmpty ? nil : $0 } ?? raw
      let labels = context.labels(context.addsDefaultName ? [("name", name), ("default_name", factory)] : [("name", name)])
      samples.add(info: Self.comment, context.labels([("name", name), ("comment", row["comment"])]))
      samples.add(info: Self.type, context.labels([("name", name), ("type", row["type"])]))
      samples.add(info: Self.mac, context.labels([("name", name), ("mac_address", row["mac-address"])]))
      samples.add(info: Self.defaultName, context.labels([("name", name), ("default_name", factory)]))
      samples.add(number: Self.mtu, row, "actual-mtu", labels)
      for (metric, field) in Self.booleans { samples.add(boolean: metric, row, field, labels) }
      for (metric, field) in Self.counters { samples.add(counter: metric, row, field, labels) }
    }
    return samples
  }
}
