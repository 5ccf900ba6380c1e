/// How many columns of a terminal text takes.
///
/// As terminals of today do it: East Asian wide and fullwidth characters and emoji take two (Unicode Standard Annex 11), marks none, and an
/// emoji sequence counts as one emoji.
enum DisplayWidth {
  static func of(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.reduce(0) { $0 + of($1) }
  }

  static func of(_ character: Character) -> Int {
    let scalars = character.unicodeScalars
    guard let first = scalars.first else { return 0 }
    if first.value < 0x80, scalars.count == 1 { return 1 }
    // A flag is two of these.
    if isRegionalIndicator(first) { return min(2, scalars.count) }
    if first.properties.isEmojiPresentation || (first.value > 0x7F && scalars.contains("\u{FE0F}")) { return 2 }
    return scalars.reduce(0) { $0 + of($1) }
  }

  private static func of(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    // Hangul vowels and finals join the letter before them.
    if (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FF).contains(scalar.value) { return 0 }
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  private static func isRegionalIndicator(_ scalar: Unicode.Scalar) -> Bool { (0x1F1E6...0x1F1FF).contains(scalar.value) }

  /// EastAsianWidth.txt, W and F by blocks; emoji are told by their property.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF,
    0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
  ]

  /// `text`, or its beginning and `…`, in at most `width` columns.
  static func cut(_ text: String, to width: Int) -> String {
    // Most texts fit, and no character takes more columns than bytes.
    if text.utf8.count <= width || of(text) <= width { return text }
    guard width > 0 else { return "" }
    var result = ""
    var used = 0
    for character in text {
      let next = of(character)
      guard used + next <= width - 1 else { break }
      result.append(character)
      used += next
    }
    return result + "…"
  }

  /// `text` in lines of at most `width` columns, broken at blanks; a word that is longer is cut.
  static func wrap(_ text: String, to width: Int) -> [String] {
    if of(text) <= width { return [text] }
    var lines = [""]
    for word in text.split(separator: " ").map(String.init) {
      let longer = (lines.last.map { $0.isEmpty ? "" : $0 + " " } ?? "") + word
      if of(longer) <= width {
        lines[lines.count - 1] = longer
      } else if lines.last == "" {
        lines[lines.count - 1] = cut(word, to: width)
      } else {
        lines.append(cut(word, to: width))
      }
    }
    return lines
  }

  /// `text` behind `head`, in lines of at most `width` columns; those after the first are indented. Words are not cut: they may be commands.
  static func fold(_ text: String, behind head: String = "", to width: Int?) -> [String] {
    let indent = of(head)
    guard let width, indent + of(text) > width, width > indent + 20 else { return [head + text] }
    var lines: [String] = []
    for word in text.split(separator: " ").map(String.init) {
      if let last = lines.last, indent + of(last) + 1 + of(word) <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(word)
      }
    }
    return lines.enumerated().map { ($0 == 0 ? head : String(repeating: " ", count: indent)) + $1 }
  }

  /// `text` with blanks up to `width`.
  static func pad(_ text: String, to width: Int, right: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - of(text)))
    return right ? blanks + text : text + blanks
  }
}
