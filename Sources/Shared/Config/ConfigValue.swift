/// The value of one key, comment removed and `%(name)s` filled in.
package struct ConfigValue: Sendable, Hashable {
  /// The whole value. Quotes around all of it are gone; a list keeps its text as written (`a, b`), for keys such as `password` whose
  /// values merely contain a comma.
  package var text: String
  /// The items between unquoted commas, trimmed and unquoted, empty ones dropped. A value without a comma is one item; an empty value none.
  package var list: [String]
  /// Whether quotes stood around the whole value.
  package var isQuoted: Bool
  /// Where it begins in its file, counted from 1.
  package var line: Int

  package init(text: String, list: [String], isQuoted: Bool = false, line: Int) {
    self.text = text
    self.list = list
    self.isQuoted = isQuoted
    self.line = line
  }

  /// Whether nothing stands after the `=`, or only empty quotes.
  package var isEmpty: Bool { text.isEmpty }
  /// Whether it is the word `None`, which switches an option off.
  package var isNone: Bool { text.lowercased() == "none" }
}

/// One `key = value` line.
package struct INIEntry: Sendable, Hashable {
  package var key: String
  /// The text after `=` as it stands in the file, quotes and `%(…)s` included, without the comment.
  package var raw: String
  package var value: ConfigValue
  package var line: Int { value.line }
}
