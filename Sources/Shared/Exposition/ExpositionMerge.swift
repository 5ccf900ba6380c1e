/// Joins the families of many devices: each family once, with one HELP and one TYPE, sorted by name. A pure function.
package struct ExpositionMerge: Sendable {
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
    guard let place = families.index(forKey: family.name) else {
      families[family.name] = Family(kind: family.kind, help: family.help, parts: [family.lines])
      return
    }
    guard families.values[place].kind.stands(beside: family.kind) else {
      conflicts += 1
      return
    }
    // In place: no copy of the parts may be alive meanwhile.
    if families.values[place].help.isEmpty { families.values[place].help = family.help }
    families.values[place].parts.append(family.lines)
  }

  /// Keeps the families that a scrape asks for: by their own name, by that without `_total` or `_info`, or by a sample's.
  package mutating func keep(only names: Set<String>) {
    families = families.filter { name, family in
      if names.contains(name) { return true }
      if family.kind.isCompound { return ["_bucket", "_sum", "_count"].contains { names.contains(name + $0) } }
      return ["_total", "_info"].contains { name.hasSuffix($0) && names.contains(String(name.dropLast($0.count))) }
    }
  }

  /// Everything as one text: the families, sorted by name.
  package func text(_ format: ExpositionFormat) -> [UInt8] {
    var text: [UInt8] = []
    let size = families.reduce(8) { total, family in
      family.value.parts.reduce(total + 2 * family.key.utf8.count + family.value.help.utf8.count + 64) { $0 + $1.count }
    }
    text.reserveCapacity(size)
    for (name, family) in families.sorted(by: { $0.key < $1.key }) {
      let isInfo =
        format == .openMetrics
        && family.parts.allSatisfy { RenderedFamily(name: name, kind: family.kind, help: "", lines: $0).isInfo }
      let head = FamilyHead(name: name, kind: family.kind, help: family.help, isInfo: isInfo)
      head.append(format, to: &text) { families[$0]?.kind }
      for part in family.parts { text += part }
    }
    text += format.end.utf8
    return text
  }
}
