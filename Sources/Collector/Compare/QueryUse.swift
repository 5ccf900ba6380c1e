import Foundation
import Shared
import Yams

/// A PromQL query of a dashboard or rule file, and where it stands.
struct ForeignQuery: Sendable, Equatable {
  /// Panel, variable or rule.
  var place: String
  var text: String
}

/// What a query refers to. Not a parser of PromQL: names, and the labels in matchers and groupings, are all that is wanted.
struct QueryUse: Sendable, Equatable {
  var metrics: Set<String> = []
  /// Regular expressions on `__name__`.
  var patterns: [String] = []
  var labels: Set<String> = []

  private enum Token: Equatable {
    case word(String)
    case text(String)
    case mark(Character)
  }

  private static let grouping: Set<String> = ["by", "without", "on", "ignoring", "group_left", "group_right"]
  private static let words: Set<String> = ["and", "or", "unless", "bool", "offset", "inf", "nan", "start", "end", "atan2"]

  init(_ query: String) {
    let tokens = Self.tokens(query)
    var index = 0
    func next(_ offset: Int = 1) -> Token? { tokens.indices.contains(index + offset) ? tokens[index + offset] : nil }
    while index < tokens.count {
      switch tokens[index] {
      case .mark("{"): index = takeMatchers(tokens, from: index + 1)
      case .mark("["):
        // A range: 5m, or a variable.
        while index < tokens.count, tokens[index] != .mark("]") { index += 1 }
      case .word(let word) where Self.grouping.contains(word.lowercased()) && next() == .mark("("):
        index += 2
        while index < tokens.count, tokens[index] != .mark(")") {
          if case .word(let label) = tokens[index] { labels.insert(label) }
          index += 1
        }
      case .word("label_values") where next() == .mark("("):
        // Grafana: label_values(metric, label) or label_values(label).
        let end = tokens[index...].lastIndex(of: .mark(")")) ?? tokens.count
        if case .word(let label)? = end > index ? tokens[end - 1] : nil {
          labels.insert(label)
          let inner = tokens[(index + 2)..<max(index + 2, end - 1)]
          if let metric = inner.lazy.compactMap({ token -> String? in if case .word(let word) = token { word } else { nil } })
            .first
          {
            metrics.insert(metric)
          }
          if let brace = inner.firstIndex(of: .mark("{")) { _ = takeMatchers(tokens, from: brace + 1) }
          index = end
        }
      case .word(let word):
        let first = word.unicodeScalars.first.map { $0.properties.isAlphabetic || $0 == "_" || $0 == ":" } ?? false
        if first, next() != .mark("("), !Self.words.contains(word.lowercased()), !Self.grouping.contains(word.lowercased()) {
          metrics.insert(word)
        }
      case .text, .mark: break
      }
      index += 1
    }
  }

  /// The labels up to the closing brace; its place.
  private mutating func takeMatchers(_ tokens: [Token], from start: Int) -> Int {
    var index = start
    while index < tokens.count, tokens[index] != .mark("}") {
      if case .word(let label) = tokens[index] {
        // = or !, then perhaps = or ~, then the value.
        let value = tokens[(index + 1)...].prefix(3).first { if case .text = $0 { true } else { false } }
        if label == "__name__", case .text(let text)? = value {
          let isPattern = tokens[(index + 1)...].prefix(2).contains(.mark("~"))
          if isPattern { patterns.append(text) } else { metrics.insert(text) }
        } else if label != "__name__" {
          labels.insert(label)
        }
      }
      index += 1
    }
    return index
  }

  /// Names, quoted texts and everything else as single marks. Grafana's variables are texts: nobody knows what they stand for.
  private static func tokens(_ query: String) -> [Token] {
    var tokens: [Token] = []
    var rest = query[...]
    while let first = rest.first, tokens.count < 10_000 {
      if first == "#" {
        rest = rest.drop { $0 != "\n" }
      } else if "\"'`".contains(first) {
        var text = ""
        rest.removeFirst()
        while let character = rest.popFirst(), character != first {
          if character == "\\", first != "`", let escaped = rest.popFirst() {
            text.append(escaped)
          } else {
            text.append(character)
          }
        }
        tokens.append(.text(text))
      } else if first == "$" {
        rest.removeFirst()
        let isBraced = rest.first == "{"
        let name = rest.prefix { isBraced ? $0 != "}" : $0.isLetter || $0.isNumber || $0 == "_" }
        rest = rest[name.endIndex...].drop { isBraced && $0 == "}" }
        tokens.append(.text(""))
      } else if isPart(first) {
        let word = rest.prefix(while: isPart)
        rest = rest[word.endIndex...]
        tokens.append(.word(String(word)))
      } else {
        rest.removeFirst()
        if !first.isWhitespace { tokens.append(.mark(first)) }
      }
    }
    return tokens
  }

  private static func isPart(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == ":")
  }
}

/// Finds the queries of Grafana dashboards and Prometheus rule files.
enum QueryFiles {
  static let sizeLimit = 32 << 20

  /// Every `expr`, `query` and `definition` of a dashboard's JSON, under the title of the panel or name of the variable around it.
  static func dashboard(_ bytes: [UInt8]) throws(DownloadError) -> [ForeignQuery] {
    guard let root = try? JSONSerialization.jsonObject(with: Data(bytes)) else {
      throw DownloadError(description: "this is no JSON")
    }
    var found: [ForeignQuery] = []
    // A list of what is still to be looked at: a hostile file's depth must not be ours.
    var open: [(place: String, node: Any)] = [("", root)]
    while let (place, node) = open.popLast() {
      if let list = node as? [Any] {
        open += list.reversed().map { (place, $0) }
      } else if let object = node as? [String: Any] {
        let own = object["title"] as? String ?? object["name"] as? String
        let here = own.flatMap { $0.isEmpty ? nil : $0 } ?? place
        for (key, value) in object.sorted(by: { $0.key > $1.key }) {
          if let text = value as? String, ["expr", "query", "definition"].contains(key), !text.isEmpty {
            found.append(ForeignQuery(place: here, text: text))
          } else if value is [Any] || value is [String: Any] {
            open.append((here, value))
          }
        }
      }
    }
    return found.enumerated().filter { index, query in !found[..<index].contains(query) }.map(\.element)
  }

  /// Every `expr` of a rule file's groups, under the name of its alert or record.
  static func rules(_ bytes: [UInt8]) throws(DownloadError) -> [ForeignQuery] {
    guard let text = String(validating: bytes, as: UTF8.self), let root = try? Yams.compose(yaml: text) else {
      throw DownloadError(description: "this is no YAML")
    }
    guard let groups = root["groups"]?.sequence else { throw DownloadError(description: "this has no groups of rules") }
    return groups.flatMap { group in
      (group["rules"]?.sequence.map(Array.init) ?? []).compactMap { rule in
        guard let text = rule["expr"]?.string else { return nil }
        let name = rule["alert"]?.string ?? rule["record"]?.string ?? "?"
        return ForeignQuery(place: "\(group["name"]?.string ?? "?"): \(name)", text: text)
      }
    }
  }
}
