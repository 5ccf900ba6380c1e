import Shared

/// CSV (RFC 4180) that a spreadsheet opens safely: a text cell that it would take for a formula begins with an apostrophe.
struct CSVText {
  enum Cell {
    case text(String)
    /// `nil` is an empty cell: unknown.
    case number(UInt64?)
    case real(Double?)
    /// A share of one.
    case share(Double)
  }

  private(set) var bytes: [UInt8] = []

  init(_ header: [String]) { row(header.map { .text($0) }) }

  mutating func row(_ cells: [Cell]) {
    for (index, cell) in cells.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      switch cell {
      case .text(let text): append(text)
      case .number(let number): if let number { JSONText.append(number, to: &bytes) }
      case .real(let number): if let number, number.isFinite { JSONText.append(Optional(number), to: &bytes) }
      case .share(let share): JSONText.append(Optional((share * 1e6).rounded() / 1e6), to: &bytes)
      }
    }
    bytes += "\r\n".utf8
  }

  private mutating func append(_ text: String) {
    let isFormula = text.utf8.first.map { "=+-@\t\r".utf8.contains($0) } ?? false
    let guarded = isFormula ? "'" + text : text
    guard guarded.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else {
      bytes += guarded.utf8
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for byte in guarded.utf8 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
