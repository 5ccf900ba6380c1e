import Shared

/// What a menu gave: families with samples, and how many values could not be used.
struct MenuSamples: Sendable, Equatable {
  private(set) var families: [MetricFamily] = []
  /// Values that are no value of their field: each loses its own sample and nothing else.
  private(set) var dropped = 0
  /// The family that was added to last.
  private var latest = -1

  static func == (left: MenuSamples, right: MenuSamples) -> Bool {
    left.families == right.families && left.dropped == right.dropped
  }

  /// Adds a sample with the value that `field` holds: no sample when it is absent, none and a count when it is unreadable.
  mutating func add<Value>(
    _ metric: Metric, _ row: Row, _ field: String, _ labels: Labels, _ parse: (String) -> Value?,
    _ value: (Value) -> MetricFamily.Value
  ) {
    switch row.read(field, parse) {
    case .absent: break
    case .unreadable: dropped += 1
    case .value(let read): add(metric, value(read), labels)
    }
  }

  /// A decimal number.
  mutating func add(number metric: Metric, _ row: Row, _ field: String, _ labels: Labels) {
    add(metric, row, field, labels, RowValue.number) { .double($0) }
  }

  /// A counter, exact over 64 bits.
  mutating func add(counter metric: Metric, _ row: Row, _ field: String, _ labels: Labels) {
    add(metric, row, field, labels, RowValue.unsigned) { .unsigned($0) }
  }

  /// `true` and `false` as 1 and 0.
  mutating func add(boolean metric: Metric, _ row: Row, _ field: String, _ labels: Labels) {
    add(metric, row, field, labels, RowValue.boolean) { .unsigned($0 ? 1 : 0) }
  }

  /// A flag that RouterOS leaves out while it is not set: its absence is a 0.
  mutating func add(flag metric: Metric, _ row: Row, _ field: String, _ labels: Labels) {
    if row[field] == nil { add(metric, .unsigned(0), labels) } else { add(boolean: metric, row, field, labels) }
  }

  /// A number of rows, where the device told it.
  mutating func add(count metric: Metric, _ count: UInt64?, _ labels: Labels) {
    if let count { add(metric, .unsigned(count), labels) }
  }

  /// A series whose labels are the information.
  mutating func add(info metric: Metric, _ labels: Labels) { add(metric, .unsigned(1), labels) }

  mutating func add(_ metric: Metric, _ value: MetricFamily.Value, _ labels: Labels) {
    let sample = MetricFamily.Sample(value, labels: labels)
    // A menu adds to the same families in the same order for each row.
    let next = latest + 1 < families.count ? latest + 1 : 0
    if next < families.count, families[next].name == metric.name {
      latest = next
    } else if let place = families.firstIndex(where: { $0.name == metric.name }) {
      latest = place
    } else {
      latest = families.count
      families.append(MetricFamily(metric.name, metric.kind, help: metric.help))
    }
    families[latest].samples.append(sample)
  }

  mutating func drop(_ count: Int = 1) { dropped += count }
}
