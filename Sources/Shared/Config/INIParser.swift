/// Bytes to sections: the line rules of ``INIDocument``. Values are split but `%(name)s` is left for ``INIInterpolation``.
struct INIParser {
  /// After so many problems the rest is no news: the file is not a configuration.
  static let errorLimit = 50

  let file: String
  private var lines: [ArraySlice<UInt8>] = []
  /// The line being read, counted from 0.
  private var cursor = 0
  private var errors: [ConfigError] = []
  private var sections: [INISection] = []
  private var firstLines: [String: Int] = [:]
  /// The section that keys go to; one whose header is refused is read too, so that its own problems show, and then dropped.
  private var open: (section: INISection, isKept: Bool)?

  private var openName: String? { open.flatMap { $0.section.name.isEmpty ? nil : $0.section.name } }

  init(file: String) { self.file = file }

  mutating func parse(_ input: some Collection<UInt8>) throws(ConfigErrors) -> [INISection] {
    guard input.count <= INIDocument.sizeLimit else {
      throw ConfigErrors(
        ConfigError(file: file, problem: "too large: \(input.count) bytes", allowed: "at most \(INIDocument.sizeLimit) bytes"))
    }
    var bytes = Array(input)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    while cursor < lines.count, errors.count < Self.errorLimit {
      readLine()
      cursor += 1
    }
    closeSection()
    if let errors = ConfigErrors(errors) { throw errors }
    return sections
  }

  private mutating func readLine() {
    do throws(ConfigProblem) {
      let trimmed = try text(of: cursor).trimmed
      guard let first = trimmed.first, first != "#" else { return }
      first == "[" ? readHeader(trimmed) : readEntry(trimmed)
    } catch {
      fail(at: cursor, section: openName, error.problem)
    }
  }

  /// The scalars of line `index`.
  private func text(of index: Int) throws(ConfigProblem) -> Scalars {
    if lines[index].contains(0) { throw ConfigProblem("NUL byte in line \(index + 1): not a text file") }
    guard let text = String(validating: lines[index], as: UTF8.self) else {
      throw ConfigProblem("not UTF-8 text in line \(index + 1)")
    }
    return Scalars(text.unicodeScalars)
  }

  private mutating func readHeader(_ line: Scalars) {
    closeSection()
    let number = cursor + 1
    switch INIHeader(line) {
    case .section(let name):
      if let earlier = firstLines[name] {
        fail(at: cursor, section: name, "duplicate section; the first stands in line \(earlier)")
        open = (INISection(name: name, file: file, line: number), false)
      } else {
        firstLines[name] = number
        open = (INISection(name: name, file: file, line: number), true)
      }
    case .malformed(let problem):
      fail(at: cursor, problem, allowed: "[name]")
      open = (INISection(name: "", file: file, line: number), false)
    }
  }

  private mutating func closeSection() {
    if let open, open.isKept { sections.append(open.section) }
    open = nil
  }

  private mutating func readEntry(_ line: Scalars) {
    // The line is not quoted: without its `=` it may well be a password.
    guard let (key, rest) = INIValueScanner.splitKey(line) else {
      return fail(at: cursor, section: openName, "malformed line", allowed: "[section], key = value, or # comment")
    }
    let start = cursor
    let entry: INIEntry
    do throws(ConfigProblem) {
      entry = try readValue(key: key, rest: rest, line: start + 1)
    } catch {
      return errors.append(
        ConfigError(
          file: file, line: start + 1, section: openName, key: key, value: String(rest), problem: error.problem,
          allowed: error.allowed))
    }
    guard open != nil else { return fail(at: start, key: key, "key outside any section", allowed: "a [section] line before it") }
    if let earlier = open?.section.append(entry) {
      fail(at: start, section: openName, key: key, "duplicate key; the first stands in line \(earlier.line)")
    }
  }

  private mutating func readValue(key: String, rest: Scalars, line: Int) throws(ConfigProblem) -> INIEntry {
    guard let quote = INIValueScanner.tripleQuote(of: rest) else {
      let scanned = try INIValueScanner.scan(rest)
      return INIEntry(key: key, raw: scanned.raw, value: scanned.value(line: line))
    }
    var content = Scalars()
    var part = Scalars(rest.dropFirst(3))
    while true {
      if let end = part.firstRange(of: quote) {
        try INIValueScanner.checkTail(part[end.upperBound...])
        let text = String(content + part[..<end.lowerBound])
        let marks = String(quote)
        let value = ConfigValue(text: text, list: text.isEmpty ? [] : [text], isQuoted: true, line: line)
        return INIEntry(key: key, raw: marks + text + marks, value: value)
      }
      guard cursor + 1 < lines.count else { throw ConfigProblem("\(String(quote)) is not closed") }
      cursor += 1
      content += part + ["\n"]
      part = try self.text(of: cursor)
      if part.last == "\r" { part.removeLast() }
    }
  }

  private mutating func fail(
    at index: Int, section: String? = nil, key: String? = nil, _ problem: String, allowed: String? = nil
  ) {
    errors.append(ConfigError(file: file, line: index + 1, section: section, key: key, problem: problem, allowed: allowed))
  }
}
