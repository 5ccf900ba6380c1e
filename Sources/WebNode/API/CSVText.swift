import Shared

/// Writes CSV (RFC 4180) that a spreadsheet opens without running anything in it.
struct CSVText {
  private(set) var bytes: [UInt8] = []

  mutating func row(_ cells: [String]) {
    for (index, cell) in cells.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(cell)
    }
    bytes += "\r\n".utf8
  }

  /// A cell for one of a table: numbers are left alone, texts that a spreadsheet would take for a formula are defused.
  static func text(_ cell: DeviceTable.Cell) -> String {
    switch cell {
    case .none: return ""
    case .flag(let flag): return flag ? "true" : "false"
    case .number(let number):
      var bytes: [UInt8] = []
      JSONText.append(number, to: &bytes)
      return number.isFinite ? String(decoding: bytes, as: UTF8.self) : ""
    case .text(let text): return defused(text)
    }
  }

  /// `text`, with an apostrophe before what would begin a formula.
  static func defused(_ text: String) -> String {
    guard let first = text.utf8.first, "=+-@\t\r".utf8.contains(first) else { return text }
    return "'" + text
  }

  private mutating func append(_ cell: String) {
    guard cell.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 10 || $0 == 13 }) else {
      bytes += cell.utf8
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for byte in cell.utf8 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
