/// What a field of a row holds: three outcomes, so that a missing or odd value can never pass for a number.
enum Reading<Value> {
  /// The row has no such field.
  case absent
  /// The field is there, and is not what was expected: its text.
  case unreadable(String)
  case value(Value)

  /// The value, if there is one.
  var value: Value? {
    if case .value(let value) = self { return value }
    return nil
  }
}

extension Reading: Sendable where Value: Sendable {}
extension Reading: Equatable where Value: Equatable {}

extension Row {
  /// Reads a field with one of ``RowValue``'s parsers: `row.read("rx-byte", RowValue.unsigned)`.
  func read<Value>(_ field: String, _ parse: (String) -> Value?) -> Reading<Value> {
    guard let text = self[field] else { return .absent }
    return parse(text).map(Reading.value) ?? .unreadable(text)
  }
}

/// Parsers for the ways in which RouterOS writes values. Each takes the whole text or nothing: `nil` is unknown, never zero.
enum RowValue {
  /// A counter, over the full range of 64 bits. Digits only: RouterOS's API does not group or sign them.
  static func unsigned(_ text: String) -> UInt64? { withBytes(text) { digits($0[...]) } }

  /// A whole number with an optional minus: signal strengths, temperatures.
  static func integer(_ text: String) -> Int64? {
    let digits = text.hasPrefix("-") ? text.utf8.dropFirst() : text.utf8[...]
    guard digits.allSatisfy(\.isDigit) else { return nil }
    return Int64(text)
  }

  /// Nothing but digits, and no more than 64 bits hold.
  static func digits(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
    guard !bytes.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in bytes {
      let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflows) = product.addingReportingOverflow(UInt64(byte &- UInt8(ascii: "0")))
      guard byte.isDigit, !isTooLarge, !overflows else { return nil }
      value = sum
    }
    return value
  }

  /// The bytes of a text in one piece.
  static func withBytes<Result>(_ text: String, _ read: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    text.utf8.withContiguousStorageIfAvailable(read) ?? Array(text.utf8).withUnsafeBufferPointer(read)
  }

  /// A decimal number with an optional minus, without a unit: voltages, loads.
  static func number(_ text: String) -> Double? {
    let exact = withBytes(text) { bytes -> (isNumber: Bool, value: Double?) in
      let isNegative = bytes.first == UInt8(ascii: "-")
      guard let (number, end) = Decimal.prefix(of: bytes, from: isNegative ? 1 : 0), end == bytes.count else {
        return (false, nil)
      }
      return (true, number.exactDouble.map { isNegative ? -$0 : $0 })
    }
    guard exact.isNumber else { return nil }
    if let value = exact.value { return value }
    guard let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// `true` and `yes`, `false` and `no`: versions differ.
  static func boolean(_ text: String) -> Bool? {
    switch text {
    case "true", "yes": true
    case "false", "no": false
    default: nil
    }
  }

  /// Bit/s, from `1Gbps`, `866.6Mbps-80MHz/2S/SGI`, `1G-baseT-full`, `12 kbps`, `18M` or a plain number. Decimal prefixes.
  static func rate(_ text: String) -> UInt64? {
    guard let (quantity, rest) = Decimal.prefix(of: text[...]) else { return nil }
    if rest.isEmpty { return quantity.scaled(by: 1) }
    guard let (factor, tail) = decimalPrefix(rest.first == " " ? rest.dropFirst() : rest) else { return nil }
    let details = tail.hasPrefix("bps") ? tail.dropFirst(3) : tail
    // Width, streams, medium or duplex follow a dash and do not change the rate.
    guard details.isEmpty || details.first == "-" else { return nil }
    guard factor > 1 || tail.hasPrefix("bps") else { return nil }
    return quantity.scaled(by: factor)
  }

  /// Bytes, from `2048KiB`, `1.5GiB` or a plain number of bytes. Binary prefixes.
  static func size(_ text: String) -> UInt64? {
    guard let (quantity, rest) = Decimal.prefix(of: text[...]) else { return nil }
    let units: [Substring: UInt64] = ["": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40]
    return units[rest].flatMap(quantity.scaled(by:))
  }

  /// Bytes, of a field that counts KiB where it names no unit: `2048`, `2048KiB`, `1.5MiB`.
  static func kibibytes(_ text: String) -> UInt64? {
    text.utf8.allSatisfy(\.isDigit) ? size(text + "KiB") : size(text)
  }

  private static func decimalPrefix(_ text: Substring) -> (factor: UInt64, rest: Substring)? {
    switch text.first {
    case "k", "K": (1_000, text.dropFirst())
    case "M": (1_000_000, text.dropFirst())
    case "G": (1_000_000_000, text.dropFirst())
    case "T": (1_000_000_000_000, text.dropFirst())
    case "b": (1, text)
    default: nil
    }
  }
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
