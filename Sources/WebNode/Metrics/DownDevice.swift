import Shared

/// What is left in `/metrics` of a device that is down and whose own metrics are too old to show: that it is down.
enum DownDevice {
  static let name = "tikwatch_device_up"
  private static let help = "1 while the device answers, 0 while it is down."

  /// The series of its last file with the value 0; where it never had a file, one with MKTXP's two labels.
  static func family(
    _ device: DeviceView, _ file: ExpositionFile?, external: [WebNodeConfig.ExternalLabel]
  ) -> RenderedFamily {
    if var family = file?.families.first(where: { $0.name == name }) {
      let samples = family.lines.split(separator: UInt8(ascii: "\n")).compactMap { SampleLine($0) }
      family.lines = []
      for sample in samples { sample.with(value: "0").append(adding: [], to: &family.lines) }
      return family
    }
    let labels = Labels([("routerboard_address", device.address ?? ""), ("routerboard_name", device.name)])
    var merge = MetricFamily(name, .gauge, help: help, samples: [MetricFamily.Sample(.unsigned(0), labels: labels)])
    for label in external { merge.samples[0].labels.append(label.name, label.value) }
    return PrometheusText.rendered([merge]).families.first ?? RenderedFamily(name: name, kind: .gauge, help: help)
  }
}
