import Shared

/// Keeps a device from exporting more series than `series_limit` allows. Pure.
///
/// Whole families leave, the largest first: half a family would be a wrong sum that looks right. What the collector says of itself and the
/// interfaces' counters stay, and so do families of one series: of them no device has too many.
struct SeriesLimit: Sendable, Equatable {
  static let standard = 50_000
  /// Below, not even the families of every device would have room.
  static let range = 1000...1_000_000

  /// What is left, and what is not.
  struct Outcome: Sendable {
    var families: [MetricFamily]
    /// Families that were left out: name and number of series, largest first.
    var dropped: [(name: String, series: Int)] = []

    var droppedSeries: Int { dropped.reduce(0) { $0 + $1.series } }
  }

  var limit: Int

  init(_ limit: Int) { self.limit = limit }

  /// - Parameters:
  ///   - families: those of menus; several may have the same name.
  ///   - own: series that count and stay, beside the interfaces' counters.
  func apply(to families: [MetricFamily], own: Int) -> Outcome {
    var total = families.reduce(own) { $0 + $1.samples.count }
    guard total > limit else { return Outcome(families: families) }
    var sizes: [String: Int] = [:]
    for family in families { sizes[family.name, default: 0] += family.samples.count }
    var dropped: [(name: String, series: Int)] = []
    let candidates = sizes.filter { $0.value > 1 && !Self.kept.contains($0.key) }.sorted {
      ($1.value, $0.key) < ($0.value, $1.key)
    }
    for (name, series) in candidates {
      guard total > limit else { break }
      dropped.append((name, series))
      total -= series
    }
    guard !dropped.isEmpty else { return Outcome(families: families) }
    let names = Set(dropped.map(\.name))
    return Outcome(families: families.filter { !names.contains($0.name) }, dropped: dropped)
  }

  private static let kept = Set(Interface.counters.map(\.metric.name))
}
