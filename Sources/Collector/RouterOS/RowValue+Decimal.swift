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
      let bytes = text.utf8
      guard let (number, end) = prefix(of: bytes, from: bytes.startIndex) else { return nil }
      return (number, text[end...])
    }

    /// The number that begins at `start`, and where it ends.
    static func prefix<Bytes: Collection<UInt8>>(of bytes: Bytes, from start: Bytes.Index) -> (number: Decimal, end: Bytes.Index)?
    {
      var at = start
      var mantissa: UInt64 = 0
      /// Takes digits; `nil` if there are more than 64 bits hold.
      func digits() -> Int? {
        var count = 0
        while at < bytes.endIndex, bytes[at].isDigit {
          let (product, isTooLarge) = mantissa.multipliedReportingOverflow(by: 10)
          let (sum, overflows) = product.addingReportingOverflow(UInt64(bytes[at] - UInt8(ascii: "0")))
          if isTooLarge || overflows { return nil }
          mantissa = sum
          count += 1
          bytes.formIndex(after: &at)
        }
        return count
      }
      guard let whole = digits(), whole > 0 else { return nil }
      guard at < bytes.endIndex, bytes[at] == UInt8(ascii: ".") else {
        return (Decimal(mantissa: mantissa, fractionDigits: 0), at)
      }
      bytes.formIndex(after: &at)
      guard let fraction = digits(), fraction > 0 else { return nil }
      return (Decimal(mantissa: mantissa, fractionDigits: fraction), at)
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
