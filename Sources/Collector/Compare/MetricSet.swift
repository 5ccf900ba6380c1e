import Shared

/// The families of one side, for comparing: types, label names, and values by series.
struct MetricSet: Sendable {
  struct Series: Sendable, Hashable {
    /// With `_bucket` and the like.
    var name: String
    /// Sorted by label name; values as they stand in the text, escapes included.
    var labels: [Labels.Label]
  }

  struct Family: Sendable {
    var kind: MetricFamily.Kind
    var labels: Set<String> = []
    var series: [Series: Double] = [:]
  }

  var families: [String: Family] = [:]
  /// Lines that Prometheus would refuse.
  private(set) var dropped = 0

  /// - Parameter texts: of one server or of several files; families of the same name are joined.
  init(_ texts: [[UInt8]]) {
    for text in texts {
      let file = ExpositionFile(parsing: text)
      dropped += file.dropped
      for family in file.families where !Self.isAboutTheProgram(family.name) { add(family) }
    }
  }

  private mutating func add(_ rendered: RenderedFamily) {
    var family = families[rendered.name] ?? Family(kind: rendered.kind)
    for line in rendered.lines.split(separator: UInt8(ascii: "\n")) {
      guard let sample = SampleLine(line), let value = Double(sample.value) else { continue }
      let labels = sample.labels.sorted { $0.name < $1.name }
      family.labels.formUnion(labels.map(\.name))
      family.series[Series(name: sample.name, labels: labels)] = value
    }
    families[rendered.name] = family.series.isEmpty ? nil : family
  }

  /// Families about the exporting program itself, and those of ours that MKTXP has no counterpart for.
  private static func isAboutTheProgram(_ name: String) -> Bool {
    ["python_", "process_", "tikwatch_"].contains { name.hasPrefix($0) } || name.hasPrefix("mktxp_collection_time")
  }

  /// The devices that series are about.
  var devices: Set<String> {
    Set(families.values.flatMap { $0.series.keys }.compactMap { $0["routerboard_name"] })
  }

  /// Without the series of other devices. Those of no device stay.
  func only(_ devices: Set<String>) -> MetricSet {
    var result = self
    for (name, family) in families {
      var kept = family
      kept.series = family.series.filter { series, _ in series["routerboard_name"].map(devices.contains) ?? true }
      kept.labels = Set(kept.series.keys.flatMap { $0.labels.map(\.name) })
      result.families[name] = kept.series.isEmpty ? nil : kept
    }
    return result
  }
}

extension MetricSet.Series {
  subscript(label: String) -> String? { labels.first { $0.name == label }?.value }

  /// With these labels alone.
  func only(_ names: Set<String>) -> MetricSet.Series {
    MetricSet.Series(name: name, labels: labels.filter { names.contains($0.name) })
  }

  var text: String {
    labels.isEmpty ? name : name + "{" + labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",") + "}"
  }
}
