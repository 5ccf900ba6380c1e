/// Writes lines of a configuration that ``INIDocument`` reads back exactly as they were meant: every line is read back before it is given
/// out.
package enum INIText {
  /// `[name]`.
  /// - Throws: the name cannot be written in this dialect.
  package static func header(_ name: String) throws(ConfigProblem) -> String {
    for line in ["[\(name)]", "[\"\(name)\"]", "['\(name)']"] {
      if let document = try? INIDocument(parsing: line + "\n", file: ""), document.sections.map(\.name) == [name] { return line }
    }
    throw ConfigProblem("\"\(name)\" cannot be written as the name of a section", allowed: "a name without line ends")
  }

  /// `key = text`, one value and no list.
  /// - Throws: no way of quoting keeps this text.
  package static func line(_ key: String, _ text: String) throws(ConfigProblem) -> String {
    try line(key, forms: forms(of: text)) { $0.text == text && $0.list == (text.isEmpty ? [] : [text]) }
  }

  /// `key = …` with the same text, list and meaning as `value`.
  /// - Throws: no way of quoting keeps this value.
  package static func line(_ key: String, _ value: ConfigValue) throws(ConfigProblem) -> String {
    var forms = forms(of: value.text)
    if value.isQuoted { forms.append(forms.removeFirst()) }
    if value.list.count > 1 { forms.append(value.list.map { "\"\($0)\"" }.joined(separator: ", ")) }
    // Quotes tell one item from several: where there is no comma, they mean nothing.
    let isPlain = !value.text.contains(",")
    return try line(key, forms: forms) {
      $0.text == value.text && $0.list == value.list && (isPlain || $0.isQuoted == value.isQuoted)
    }
  }

  /// `key = a, b, …`.
  /// - Throws: no way of quoting keeps these items.
  package static func line(_ key: String, list: [String]) throws(ConfigProblem) -> String {
    let quoted = list.map { item in item.contains { ",#\"'".contains($0) } ? "\"\(item)\"" : item }
    return try line(key, forms: [list, quoted].map { $0.joined(separator: ", ") }) { $0.list == list }
  }

  private static func forms(of text: String) -> [String] {
    [text, "\"\(text)\"", "'\(text)'", "\"\"\"\(text)\"\"\"", "'''\(text)'''"]
  }

  private static func line(
    _ key: String, forms: [String], isRight: (ConfigValue) -> Bool
  ) throws(ConfigProblem) -> String {
    for form in forms {
      let line = form.isEmpty ? "\(key) =" : "\(key) = \(form)"
      // Nothing but this key may come of it, and what looks like a reference has nothing to refer to here.
      guard let document = try? INIDocument(parsing: "[a]\n\(line)\n[b]\n", file: ""),
        document.sections.map(\.name) == ["a", "b"],
        let entries = document.section("a")?.entries, entries.count == 1, let entry = entries.first, entry.key == key,
        isRight(entry.value)
      else { continue }
      return line
    }
    throw ConfigProblem(
      "the value cannot be written in this file's syntax",
      allowed: ConfigKey.isSecret(key) ? "a password_file" : "a value without %(…)s, or without both kinds of triple quotes")
  }
}
