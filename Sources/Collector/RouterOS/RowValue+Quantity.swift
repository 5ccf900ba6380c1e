extension RowValue {
  /// A decimal number that may have its unit behind it, which versions and menus do not agree on: `-95` and `-95dBm`, `37C`, `12.5 m`,
  /// `0%`. Any other unit is no such quantity.
  static func quantity(in unit: String) -> (String) -> Double? {
    { text in
      let (bytes, end) = (text.utf8, unit.utf8)
      guard !end.isEmpty, bytes.suffix(end.count).elementsEqual(end) else { return number(text) }
      var bare = bytes.dropLast(end.count)
      if bare.last == UInt8(ascii: " ") { bare.removeLast() }
      return number(String(Substring(bare)))
    }
  }

  /// Signal strength in dBm, from `-67`, `-67dBm`, `-67@6Mbps`, `-67dBm@HT20-7`: what it was measured at follows the `@`.
  static func signal(_ text: String) -> Double? {
    guard let end = text.utf8.firstIndex(of: UInt8(ascii: "@")) else { return quantity(in: "dBm")(text) }
    return quantity(in: "dBm")(String(text[..<end]))
  }

  /// Two values in one field, such as `up/down` of a queue: exactly two, neither of them empty.
  ///
  /// - Parameter separator: an ASCII character.
  static func pair(_ separator: UInt8) -> (String) -> (first: String, second: String)? {
    { text in
      guard let middle = text.utf8.firstIndex(of: separator), middle > text.startIndex else { return nil }
      let second = text[text.utf8.index(after: middle)...]
      guard !second.isEmpty, !second.utf8.contains(separator) else { return nil }
      return (String(text[..<middle]), String(second))
    }
  }

  /// A counter that a port of several lanes gives once for each, between commas: their sum.
  static func sum(_ text: String) -> UInt64? {
    withBytes(text) { bytes in
      var total: UInt64 = 0
      var rest = bytes[...]
      while true {
        let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
        guard let count = digits(rest[..<end]) else { return nil }
        let (sum, overflow) = total.addingReportingOverflow(count)
        if overflow { return nil }
        total = sum
        if end == rest.endIndex { return total }
        rest = rest[(end + 1)...]
      }
    }
  }
}

extension Duration {
  /// The same length as a number of milliseconds.
  var milliseconds: Double { Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15 }
}
