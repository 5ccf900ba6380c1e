/// Joins the families of many devices: each family once, with one HELP and one TYPE, sorted by name. A pure function.
package struct ExpositionMerge: Sendable {
  private struct Family {
    var kind: MetricFamily.Kind
    var help: String
    var lines: [UInt8]
    /// Of further devices.
    var more: [[UInt8]] = []

    init(_ family: RenderedFamily) {
      kind = family.kind
      help = family.help
      lines = family.lines
    }

    func isInfo(_ name: String) -> Bool {
      ([lines] + more).allSatisfy { RenderedFamily(name: name, kind: kind, help: "", lines: $0).isInfo }
    }
  }

  /// The first families added, while there are no others: sorted, and each once.
  private var first: [RenderedFamily] = []
  private var families: [String: Family] = [:]
  /// Families left out because another device has the name with another type.
  package private(set) var conflicts = 0

  package init() {}

  package mutating func add(_ family: RenderedFamily) { add([family]) }

  /// Adds the families of one device.
  package mutating func add(_ more: [RenderedFamily]) {
    if first.isEmpty, families.isEmpty, Self.isSortedEachOnce(more) {
      first = more.filter { !$0.lines.isEmpty }
      return
    }
    for family in first { join(family) }
    first = []
    for family in more { join(family) }
  }

  private static func isSortedEachOnce(_ families: [RenderedFamily]) -> Bool {
    families.indices.dropLast().allSatisfy { families[$0].name < families[$0 + 1].name }
  }

  private mutating func join(_ family: RenderedFamily) {
    guard !family.lines.isEmpty else { return }
    guard let place = families.index(forKey: family.name) else {
      families[family.name] = Family(family)
      return
    }
    guard families.values[place].kind.stands(beside: family.kind) else {
      conflicts += 1
      return
    }
    // In place: no copy of the parts may be alive meanwhile.
    if families.values[place].help.isEmpty { families.values[place].help = family.help }
    families.values[place].more.append(family.lines)
  }

  /// Keeps the families that a scrape asks for: by their own name, by that without `_total` or `_info`, or by a sample's.
  package mutating func keep(only names: Set<String>) {
    first = first.filter { Self.isAsked($0.name, $0.kind, names) }
    families = families.filter { Self.isAsked($0.key, $0.value.kind, names) }
  }

  private static func isAsked(_ name: String, _ kind: MetricFamily.Kind, _ names: Set<String>) -> Bool {
    if names.contains(name) { return true }
    if kind.isCompound { return ["_bucket", "_sum", "_count"].contains { names.contains(name + $0) } }
    return ["_total", "_info"].contains { name.hasSuffix($0) && names.contains(String(name.dropLast($0.count))) }
  }

  /// Everything as one text: the families, sorted by name.
  package func text(_ format: ExpositionFormat) -> [UInt8] {
    let sorted =
      families.isEmpty
      ? first.map { ($0.name, Family($0)) } : families.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    var text: [UInt8] = []
    text.reserveCapacity(
      sorted.reduce(8) { total, family in
        let lines = family.1.more.reduce(family.1.lines.count) { $0 + $1.count }
        return total + lines + 2 * family.0.utf8.count + family.1.help.utf8.count + 64
      })
    let kinds: [String: MetricFamily.Kind] =
      format == .openMetrics ? Dictionary(sorted.map { ($0.0, $0.1.kind) }) { one, _ in one } : [:]
    for (name, family) in sorted {
      let isInfo = format == .openMetrics && family.isInfo(name)
      FamilyHead(name: name, kind: family.kind, help: family.help, isInfo: isInfo).append(format, to: &text) { kinds[$0] }
      text += family.lines
      for lines in family.more { text += lines }
    }
    text += format.end.utf8
    return text
  }
}
