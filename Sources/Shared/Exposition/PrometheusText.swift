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
    var text: [UInt8] = []
    append(families, to: &text)
    return (text, dropped)
  }

  /// The same, a family at a time.
  package static func rendered(_ families: [MetricFamily]) -> (families: [RenderedFamily], dropped: Dropped) {
    var dropped = Dropped()
    var rendered: [RenderedFamily] = []
    rendered.reserveCapacity(families.count)
    var rest = order(families)[...]
    while let place = rest.popFirst() {
      var family = families[place]
      while let next = rest.first, families[next].name == family.name {
        family.samples += families[next].samples
        rest.removeFirst()
      }
      guard MetricName.isValidMetric(family.name) else {
        dropped.invalid += max(1, family.samples.count)
        continue
      }
      let lines = SampleLines.render(family, &dropped)
      guard !lines.isEmpty else { continue }
      rendered.append(RenderedFamily(name: family.name, kind: family.kind, help: escaped(help: family.help), lines: lines))
    }
    return (rendered, dropped)
  }

  /// Places of families by name; of the same name, as they were given.
  private static func order(_ families: [MetricFamily]) -> [Int] {
    families.indices.sorted { left, right in
      let (one, other) = (families[left].name, families[right].name)
      return one < other || left < right && one == other
    }
  }

  private static func escaped(help: String) -> String {
    guard help.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\n") }) else { return help }
    var text: [UInt8] = []
    append(escaped: help, quotes: false, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Finished families as one text, behind what `text` holds already.
  package static func append(_ families: [RenderedFamily], to text: inout [UInt8]) {
    text.reserveCapacity(families.reduce(text.count) { $0 + $1.lines.count + $1.help.utf8.count + 2 * $1.name.utf8.count + 32 })
    for family in families {
      text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind.rawValue)\n".utf8
      text += family.lines
    }
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
    // Almost every value is one piece of plain bytes.
    let isPlain = value.utf8.withContiguousStorageIfAvailable { bytes in
      guard !bytes.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\"") }) else {
        return false
      }
      text.append(contentsOf: bytes)
      return true
    }
    guard isPlain != true else { return }
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): text += "\\\\".utf8
      case UInt8(ascii: "\n"): text += "\\n".utf8
      case UInt8(ascii: "\"") where quotes: text += "\\\"".utf8
      default: text.append(byte)
      }
    }
  }
}
