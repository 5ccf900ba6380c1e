import NIOCore
import Shared

extension MetricsView {
  /// What a segment should come to, in bytes: long enough to compress well, short enough that a device's change costs little.
  private static let wanted = 48 << 10

  /// - Parameters:
  ///   - sources: in the order that the devices are to have.
  ///   - ownKinds: the types of the node's own families; no device may say otherwise.
  ///   - previous: a view of much the same devices, whose segments are taken over where they still hold.
  init(_ sources: [Source], ownKinds: [String: MetricFamily.Kind], previous: MetricsView?) {
    if let view = previous?.changed(to: sources, ownKinds) {
      self = view
      return
    }
    self.sources = sources
    self.ownKinds = ownKinds
    oldest = Self.oldest(sources)
    var families = Self.grouped(sources)
    var kinds: [String: MetricFamily.Kind] = [:]
    kinds.reserveCapacity(families.count)
    for (name, parts) in families {
      let kind = ownKinds[name] ?? Self.majority(parts)
      let kept = parts.filter { $0.part.head.kind.stands(beside: kind) }
      if kept.count < parts.count {
        conflicts += Self.lines(parts) - Self.lines(kept)
        families[name] = kept.isEmpty ? nil : kept
      }
      if !kept.isEmpty { kinds[name] = kind }
    }
    for name in Self.disputed(kinds, families) {
      conflicts += Self.lines(families[name] ?? [])
      families[name] = nil
      kinds[name] = nil
    }
    let known = previous.map { view in
      Dictionary(view.blocks.indices.map { (view.blocks[$0].head.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
    let cuts = sources.map { $0.device.hashValue.trailingZeroBitCount }
    for (name, parts) in families.sorted(by: { $0.key < $1.key }) {
      let old = known?[name].flatMap { previous?.blocks[$0] }
      blocks.append(Self.block(parts, kinds[name] ?? .untyped, cuts, old))
    }
    size = blocks.reduce(0) { $0 + $1.size }
    for format in ExpositionFormat.allCases {
      heads[format] = blocks.map { block in
        let text = block.head.text(format) { kinds[$0] ?? ownKinds[$0] }
        if let place = known?[block.head.name], let old = previous?.heads[format]?[place],
          old.plain.readableBytesView.elementsEqual(text)
        {
          return old
        }
        return MetricsSegment(text: text)
      }
    }
  }

  private typealias Share = (source: Int, part: MetricsPart)

  private static func grouped(_ sources: [Source]) -> [String: [Share]] {
    var families: [String: [Share]] = [:]
    for (index, source) in sources.enumerated() {
      for (name, part) in source.metrics.parts { families[name, default: []].append((index, part)) }
    }
    return families
  }

  /// What most devices say; of as many, what the first of them says.
  private static func majority(_ parts: [Share]) -> MetricFamily.Kind {
    let first = parts[0].part.head.kind
    if parts.allSatisfy({ $0.part.head.kind == first }) { return first }
    var votes: [MetricFamily.Kind: Int] = [:]
    for share in parts { votes[share.part.head.kind, default: 0] += 1 }
    let most = votes.values.max() ?? 0
    return parts.first { votes[$0.part.head.kind] == most }?.part.head.kind ?? first
  }

  /// Families whose name another one's samples have: `a_sum` beside a histogram `a`. The one that fewer devices have goes.
  private static func disputed(_ kinds: [String: MetricFamily.Kind], _ families: [String: [Share]]) -> Set<String> {
    var losers: Set<String> = []
    for (name, kind) in kinds where kind.isCompound {
      for suffix in ["_bucket", "_sum", "_count"] {
        guard let other = families[name + suffix] else { continue }
        losers.insert(other.count > (families[name]?.count ?? 0) ? name : name + suffix)
      }
    }
    return losers
  }

  /// For so many bytes of so many devices.
  static func shift(_ size: Int, _ count: Int) -> Int {
    let devices = wanted / max(1, size / max(1, count))
    return max(0, devices.bitWidth - devices.leadingZeroBitCount - 1)
  }

  static func oldest(_ sources: [Source]) -> Double {
    sources.reduce(.infinity) { min($0, $1.copy.isEmpty ? .infinity : $1.metrics.written ?? .infinity) }
  }

  private static func lines(_ parts: [Share]) -> Int {
    parts.reduce(0) { $0 + $1.part.lines.count { $0 == UInt8(ascii: "\n") } }
  }

  private static func block(_ parts: [Share], _ kind: MetricFamily.Kind, _ cuts: [Int], _ old: Block?) -> Block {
    let help = (parts.first { $0.part.head.kind == kind && !$0.part.head.help.isEmpty } ?? parts[0]).part.head.help
    let head = FamilyHead(
      name: parts[0].part.name, kind: kind, help: help, isInfo: kind == .gauge && parts.allSatisfy { $0.part.head.isInfo })
    var shift = shift(parts.reduce(0) { $0 + $1.part.lines.count }, parts.count)
    // Values that grow by a digit are no reason to cut everything anew.
    if let old, abs(old.shift - shift) <= 1 { shift = old.shift }
    var block = Block(head: head, shares: parts.map(\.source), segments: [], shift: shift)
    let all = parts.map(\.part)
    var oldSegments = (old?.segments ?? [])[...]
    var start = 0
    for (index, share) in parts.enumerated() {
      // Devices that come or go move no ends but those next to them.
      guard index == parts.count - 1 || cuts[share.source] >= shift else { continue }
      let run = all[start...index]
      start = index + 1
      if let place = oldSegments.firstIndex(where: { $0.parts.first === run.first }), oldSegments[place].holds(run) {
        block.segments.append(oldSegments[place])
        oldSegments = oldSegments[(place + 1)...]
      } else {
        block.segments.append(MetricsSegment(Array(run)))
      }
    }
    return block
  }
}
