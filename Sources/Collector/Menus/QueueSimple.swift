import Shared

/// `/queue/simple`: fields hold `upload/download`. Rate and queue length are momentary values that MKTXP types as counters; so they are here.
struct QueueSimple: SingleMenu {
  static let rate = (
    first: Metric.counter("mktxp_queue_simple_rates_upload_total", "Rate of uploads in bit/s at the moment of asking"),
    second: Metric.counter("mktxp_queue_simple_rates_download_total", "Rate of downloads in bit/s at the moment of asking")
  )
  static let counters: [(metrics: (first: Metric, second: Metric), field: String)] = [
    (
      (
        .counter("mktxp_queue_simple_bytes_upload_total", "Bytes uploaded through the queue"),
        .counter("mktxp_queue_simple_bytes_download_total", "Bytes downloaded through the queue")
      ), "bytes"
    ),
    (
      (
        .counter("mktxp_queue_simple_queued_bytes_upload_total", "Bytes of uploads in the queue at the moment of asking"),
        // The spelling is MKTXP's.
        .counter("mktxp_queue_simple_queued_bytes_downloadd_total", "Bytes of downloads in the queue at the moment of asking")
      ), "queued-bytes"
    ),
    (
      (
        .counter("mktxp_queue_simple_dropped_upload_total", "Packets of uploads that the queue dropped"),
        .counter("mktxp_queue_simple_dropped_download_total", "Packets of downloads that the queue dropped")
      ), "dropped"
    ),
  ]

  let query = MenuQuery(path: "/queue/simple", properties: ["name", "rate"] + counters.map(\.field))
  let metrics = [rate.first, rate.second] + counters.flatMap { [$0.metrics.first, $0.metrics.second] }

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.queue] ? .exported : .off }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows {
      guard let name = row["name"] else {
        samples.drop()
        continue
      }
      let labels = context.labels([("name", name)])
      samples.add(pair: Self.rate, row, "rate", UInt8(ascii: "/"), labels, RowValue.rate) { .unsigned($0) }
      for (metrics, field) in Self.counters {
        samples.add(pair: metrics, row, field, UInt8(ascii: "/"), labels, RowValue.unsigned) { .unsigned($0) }
      }
    }
    return samples
  }
}
