/// What makes a sample's series: its labels, in whatever order.
private struct SeriesIdentity: Hashable {
  var suffix: String
  var labels: [Labels.Label]

  static func == (left: SeriesIdentity, right: SeriesIdentity) -> Bool {
    guard left.suffix == right.suffix, left.labels.count == right.labels.count else { return false }
    return left.labels == right.labels || Set(left.labels) == Set(right.labels)
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(suffix)
    // The same for every order.
    hasher.combine(labels.reduce(0) { $0 ^ $1.hashValue })
  }
}

/// Writes the Prometheus text format 0.0.4.
package enum PrometheusText {
  /// What could not be written: it is left out and counted, so that one odd sample loses itself only.
  package struct Dropped: Sendable, Equatable {
    /// Samples or families whose name or label name Prometheus would refuse.
    package var invalid = 0
    /// Samples whose label set another sample of the family has too; the last one is kept.
    package var duplicates = 0
    package init() {}
  }

  /// Families sorted by name; families of the same name are joined under the first one's help and type.
  package static func render(_ families: [MetricFamily]) -> (text: [UInt8], dropped: Dropped) {
    let (families, dropped) = rendered(families)
    return (text(families), dropped)
  }

  /// The same, a family at a time.
  package static func rendered(_ families: [MetricFamily]) -> (families: [RenderedFamily], dropped: Dropped) {
    var dropped = Dropped()
    var byName: [String: MetricFamily] = [:]
    for family in families {
      if byName[family.name] == nil { byName[family.name] = family } else { byName[family.name]?.samples += family.samples }
    }
    var rendered: [RenderedFamily] = []
    for (name, family) in byName.sorted(by: { $0.key < $1.key }) {
      guard MetricName.isValidMetric(name) else {
        dropped.invalid += max(1, family.samples.count)
        continue
      }
      let samples = unique(family.samples, &dropped)
      guard !samples.isEmpty else { continue }
      var help: [UInt8] = []
      append(escaped: family.help, quotes: false, to: &help)
      var finished = RenderedFamily(name: name, kind: family.kind, help: String(decoding: help, as: UTF8.self))
      for sample in samples { append(sample, name, to: &finished.lines) }
      rendered.append(finished)
    }
    return (rendered, dropped)
  }

  /// Finished families as one text.
  package static func text(_ families: [RenderedFamily]) -> [UInt8] {
    var text: [UInt8] = []
    for family in families {
      text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind.rawValue)\n".utf8
      text += family.lines
    }
    return text
  }

  /// A number as the text format wants it: `NaN`, `+Inf`, `-Inf`, or the shortest exact decimal.
  package static func append(_ value: MetricFamily.Value, to text: inout [UInt8]) {
    switch value {
    case .unsigned(let number): JSONText.append(number, to: &text)
    case .double(let number) where number.isNaN: text += "NaN".utf8
    case .double(let number) where number.isInfinite: text += (number > 0 ? "+Inf" : "-Inf").utf8
    case .double(let number): JSONText.append(Optional(number), to: &text)
    }
  }

  /// Label values are escaped (`\`, `"`, newline); other bytes stand as they are.
  package static func append(escaped value: String, quotes: Bool, to text: inout [UInt8]) {
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): text += "\\\\".utf8
      case UInt8(ascii: "\n"): text += "\\n".utf8
      case UInt8(ascii: "\"") where quotes: text += "\\\"".utf8
      default: text.append(byte)
      }
    }
  }

  private static func unique(_ samples: [MetricFamily.Sample], _ dropped: inout Dropped) -> [MetricFamily.Sample] {
    var place: [SeriesIdentity: Int] = [:]
    place.reserveCapacity(samples.count)
    var kept: [MetricFamily.Sample] = []
    kept.reserveCapacity(samples.count)
    var valid: [Labels.Label] = []
    for sample in samples {
      // Most samples of a family have the names of the one before.
      if !sample.labels.all.elementsEqual(valid, by: { $0.name == $1.name }) {
        let names = sample.labels.all.map(\.name)
        guard names.allSatisfy({ MetricName.isValidLabel($0) }), Set(names).count == names.count else {
          dropped.invalid += 1
          continue
        }
        valid = sample.labels.all
      }
      let identity = SeriesIdentity(suffix: sample.suffix, labels: sample.labels.all)
      if let at = place[identity] {
        kept[at] = sample
        dropped.duplicates += 1
      } else {
        place[identity] = kept.count
        kept.append(sample)
      }
    }
    return kept
  }

  private static func append(_ sample: MetricFamily.Sample, _ name: String, to text: inout [UInt8]) {
    text += (name + sample.suffix).utf8
    var open = false
    for label in sample.labels.all {
      text.append(open ? UInt8(ascii: ",") : UInt8(ascii: "{"))
      open = true
      text += (label.name + "=\"").utf8
      append(escaped: label.value, quotes: true, to: &text)
      text.append(UInt8(ascii: "\""))
    }
    if open { text.append(UInt8(ascii: "}")) }
    text.append(UInt8(ascii: " "))
    append(sample.value, to: &text)
    text.append(UInt8(ascii: "\n"))
  }
}
