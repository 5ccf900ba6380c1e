import Shared

/// What is left in `/metrics` of a device that is down and whose own metrics are too old to show: that it is down.
enum DownDevice {
  static let name = "tikwatch_device_up"
  private static let help = "1 while the device answers, 0 while it is down."

  /// The series of its last file with the value 0; where it never had a file, one with MKTXP's two labels.
  static func metrics(
    _ device: DeviceView, _ last: KeptMetrics?, external: [WebNodeConfig.ExternalLabel]
  ) -> KeptMetrics {
    // Without a time of its own: that it is down is of now.
    var file = ExpositionFile(parsing: [])
    file.families = [family(device, last?.parts[name], external: external)]
    return KeptMetrics(file)
  }

  private static func family(
    _ device: DeviceView, _ part: MetricsPart?, external: [WebNodeConfig.ExternalLabel]
  ) -> RenderedFamily {
    if let part, part.head.kind == .gauge {
      var family = RenderedFamily(name: name, kind: .gauge, help: part.head.help)
      for sample in part.lines.split(separator: UInt8(ascii: "\n")).compactMap({ SampleLine($0) }) {
        sample.with(value: "0").append(adding: [], to: &family.lines)
      }
      return family
    }
    let labels = Labels([("routerboard_address", device.address ?? ""), ("routerboard_name", device.name)])
    var family = MetricFamily(name, .gauge, help: help, samples: [MetricFamily.Sample(.unsigned(0), labels: labels)])
    for label in external { family.samples[0].labels.append(label.name, label.value) }
    return PrometheusText.rendered([family]).families.first ?? RenderedFamily(name: name, kind: .gauge, help: help)
  }
}
