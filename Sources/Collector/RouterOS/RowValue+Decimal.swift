extension RowValue {
  /// A decimal number as it was written, so that `866.6` times a million is exact.
  struct Decimal: Equatable {
    /// All digits, without the point.
    var mantissa: UInt64
    /// How many of them follow the point.
    var fractionDigits: Int

    /// The whole of `text`; `nil` if it is not digits with at most one point between them, or too long for 64 bits.
    init?(_ text: Substring) {
      guard let (number, rest) = Self.prefix(of: text), rest.isEmpty else { return nil }
      self = number
    }

    private init(mantissa: UInt64, fractionDigits: Int) {
      self.mantissa = mantissa
      self.fractionDigits = fractionDigits
    }

    /// The number that `text` begins with, and what follows it. A point counts only between digits.
    static func prefix(of text: Substring) -> (number: Decimal, rest: Substring)? {
      let whole = text.utf8.prefix(while: \.isDigit)
      guard !whole.isEmpty else { return nil }
      var rest = text[whole.endIndex...]
      var fraction = rest.utf8.prefix(0)
      if rest.hasPrefix(".") {
        fraction = rest.dropFirst().utf8.prefix(while: \.isDigit)
        guard !fraction.isEmpty else { return nil }
        rest = rest[fraction.endIndex...]
      }
      guard let mantissa = UInt64(String(Substring(whole)) + String(Substring(fraction))) else { return nil }
      return (Decimal(mantissa: mantissa, fractionDigits: fraction.count), rest)
    }

    /// The number times `factor`, rounded down; `nil` if that is more than 64 bits hold.
    func scaled(by factor: UInt64) -> UInt64? {
      var divisor: UInt64 = 1
      for _ in 0..<fractionDigits {
        let next = divisor.multipliedReportingOverflow(by: 10)
        guard !next.overflow else { return nil }
        divisor = next.partialValue
      }
      let product = mantissa.multipliedFullWidth(by: factor)
      guard product.high < divisor else { return nil }
      return divisor.dividingFullWidth(product).quotient
    }
  }
}
