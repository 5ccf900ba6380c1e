/// A section of a configuration file: its entries in the order of the file. No key occurs twice.
package struct INISection: Sendable, Equatable {
  package let name: String
  /// The path of the file, as given.
  package let file: String
  /// Where its header stands, counted from 1; `nil` for a section that the file does not have (``INIDocument/section(orEmpty:)``).
  package let line: Int?
  package private(set) var entries: [INIEntry] = []
  private var positions: [String: Int] = [:]

  package init(name: String, file: String, line: Int? = nil) {
    self.name = name
    self.file = file
    self.line = line
  }

  package subscript(key: String) -> INIEntry? { positions[key].map { entries[$0] } }
  package var keys: [String] { entries.map(\.key) }

  /// Adds `entry` and returns `nil`; when its key is there already, returns the earlier entry and changes nothing.
  mutating func append(_ entry: INIEntry) -> INIEntry? {
    if let earlier = positions[entry.key] { return entries[earlier] }
    positions[entry.key] = entries.count
    entries.append(entry)
    return nil
  }

  mutating func setValue(_ value: ConfigValue, at position: Int) { entries[position].value = value }
}

/// A configuration file in MKTXP's INI dialect, which is ConfigObj's:
/// - `[section]` headers, `key = value` lines; indentation means nothing; names are case-sensitive.
/// - `#` begins a comment, on its own line or after a value. `;` does not.
/// - Quotes around a whole value are removed and keep `#` and `,`; `"""` and `'''` span lines.
/// - An unquoted comma makes a list; the text as written stays readable (``ConfigValue``).
/// - `%(name)s` is replaced by the value of `name` in the same section, else in `[default]`. A lone `%` is a per cent sign.
///
/// A duplicate section or key, a sub-section, a key outside any section, a line that is neither, or an unknown `%(name)s` is an error.
package struct INIDocument: Sendable, Equatable {
  /// The largest file accepted, in bytes. A thousand devices with every key written out need a tenth of it.
  package static let sizeLimit = 4 << 20

  /// The path as given; error messages name it.
  package let file: String
  package internal(set) var sections: [INISection] = []
  private var positions: [String: Int] = [:]

  /// Parses `bytes`: UTF-8 with or without a byte order mark, lines ending in LF or CRLF.
  /// - Throws: every problem found (the first ``INIParser/errorLimit``), never only the first.
  package init(parsing bytes: some Collection<UInt8>, file: String) throws(ConfigErrors) {
    var parser = INIParser(file: file)
    self.file = file
    for section in try parser.parse(bytes) {
      positions[section.name] = sections.count
      sections.append(section)
    }
    var interpolation = INIInterpolation(document: self)
    try interpolation.fill(&sections)
  }

  package init(parsing text: String, file: String) throws(ConfigErrors) {
    try self.init(parsing: Array(text.utf8), file: file)
  }

  package func section(_ name: String) -> INISection? { positions[name].map { sections[$0] } }

  /// The section, or one without entries: a missing `[collector]` means all its defaults.
  package func section(orEmpty name: String) -> INISection { section(name) ?? INISection(name: name, file: file) }

  func position(of name: String) -> Int? { positions[name] }
}
