/// What an interface, or a device, receives (`rx`, shown as In) and sends (`tx`, Out), in bit/s.
struct Rates: Sendable, Hashable {
  var rx: Double
  var tx: Double

  static func + (left: Rates, right: Rates) -> Rates { Rates(rx: left.rx + right.rx, tx: left.tx + right.tx) }
}

/// Values of consecutive seconds: value `i` is that of the second `[t0 + i, t0 + i + 1)`; `nil` is unknown.
struct Spark: Sendable, Equatable {
  /// Epoch second at which the first value begins.
  var t0: Int
  var values: [Rates?]

  static let empty = Spark(t0: 0, values: [])

  /// Epoch second at which the last value ends.
  var end: Int { t0 + values.count }
}
