import NIOCore
import Shared

/// The metrics of some devices, joined: every family once, sorted, in segments that outlive the view as long as their devices' lines
/// stay the same. Immutable.
struct MetricsView: Sendable {
  /// One device's share.
  struct Source: Sendable {
    var device: String
    /// The file; empty: made by the node, of a device that is down.
    var copy = ""
    var metrics: KeptMetrics
  }

  /// A family of all devices.
  struct Block: Sendable {
    var head: FamilyHead
    /// The places of the devices that have it, ascending.
    var shares: [Int]
    var segments: [MetricsSegment]
    /// How seldom segments end, as the number of low bits that a device's number has zero at an end.
    var shift: Int
  }

  /// What it was made of.
  var sources: [Source] = []
  var ownKinds: [String: MetricFamily.Kind] = [:]
  /// By name.
  var blocks: [Block] = []
  /// The HELP and TYPE lines of each block.
  var heads: [ExpositionFormat: [MetricsSegment]] = [:]
  /// Lines left out because other devices have the family with a type that cannot stand beside.
  var conflicts = 0

  /// Bytes of the segments.
  var size = 0
  /// When the oldest of the files was written, epoch seconds.
  var oldest = Double.infinity

  /// Whether it is of just these.
  func isMade(of sources: [Source]) -> Bool {
    self.sources.count == sources.count
      && zip(self.sources, sources).allSatisfy { $0.metrics === $1.metrics && $0.device == $1.device }
  }

  /// Whether it has just these devices from just these files, of whatever time.
  func shows(_ sources: [Source]) -> Bool {
    self.sources.count == sources.count
      && zip(self.sources, sources).allSatisfy { $0.device == $1.device && $0.copy == $1.copy }
  }

  /// The whole exposition with the node's own families in their places.
  func segments(_ format: ExpositionFormat, own: [RenderedFamily] = []) -> [MetricsSegment] {
    var result: [MetricsSegment] = []
    let heads = heads[format] ?? []
    result.reserveCapacity(blocks.count * 3)
    var own = own.sorted { $0.name < $1.name }[...]
    var text: [UInt8] = []
    func flush() {
      guard !text.isEmpty else { return }
      result.append(MetricsSegment(text: text))
      text = []
    }
    func addOwn(before name: String?) {
      while let family = own.first, name.map({ family.name < $0 }) ?? true {
        let head = FamilyHead(name: family.name, kind: family.kind, help: family.help, isInfo: family.isInfo)
        text += head.text(format) { ownKinds[$0] }
        text += family.lines
        own.removeFirst()
      }
    }
    for (block, head) in zip(blocks, heads) {
      addOwn(before: block.head.name)
      flush()
      result.append(head)
      result += block.segments
      if let family = own.first, family.name == block.head.name {
        text += family.lines
        own.removeFirst()
      }
    }
    addOwn(before: nil)
    text += format.end.utf8
    flush()
    return result
  }
}
