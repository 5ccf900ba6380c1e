import Shared

/// A billing month of all devices as CSV.
struct FleetReport {
  let devices: [DeviceView]
  /// By name; a device whose storage does not answer has none.
  let summaries: [String: MonthSummary]

  var csv: [UInt8] {
    var text = CSVText([
      "device", "month", "from", "to", "in", "out", "sum", "coverage", "sampled", "flags", "samples", "missing", "p95_in",
      "p95_out", "p95_larger", "p95_sum", "quota", "used", "forecast",
    ])
    for device in devices {
      guard let summary = summaries[device.name] else {
        text.row([.text(device.name)] + Array(repeating: .text(""), count: 18))
        continue
      }
      let values = summary.percentiles
      text.row(
        [.text(device.name), .text(summary.month.name)] + UsageResponse.cells(summary.total) + [
          .number(UInt64(values.samples)), .number(UInt64(values.missing)), .real(values.rx), .real(values.tx),
          .real(values.larger), .real(values.sum), .number(summary.quota?.limit), .number(summary.quota?.used),
          .number(summary.quota?.forecast),
        ])
    }
    return text.bytes
  }
}
