import Shared

/// `/interface/ethernet/switch/port`: counters of the switch chip. Ports of several lanes give one value for each; they are summed.
struct SwitchPort: SingleMenu {
  static let counters: [(metric: Metric, field: String)] = [
    ("driver_rx_byte", "Bytes that the driver received"), ("driver_rx_packet", "Packets that the driver received"),
    ("driver_tx_byte", "Bytes that the driver sent"), ("driver_tx_packet", "Packets that the driver sent"),
    ("rx_bytes", "Bytes received by the switch port"), ("rx_broadcast", "Broadcast frames received"),
    ("rx_pause", "Pause frames received"), ("rx_multicast", "Multicast frames received"),
    ("rx_fcs_error", "Frames received with a wrong checksum"), ("rx_align_error", "Frames received with an alignment error"),
    ("rx_fragment", "Fragments received"), ("rx_overflow", "Frames lost to a full receive buffer"),
    ("rx_drop", "Frames received and dropped"), ("tx_bytes", "Bytes sent by the switch port"),
    ("tx_broadcast", "Broadcast frames sent"), ("tx_pause", "Pause frames sent"), ("tx_multicast", "Multicast frames sent"),
    ("tx_underrun", "Frames that ran out of data while being sent"), ("tx_collision", "Collisions while sending"),
    ("tx_deferred", "Frames whose sending was deferred"), ("tx_drop", "Frames dropped before they were sent"),
  ].map { name, help in (Metric.counter("mktxp_switch_\(name)_total", help), name.replacing("_", with: "-")) }

  let query = MenuQuery(
    path: "/interface/ethernet/switch/port", properties: ["name"] + counters.map(\.field), attributes: [("stats", "detail")])
  let metrics = counters.map(\.metric)

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.switchPort] ? .exported : .off }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows {
      guard let name = row["name"] else {
        samples.drop()
        continue
      }
      let labels = context.labels([("name", name)])
      for (metric, field) in Self.counters {
        samples.add(metric, row, field, labels, RowValue.sum) { .unsigned($0) }
      }
    }
    return samples
  }
}
