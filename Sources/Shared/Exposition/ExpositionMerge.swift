/// Joins the families of many devices: each family once, with one HELP and one TYPE, sorted by name. A pure function.
package struct ExpositionMerge: Sendable {
  /// A finished family.
  package struct Block: Sendable, Equatable {
    package var name: String
    package var bytes: [UInt8]
  }

  private struct Family {
    var kind: MetricFamily.Kind
    var help: String
    var parts: [[UInt8]]
  }

  private var families: [String: Family] = [:]
  /// Families left out because another device has the name with another type.
  package private(set) var conflicts = 0

  package init() {}

  package mutating func add(_ family: RenderedFamily) {
    guard !family.lines.isEmpty else { return }
    guard let known = families[family.name] else {
      families[family.name] = Family(kind: family.kind, help: family.help, parts: [family.lines])
      return
    }
    // A gauge among counters can be told apart by nobody; a histogram among gauges would break the whole answer.
    guard known.kind == family.kind || !Self.isCompound(known.kind) && !Self.isCompound(family.kind) else {
      conflicts += 1
      return
    }
    if known.help.isEmpty { families[family.name]?.help = family.help }
    families[family.name]?.parts.append(family.lines)
  }

  /// Keeps the families that a scrape asks for: by their own name, by that without `_total` or `_info`, or by a sample's.
  package mutating func keep(only names: Set<String>) {
    families = families.filter { name, family in
      if names.contains(name) { return true }
      if Self.isCompound(family.kind) { return ["_bucket", "_sum", "_count"].contains { names.contains(name + $0) } }
      return ["_total", "_info"].contains { name.hasSuffix($0) && names.contains(String(name.dropLast($0.count))) }
    }
  }

  /// The families, sorted by name.
  package func blocks(_ format: ExpositionFormat = .text) -> [Block] {
    families.sorted { $0.key < $1.key }.map { name, family in
      // promtool wants a help text; a family without one says where it is from.
      let help = family.help.isEmpty ? "From a device's metrics file." : family.help
      var bytes: [UInt8] = []
      bytes.reserveCapacity(family.parts.reduce(name.utf8.count * 2 + help.utf8.count + 32) { $0 + $1.count })
      switch format {
      case .text: bytes += "# HELP \(name) \(help)\n# TYPE \(name) \(family.kind.rawValue)\n".utf8
      case .openMetrics:
        let (name, kind) = openMetrics(name, family)
        bytes += "# HELP \(name) \(Self.escapingQuotes(help))\n# TYPE \(name) \(kind)\n".utf8
      }
      for part in family.parts { bytes += part }
      return Block(name: name, bytes: bytes)
    }
  }

  /// Everything as one text.
  package func text(_ format: ExpositionFormat) -> [UInt8] {
    let blocks = blocks(format)
    var text: [UInt8] = []
    text.reserveCapacity(blocks.reduce(8) { $0 + $1.bytes.count })
    for block in blocks { text += block.bytes }
    text += format.end.utf8
    return text
  }

  /// A counter's and an info's family has its name without the suffix there. Where that name is another family's, it is a plain one.
  private func openMetrics(_ name: String, _ family: Family) -> (name: String, kind: String) {
    switch family.kind {
    case .counter:
      guard let short = shortened(name, "_total") else { return (name, "unknown") }
      return (short, "counter")
    case .gauge:
      let isInfo = family.parts.allSatisfy { RenderedFamily(name: name, kind: .gauge, help: "", lines: $0).isInfo }
      guard isInfo, let short = shortened(name, "_info") else { return (name, "gauge") }
      return (short, "info")
    case .untyped: return (name, "unknown")
    case .histogram, .summary: return (name, family.kind.rawValue)
    }
  }

  private func shortened(_ name: String, _ suffix: String) -> String? {
    guard name.hasSuffix(suffix) else { return nil }
    let short = String(name.dropLast(suffix.count))
    // Two suffixed names may want the same one: the counter has it.
    let isTaken = families[short] != nil || suffix == "_info" && families[short + "_total"]?.kind == .counter
    return isTaken || !MetricName.isValidMetric(short) ? nil : short
  }

  /// From the escapes of 0.0.4 to those of OpenMetrics, which has one more.
  private static func escapingQuotes(_ help: String) -> String { help.replacing("\"", with: "\\\"") }

  private static func isCompound(_ kind: MetricFamily.Kind) -> Bool {
    switch kind {
    case .histogram, .summary: true
    case .gauge, .counter, .untyped: false
    }
  }
}
