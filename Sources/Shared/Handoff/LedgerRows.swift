/// The rows of a ledger file, decoded from bytes: a web node reads many months at a time.
package struct LedgerRows: Sendable, Equatable {
  /// In the order of the file.
  package private(set) var rows: [LedgerRow] = []
  /// Complete lines that are neither row nor header.
  package private(set) var badLines = 0
  /// Bytes that were taken: everything up to the last newline.
  package private(set) var consumed = 0

  package init() {}

  /// Takes what follows in the file; a last line without its newline is left, since half a number is a number.
  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    var start = 0
    if rows.isEmpty { rows.reserveCapacity(bytes.count / 80) }
    for index in 0..<bytes.count where bytes[index] == UInt8(ascii: "\n") {
      take(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
      start = index + 1
    }
    consumed += start
  }

  package mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

  private mutating func take(_ line: UnsafeRawBufferPointer) {
    guard !line.isEmpty else { return }
    if let row = Self.row(line) {
      rows.append(row)
      return
    }
    // Whatever is not written the way we write it may still be a row; deciding that is the other decoder's.
    guard line.count <= 400 else {
      badLines += 1
      return
    }
    let text = String(decoding: line, as: UTF8.self)
    if let row = LedgerRow(line: text) { rows.append(row) } else if text != LedgerRow.header { badLines += 1 }
  }

  /// A row in the form that `LedgerRow.encoded()` gives it; `nil` for everything else.
  private static func row(_ line: UnsafeRawBufferPointer) -> LedgerRow? {
    var cursor = Cursor(line: line)
    guard let start = cursor.whole(), cursor.comma(), let covered = cursor.decimal(), cursor.comma(), let rx = cursor.whole(),
      cursor.comma(), let tx = cursor.whole(), cursor.comma()
    else { return nil }
    var flags = LedgerRow.Flags()
    while let byte = cursor.peek, byte != UInt8(ascii: ",") {
      switch byte {
      case UInt8(ascii: "g"): flags.insert(.gap)
      case UInt8(ascii: "r"): flags.insert(.reset)
      case UInt8(ascii: "p"): flags.insert(.partial)
      default: return nil
      }
      cursor.place += 1
    }
    guard cursor.comma(), let at = cursor.decimal(), cursor.comma(), let rxCounter = cursor.whole(), cursor.comma(),
      let txCounter = cursor.whole(), cursor.place == line.count, start <= UInt64(UTCTime.range.upperBound)
    else { return nil }
    return LedgerRow(
      checked: Int(start), secondsCovered: covered, rxBytes: rx, txBytes: tx, flags: flags, at: at, rxCounter: rxCounter,
      txCounter: txCounter)
  }

  private struct Cursor {
    let line: UnsafeRawBufferPointer
    var place = 0

    var peek: UInt8? { place < line.count ? line[place] : nil }

    mutating func comma() -> Bool {
      guard peek == UInt8(ascii: ",") else { return false }
      place += 1
      return true
    }

    mutating func whole() -> UInt64? {
      let start = place
      var value: UInt64 = 0
      while let byte = peek, case let digit = byte &- UInt8(ascii: "0"), digit < 10 {
        let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflow) = product.addingReportingOverflow(UInt64(digit))
        if tooLarge || overflow { return nil }
        value = sum
        place += 1
      }
      return place > start ? value : nil
    }

    /// Digits with up to three decimals.
    mutating func decimal() -> Double? {
      guard let whole = whole(), whole < 1 << 50 else { return nil }
      guard peek == UInt8(ascii: ".") else { return Double(whole) }
      place += 1
      let start = place
      guard let part = self.whole(), (1...3).contains(place - start) else { return nil }
      let scale = [10.0, 100, 1000][place - start - 1]
      return (Double(whole) * scale + Double(part)) / scale
    }
  }
}
