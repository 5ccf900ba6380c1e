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
    guard known.kind.stands(beside: family.kind) else {
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
      if family.kind.isCompound { return ["_bucket", "_sum", "_count"].contains { names.contains(name + $0) } }
      return ["_total", "_info"].contains { name.hasSuffix($0) && names.contains(String(name.dropLast($0.count))) }
    }
  }

  /// The families, sorted by name.
  package func blocks(_ format: ExpositionFormat = .text) -> [Block] {
    families.sorted { $0.key < $1.key }.map { name, family in
      let isInfo =
        format == .openMetrics
        && family.parts.allSatisfy { RenderedFamily(name: name, kind: family.kind, help: "", lines: $0).isInfo }
      let head = FamilyHead(name: name, kind: family.kind, help: family.help, isInfo: isInfo)
      var bytes = head.text(format) { families[$0]?.kind }
      bytes.reserveCapacity(family.parts.reduce(bytes.count) { $0 + $1.count })
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
}
