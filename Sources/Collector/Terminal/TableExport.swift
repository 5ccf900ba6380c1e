import Foundation
import Shared

/// Tables for programs: CSV and JSON.
enum TableExport {
  /// RFC 4180 with a header of column ids. Values are in base units, as in JSON.
  static func csv(_ columns: [DeviceTable.Column], _ rows: [[DeviceTable.Cell]]) -> String {
    let lines = [columns.map { field($0.id) }] + rows.map { $0.map(field) }
    return lines.map { $0.joined(separator: ",") + "\r\n" }.joined()
  }

  private static func field(_ cell: DeviceTable.Cell) -> String {
    switch cell {
    case .none: ""
    case .flag(let flag): flag ? "true" : "false"
    case .number(let number): TableText.decimal(number, digits: 2)
    case .text(let text): field(text)
    }
  }

  /// A spreadsheet must not take a stranger's text for a formula: an apostrophe in front keeps it text.
  private static func field(_ text: String) -> String {
    // A tab or line end at the beginning is hidden from nobody by being a blank; formulas behind it are defused all the same.
    var safe = SafeText.line(text)
    if let first = text.unicodeScalars.first, "=+-@\t\r\n".unicodeScalars.contains(first) { safe = "'" + safe }
    guard safe.contains(where: { $0 == "," || $0 == "\"" }) || safe.hasPrefix(" ") || safe.hasSuffix(" ") else { return safe }
    return "\"" + safe.replacing("\"", with: "\"\"") + "\""
  }

  /// An array of objects by column id; what is unknown is `null`.
  /// - Parameter isCompact: on one line.
  static func json(_ columns: [DeviceTable.Column], _ rows: [[DeviceTable.Cell]], isCompact: Bool) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if !isCompact { encoder.outputFormatting.insert(.prettyPrinted) }
    let data = try encoder.encode(rows.map { Object(columns: columns, cells: $0) })
    return escaped(String(decoding: data, as: UTF8.self))
  }

  private struct Object: Encodable {
    var columns: [DeviceTable.Column]
    var cells: [DeviceTable.Cell]

    private struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      for (column, cell) in zip(columns, cells) { try container.encode(cell, forKey: Key(stringValue: column.id)) }
    }
  }

  /// Control and format characters that JSON lets through, as escapes: the value is the same, and a terminal sees none of them.
  private static func escaped(_ json: String) -> String {
    if json.utf8.allSatisfy({ $0 < 0x7F }) { return json }
    var result = String.UnicodeScalarView()
    for scalar in json.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control where scalar.value >= 0x7F, .format, .lineSeparator, .paragraphSeparator:
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
        }
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
