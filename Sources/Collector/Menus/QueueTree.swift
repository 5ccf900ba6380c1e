import Shared

/// `/queue/tree`. Rate and queue length are momentary values that MKTXP types as counters; so they are here.
struct QueueTree: SingleMenu {
  static let rate = Metric.counter("mktxp_queue_tree_rates_total", "Rate of the queue in bit/s at the moment of asking")
  static let counters: [(metric: Metric, field: String)] = [
    (.counter("mktxp_queue_tree_bytes_total", "Bytes that went through the queue"), "bytes"),
    (.counter("mktxp_queue_tree_queued_bytes_total", "Bytes in the queue at the moment of asking"), "queued-bytes"),
    (.counter("mktxp_queue_tree_dropped_total", "Packets that the queue dropped"), "dropped"),
  ]

  let query = MenuQuery(path: "/queue/tree", properties: ["name", "rate"] + counters.map(\.field))
  let metrics = [rate] + counters.map(\.metric)

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.queue] ? .exported : .off }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows {
      guard let name = row["name"] else {
        samples.drop()
        continue
      }
      let labels = context.labels([("name", name)])
      samples.add(rate: Self.rate, row, "rate", labels)
      for (metric, field) in Self.counters { samples.add(counter: metric, row, field, labels) }
    }
    return samples
  }
}
