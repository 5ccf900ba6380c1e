/// A line as Unicode scalars: a CR LF pair stays two of them, and every position costs the same.
typealias Scalars = [Unicode.Scalar]

extension Collection<Unicode.Scalar> where Self: BidirectionalCollection {
  /// Without white space at either end, no-break spaces from a web page included.
  var trimmed: Scalars {
    guard let first = firstIndex(where: { !$0.properties.isWhitespace }),
      let last = lastIndex(where: { !$0.properties.isWhitespace })
    else { return [] }
    return Scalars(self[first...last])
  }
}

extension String {
  init(_ scalars: some Sequence<Unicode.Scalar>) {
    self.init()
    unicodeScalars.append(contentsOf: scalars)
  }
}

/// A line that begins with `[`.
enum INIHeader {
  case section(String)
  case malformed(String)

  init(_ line: Scalars) {
    let afterBrackets = line.drop { $0 == "[" || $0.properties.isWhitespace }
    let depth = line[..<afterBrackets.startIndex].count { $0 == "[" }
    guard depth == 1 else {
      self = .malformed("sub-sections such as [[…]] are not supported")
      return
    }
    // The first `]` that is followed by nothing but a comment ends the header: a name may hold brackets.
    let ends = afterBrackets.indices.lazy.filter { afterBrackets[$0] == "]" }
    guard let end = ends.first(where: { INIValueScanner.isTail(afterBrackets[($0 + 1)...]) }) else {
      self = .malformed("section header is not closed with ]")
      return
    }
    let name = INIValueScanner.unquoted(afterBrackets[..<end].trimmed)
    self = name.isEmpty ? .malformed("section without a name") : .section(String(name))
  }
}

/// Splits `key = value # comment` as ConfigObj does.
enum INIValueScanner {
  struct Scanned {
    var raw: String
    var items: [String]
    var isQuoted: Bool

    func value(line: Int) -> ConfigValue {
      let text = isQuoted ? items.first ?? "" : raw
      return ConfigValue(text: text, list: items.filter { !$0.isEmpty }, isQuoted: isQuoted, line: line)
    }
  }

  /// The key (unquoted) and what follows the first `=`, trimmed; `nil` when the line has no key or no `=`.
  static func splitKey(_ line: Scalars) -> (key: String, rest: Scalars)? {
    var search = line.startIndex
    if let quote = line.first, quote == "\"" || quote == "'", let close = line.dropFirst().firstIndex(of: quote) {
      search = close
    }
    guard let equals = line[search...].firstIndex(of: "=") else { return nil }
    let key = unquoted(line[..<equals].trimmed)
    return key.isEmpty ? nil : (String(key), line[(equals + 1)...].trimmed)
  }

  static func tripleQuote(of value: Scalars) -> Scalars? {
    guard value.count >= 3, let quote = value.first, quote == "\"" || quote == "'" else { return nil }
    return value[1] == quote && value[2] == quote ? [quote, quote, quote] : nil
  }

  static func scan(_ text: Scalars) throws(ConfigProblem) -> Scanned {
    var items: [String] = []
    var commas = 0
    var position = text.startIndex
    var lastIsQuoted = false
    while true {
      let start = text[position...].firstIndex { !$0.properties.isWhitespace } ?? text.endIndex
      let itemEnd: Int
      if start < text.endIndex, text[start] == "\"" || text[start] == "'" {
        let close = try closingQuote(of: text, from: start)
        items.append(String(text[(start + 1)..<close]))
        itemEnd = text[(close + 1)...].firstIndex { !$0.properties.isWhitespace } ?? text.endIndex
        lastIsQuoted = true
      } else {
        itemEnd = text[start...].firstIndex { $0 == "," || $0 == "#" } ?? text.endIndex
        items.append(String(text[start..<itemEnd].trimmed))
        lastIsQuoted = false
      }
      guard itemEnd < text.endIndex, text[itemEnd] == "," else {
        return Scanned(
          raw: String(text[..<itemEnd].trimmed), items: items, isQuoted: commas == 0 && lastIsQuoted)
      }
      commas += 1
      position = itemEnd + 1
    }
  }

  /// The first quote of the same kind that ends an item, i.e. with a comma, a comment or nothing behind it: `'it's'` is one value.
  private static func closingQuote(of text: Scalars, from start: Int) throws(ConfigProblem) -> Int {
    var sawQuote = false
    for index in text.indices[(start + 1)...] where text[index] == text[start] {
      sawQuote = true
      let next = text[(index + 1)...].first { !$0.properties.isWhitespace }
      if next == nil || next == "," || next == "#" { return index }
    }
    throw ConfigProblem(sawQuote ? "text after the closing quote" : "quote is not closed")
  }

  /// Whether nothing but white space and a comment is left.
  static func isTail(_ rest: some Collection<Unicode.Scalar>) -> Bool {
    let next = rest.first { !$0.properties.isWhitespace }
    return next == nil || next == "#"
  }

  static func checkTail(_ rest: some Collection<Unicode.Scalar>) throws(ConfigProblem) {
    guard isTail(rest) else { throw ConfigProblem("text after the closing quote") }
  }

  static func unquoted(_ text: Scalars) -> Scalars {
    guard text.count >= 2, let quote = text.first, quote == "\"" || quote == "'", text.last == quote else { return text }
    return Scalars(text[1..<(text.count - 1)])
  }
}
