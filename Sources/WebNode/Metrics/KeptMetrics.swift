import NIOConcurrencyHelpers
import Shared

/// One family of one device, as long as it does not change: its identity tells whether what was made of it still holds.
final class MetricsPart: Sendable {
  let head: FamilyHead
  let lines: [UInt8]

  init(_ head: FamilyHead, _ lines: [UInt8]) {
    self.head = head
    // An array that grew has room for as much again.
    self.lines = [UInt8](unsafeUninitializedCapacity: lines.count) { buffer, count in
      count = buffer.initialize(fromContentsOf: lines)
    }
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

  /// - Parameters:
  ///   - previous: what the file held before; families that did not change keep their identity.
  ///   - heads: those of other devices, which have mostly the same families.
  init(_ file: ExpositionFile, previous: KeptMetrics? = nil, heads: FamilyHeads = FamilyHeads()) {
    written = file.written
    dropped = file.dropped
    var parts: [String: MetricsPart] = [:]
    parts.reserveCapacity(file.families.count)
    for family in file.families where !family.lines.isEmpty {
      if let known = previous?.parts[family.name], known.isSame(family) {
        parts[known.name] = known
      } else {
        let head = heads.shared(FamilyHead(name: family.name, kind: family.kind, help: family.help, isInfo: family.isInfo))
        parts[head.name] = MetricsPart(head, family.lines)
      }
    }
    self.parts = parts
    size = file.families.reduce(0) { $0 + $1.lines.count }
  }

  /// Whether the families are the same, whatever their lines.
  func hasHeads(of other: KeptMetrics) -> Bool {
    self === other || parts.count == other.parts.count && parts.allSatisfy { other.parts[$0.key]?.head == $0.value.head }
  }
}

/// Names and help texts that many devices have, once in memory.
final class FamilyHeads: Sendable {
  /// Some hundred are usual. What is beyond was made up by somebody, and is begun anew.
  private static let limit = 4096

  private let known = NIOLockedValueBox<Set<FamilyHead>>([])

  func shared(_ head: FamilyHead) -> FamilyHead {
    known.withLockedValue { known in
      if known.count >= Self.limit { known = [] }
      return known.insert(head).memberAfterInsert
    }
  }
}
