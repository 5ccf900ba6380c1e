import Shared

/// One family of one device, as long as it does not change: its identity tells whether what was made of it still holds.
final class MetricsPart: Sendable {
  let head: FamilyHead
  let lines: [UInt8]

  init(_ family: RenderedFamily) {
    head = FamilyHead(name: family.name, kind: family.kind, help: family.help, isInfo: family.isInfo)
    lines = family.lines
  }

  var name: String { head.name }

  func isSame(_ family: RenderedFamily) -> Bool {
    head.kind == family.kind && head.help == family.help && lines == family.lines
  }
}

/// What one `metrics.prom` holds.
final class KeptMetrics: Sendable {
  /// When the collector wrote it, epoch seconds; `nil`: it does not say, and so cannot be trusted.
  let written: Double?
  let dropped: Int
  /// Families with samples, by name.
  let parts: [String: MetricsPart]
  /// Bytes of all lines.
  let size: Int

  /// - Parameter previous: what the file held before; families that did not change keep their identity.
  init(_ file: ExpositionFile, previous: KeptMetrics? = nil) {
    written = file.written
    dropped = file.dropped
    var parts: [String: MetricsPart] = [:]
    parts.reserveCapacity(file.families.count)
    for family in file.families where !family.lines.isEmpty {
      if let known = previous?.parts[family.name], known.isSame(family) {
        parts[family.name] = known
      } else {
        parts[family.name] = MetricsPart(family)
      }
    }
    self.parts = parts
    size = file.families.reduce(0) { $0 + $1.lines.count }
  }
}
