/// Strangers' text made fit for a terminal: it can neither move the cursor nor change colours, hide, or turn the direction of writing.
enum SafeText {
  /// Marks upon one letter: more are no language's.
  private static let markLimit = 4

  /// Line ends and tabs become blanks, other control and format characters U+FFFD. Joiners within emoji stay.
  static func line(_ text: String) -> String {
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    var result = String.UnicodeScalarView()
    for character in text { append(character, to: &result) }
    return String(result)
  }

  private static func append(_ character: Character, to result: inout String.UnicodeScalarView) {
    let scalars = character.unicodeScalars
    // CR LF is one character.
    if scalars.allSatisfy({ $0 == "\n" || $0 == "\r" || $0 == "\t" }) { return result.append(" ") }
    let isEmoji = scalars.first.map { $0.value > 0x7F && $0.properties.isEmoji } ?? false
    var marks = 0
    for scalar in scalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .surrogate: result.append("\u{FFFD}")
      case .format: result.append(isEmoji && scalar == "\u{200D}" ? scalar : "\u{FFFD}")
      case .nonspacingMark, .enclosingMark:
        marks += 1
        // A mark without a letter would stand on the border before it.
        if marks == 1, scalars.first == scalar { result.append("\u{FFFD}") }
        if marks <= markLimit { result.append(scalar) }
      default: result.append(scalar)
      }
    }
  }
}
