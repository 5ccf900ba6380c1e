extension RowValue {
  /// A decimal number that may have its unit behind it, which versions and menus do not agree on: `-95` and `-95dBm`, `37C`, `12.5 m`,
  /// `0%`. Any other unit is no such quantity.
  static func quantity(in unit: String) -> (String) -> Double? {
    { text in
      guard !unit.isEmpty, text.hasSuffix(unit) else { return number(text) }
      let bare = text.dropLast(unit.count)
      return number(String(bare.hasSuffix(" ") ? bare.dropLast() : bare))
    }
  }

  /// Signal strength in dBm, from `-67`, `-67dBm`, `-67@6Mbps`, `-67dBm@HT20-7`: what it was measured at follows the `@`.
  static func signal(_ text: String) -> Double? {
    quantity(in: "dBm")(String(text.prefix { $0 != "@" }))
  }

  /// Two values in one field, such as `up/down` of a queue: exactly two, neither of them empty.
  static func pair(_ separator: Character) -> (String) -> (first: String, second: String)? {
    { text in
      let parts = text.split(separator: separator, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
      return (String(parts[0]), String(parts[1]))
    }
  }

  /// A counter that a port of several lanes gives once for each, between commas: their sum.
  static func sum(_ text: String) -> UInt64? {
    var total: UInt64 = 0
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let count = unsigned(String(part)) else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(count)
      if overflow { return nil }
      total = sum
    }
    return total
  }
}

extension Duration {
  /// The same length as a number of milliseconds.
  var milliseconds: Double { Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15 }
}
