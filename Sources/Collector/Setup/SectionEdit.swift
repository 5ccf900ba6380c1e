import Shared

/// Puts a section into the text of a configuration and leaves all else as it is, byte for byte.
enum SectionEdit {
  /// The new text: in the place of the section of this name, or behind everything.
  static func put(_ lines: [String], named name: String, into text: [UInt8], _ document: INIDocument) -> [UInt8] {
    let newline = text.contains(UInt8(ascii: "\r")) ? "\r\n" : "\n"
    let section = Array(lines.map { $0 + newline }.joined().utf8)
    guard let old = document.sections.firstIndex(where: { $0.name == name }), let start = document.sections[old].line else {
      var result = text
      if let last = result.last, last != UInt8(ascii: "\n") { result += newline.utf8 }
      if !result.isEmpty { result += newline.utf8 }
      return result + section
    }
    var rows = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
    let next = old + 1 < document.sections.count ? document.sections[old + 1].line : nil
    var end = next.map { $0 - 1 } ?? rows.count
    // Comments and blank lines before the next section are about that one.
    while end > start, isQuiet(rows[end - 1]) { end -= 1 }
    let before = rows[..<(start - 1)].map { $0 + [UInt8(ascii: "\n")] }.joined()
    rows.removeFirst(end)
    let after = rows.joined(separator: [UInt8(ascii: "\n")])
    return Array(before) + section + Array(after)
  }

  private static func isQuiet(_ row: [UInt8]) -> Bool {
    let first = row.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") && $0 != UInt8(ascii: "\r") }
    return first == nil || first == UInt8(ascii: "#")
  }
}
