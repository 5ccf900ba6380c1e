import Shared

/// JSON for the data block of a page. `<` is always escaped, so nothing in it can end the block.
indirect enum PageJSON {
  case null
  case bool(Bool)
  case number(Double?)
  case text(String?)
  /// Rates in bit/s, rounded; what is not finite becomes `null`.
  case rates([Double])
  case list([PageJSON])
  case object([(String, PageJSON)])

  /// The block's text.
  var rendered: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func append(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .number(let value): JSONText.append(value, to: &bytes)
    case .text(nil): bytes += "null".utf8
    case .text(let value?): JSONText.append(string: value, to: &bytes)
    case .rates(let values):
      Self.join(values, "[", "]", &bytes) { value, bytes in JSONText.append(value.isFinite ? value.rounded() : nil, to: &bytes) }
    case .list(let values): Self.join(values, "[", "]", &bytes) { value, bytes in value.append(to: &bytes) }
    case .object(let members):
      Self.join(members, "{", "}", &bytes) { member, bytes in
        JSONText.append(string: member.0, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.1.append(to: &bytes)
      }
    }
  }

  private static func join<Element>(
    _ elements: [Element], _ open: String, _ close: String, _ bytes: inout [UInt8], _ write: (Element, inout [UInt8]) -> Void
  ) {
    bytes += open.utf8
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      write(element, &bytes)
    }
    bytes += close.utf8
  }
}

extension PageJSON {
  /// The last minutes of a device or interface, `step` seconds to a value.
  static func spark(_ spark: Spark, step: Int = 1) -> PageJSON {
    let values = step == 1 ? spark.values : spark.means(step)
    let t0 = step == 1 ? spark.t0 : spark.t0 - spark.t0 % step
    return .object([
      ("t0", .number(Double(t0))), ("step", .number(Double(step))), ("in", .rates(values.map { $0?.rx ?? .nan })),
      ("out", .rates(values.map { $0?.tx ?? .nan })),
    ])
  }

  /// A history as `api/v1/series` gives it; extremes are left out where every point is one second, which has only one value.
  static func series(_ series: Series) -> PageJSON {
    func band(_ band: Series.Band) -> PageJSON {
      let extremes: [(String, PageJSON)] = series.step == 1 ? [] : [("max", .rates(band.max)), ("min", .rates(band.min))]
      return .object([("avg", .rates(band.avg))] + extremes)
    }
    return .object([
      ("t0", .number(Double(series.t0))), ("step", .number(Double(series.step))), ("in", band(series.rx)),
      ("out", band(series.tx)),
    ])
  }
}

extension Spark {
  /// Means over `step` seconds each, aligned to multiples of `step`; over what is known, unknown where nothing is.
  func means(_ step: Int) -> [Rates?] {
    let first = t0 / step
    var sums = [(rates: Rates, count: Int)](
      repeating: (Rates(rx: 0, tx: 0), 0), count: values.isEmpty ? 0 : (end - 1) / step - first + 1)
    for (index, value) in values.enumerated() {
      guard let value else { continue }
      let at = (t0 + index) / step - first
      sums[at] = (sums[at].rates + value, sums[at].count + 1)
    }
    return sums.map { $0.count == 0 ? nil : Rates(rx: $0.rates.rx / Double($0.count), tx: $0.rates.tx / Double($0.count)) }
  }
}
