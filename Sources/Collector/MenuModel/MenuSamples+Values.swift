import Shared

extension MenuSamples {
  /// A decimal number with or without its unit.
  mutating func add(_ metric: Metric, _ row: Row, _ field: String, in unit: String, _ labels: Labels) {
    add(metric, row, field, labels, RowValue.quantity(in: unit)) { .double($0) }
  }

  /// Bit/s.
  mutating func add(rate metric: Metric, _ row: Row, _ field: String, _ labels: Labels) {
    add(metric, row, field, labels, RowValue.rate) { .unsigned($0) }
  }

  /// Seconds.
  mutating func add(seconds metric: Metric, _ row: Row, _ field: String, _ labels: Labels) {
    add(metric, row, field, labels, RowValue.duration) { .double($0.seconds) }
  }

  /// Milliseconds.
  mutating func add(milliseconds metric: Metric, _ row: Row, _ field: String, _ labels: Labels) {
    add(metric, row, field, labels, RowValue.duration) { .double($0.milliseconds) }
  }

  /// Two values of one field, as in `up/down`. Each that is unreadable loses its own sample.
  mutating func add<Value>(
    pair metrics: (first: Metric, second: Metric), _ row: Row, _ field: String, _ separator: UInt8, _ labels: Labels,
    _ parse: (String) -> Value?, _ value: (Value) -> MetricFamily.Value
  ) {
    switch row.read(field, RowValue.pair(separator)) {
    case .absent: break
    case .unreadable: drop(2)
    case .value(let texts):
      if let first = parse(texts.first) { add(metrics.first, value(first), labels) } else { drop() }
      if let second = parse(texts.second) { add(metrics.second, value(second), labels) } else { drop() }
    }
  }
}

extension Row {
  /// The row without fields by which RouterOS says that there is nothing to say: `monitor` and tables of clients send some empty, or as
  /// one of these words. For values only: as a name each of them is as good as any.
  var known: Row {
    // Mostly all of them say something.
    guard fields.contains(where: \.saysNothing) else { return self }
    return Row(fields: fields.filter { !$0.saysNothing })
  }

  /// How the row's item is named in `numbers`: by its `.id`, else by its name, unless that would be read as several.
  var item: String? { self[".id"] ?? self["name"].flatMap { $0.isEmpty || $0.contains(",") ? nil : $0 } }
}

extension Row.Field {
  fileprivate var saysNothing: Bool {
    switch value {
    case "", "unknown", "n/a", "never": true
    default: false
    }
  }
}

extension String {
  /// A field's name as that of a label: `gateway-status` as `gateway_status`, `remote.as` as `remote_as`.
  var labelName: String {
    String(
      decoding: utf8.map { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
  }
}
