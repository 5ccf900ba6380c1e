import NIOCore
import Shared

extension MetricsView {
  /// The view of the same devices with other values, which is the rule: only segments of devices that changed are made anew, and nothing
  /// else is looked at. `nil` when more than values changed.
  func changed(to sources: [Source], _ ownKinds: [String: MetricFamily.Kind]) -> MetricsView? {
    guard conflicts == 0, self.ownKinds == ownKinds, self.sources.count == sources.count else { return nil }
    var places: [Int] = []
    for (place, (old, new)) in zip(self.sources, sources).enumerated() {
      guard old.device == new.device, new.metrics.hasHeads(of: old.metrics) else { return nil }
      if old.metrics !== new.metrics { places.append(place) }
    }
    var view = self
    view.sources = sources
    view.oldest = Self.oldest(sources)
    for block in blocks.indices where !view.blocks[block].take(places, of: sources) { return nil }
    view.size = view.blocks.reduce(0) { $0 + $1.size }
    return view
  }
}

extension MetricsView.Block {
  /// Bytes of the segments.
  var size: Int { segments.reduce(0) { $0 + $1.plain.readableBytes } }

  /// Takes the lines of the devices at these places (ascending). False when its segments should end elsewhere now.
  fileprivate mutating func take(_ places: [Int], of sources: [MetricsView.Source]) -> Bool {
    var share = 0
    var segment = 0
    var first = 0
    var parts: [MetricsPart]?
    func finish() { if let parts { segments[segment] = MetricsSegment(parts) } }
    for place in places {
      guard let part = sources[place].metrics.parts[head.name] else { continue }
      while share < shares.count, shares[share] < place { share += 1 }
      guard share < shares.count, shares[share] == place else { return false }
      while share >= first + segments[segment].parts.count {
        finish()
        parts = nil
        first += segments[segment].parts.count
        segment += 1
      }
      if segments[segment].parts[share - first] === part { continue }
      if parts == nil { parts = segments[segment].parts }
      parts?[share - first] = part
    }
    finish()
    return abs(MetricsView.shift(size, shares.count) - shift) <= 1
  }
}
