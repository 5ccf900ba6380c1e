import Shared

/// What is different between the metrics of two programs for the same devices. Pure.
struct MetricComparison: Sendable {
  enum Kind: String, Sendable, Encodable, CaseIterable {
    case deviceMissing = "device missing"
    case deviceExtra = "device extra"
    case familyMissing = "family missing"
    case familyExtra = "family extra"
    case type = "type differs"
    case labelMissing = "label missing"
    case labelExtra = "label extra"
    case seriesMissing = "series missing"
    case seriesExtra = "series extra"
    case value = "value differs"
    /// A value that moves by itself: worth a look, no difference.
    case moved = "value moved"
  }

  struct Difference: Sendable, Equatable, Encodable {
    var kind: Kind
    /// The family, or the device.
    var name: String
    /// How many series are concerned.
    var count = 1
    /// The first few.
    var examples: [String] = []
  }

  static let examplesShown = 3

  /// Relative, for values that move.
  let tolerance: Double
  /// MKTXP's: `missing` is what it alone has.
  let theirs: MetricSet
  let ours: MetricSet
  private(set) var differences: [Difference] = []

  init(theirs: MetricSet, ours: MetricSet, tolerance: Double) {
    self.tolerance = tolerance
    let (left, right) = (theirs.devices, ours.devices)
    let common = left.intersection(right)
    (self.theirs, self.ours) = (theirs.only(common), ours.only(common))
    differences += left.subtracting(right).sorted().map { Difference(kind: .deviceMissing, name: $0) }
    differences += right.subtracting(left).sorted().map { Difference(kind: .deviceExtra, name: $0) }
    for name in Set(self.theirs.families.keys).union(self.ours.families.keys).sorted() { compare(name) }
  }

  /// Whether nothing but moving values is different.
  var isSame: Bool { differences.allSatisfy { $0.kind == .moved } }

  private mutating func compare(_ name: String) {
    guard let left = theirs.families[name] else {
      return differences.append(Difference(kind: .familyExtra, name: name, count: ours.families[name]?.series.count ?? 0))
    }
    guard let right = ours.families[name] else {
      return differences.append(Difference(kind: .familyMissing, name: name, count: left.series.count))
    }
    if left.kind != right.kind {
      differences.append(
        Difference(kind: .type, name: name, examples: ["\(left.kind.rawValue) there, \(right.kind.rawValue) here"]))
    }
    for label in left.labels.subtracting(right.labels).sorted() {
      differences.append(Difference(kind: .labelMissing, name: name, examples: [label]))
    }
    for label in right.labels.subtracting(left.labels).sorted() {
      differences.append(Difference(kind: .labelExtra, name: name, examples: [label]))
    }
    compareSeries(name, left, right)
  }

  private mutating func compareSeries(_ name: String, _ left: MetricSet.Family, _ right: MetricSet.Family) {
    // A label that one side lacks is told once; its series are matched by the others.
    let common = left.labels.intersection(right.labels)
    func reduced(_ family: MetricSet.Family) -> [MetricSet.Series: Double] {
      guard family.labels != common else { return family.series }
      return Dictionary(family.series.map { ($0.key.only(common), $0.value) }) { min($0, $1) }
    }
    let (theirs, ours) = (reduced(left), reduced(right))
    add(.seriesMissing, name, theirs.keys.filter { ours[$0] == nil }.map(\.text))
    add(.seriesExtra, name, ours.keys.filter { theirs[$0] == nil }.map(\.text))
    let rule = ValueRule(name: name, kind: left.kind, tolerance: tolerance)
    let unequal = theirs.compactMap { series, value -> String? in
      guard let other = ours[series], !rule.accepts(value, other) else { return nil }
      return "\(series.text): \(Self.text(value)) there, \(Self.text(other)) here"
    }
    add(rule.mayMove ? .moved : .value, name, unequal)
  }

  private mutating func add(_ kind: Kind, _ name: String, _ texts: [String]) {
    guard !texts.isEmpty else { return }
    differences.append(
      Difference(kind: kind, name: name, count: texts.count, examples: Array(texts.sorted().prefix(Self.examplesShown))))
  }

  private static func text(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }
}

/// When two values of the same series count as equal, although they were read at different moments.
struct ValueRule: Sendable {
  let isCounter: Bool
  /// A gauge that goes up and down by itself.
  let mayMove: Bool
  let tolerance: Double

  init(name: String, kind: MetricFamily.Kind, tolerance: Double) {
    isCounter = kind == .counter || kind == .histogram || kind == .summary
    mayMove = !isCounter && Self.moving.contains { name.contains($0) }
    self.tolerance = tolerance
  }

  private static let moving = [
    "uptime", "cpu", "load", "memory", "hdd", "temperature", "voltage", "current", "power", "fan", "signal", "rate", "rssi",
    "rsrp",
    "rsrq", "sinr", "latency", "rtt", "_time", "seconds", "age", "expires", "traffic", "throughput", "bytes", "cache",
    "connections",
  ]

  func accepts(_ left: Double, _ right: Double) -> Bool {
    if left == right || left.isNaN && right.isNaN { return true }
    guard isCounter || mayMove else { return false }
    // Small counters move by more than their share within a scrape.
    return abs(left - right) <= tolerance * max(abs(left), abs(right)) + (isCounter ? 100 : 0)
  }
}
