/// One sentence of a client, taken apart.
struct Command: Sendable, Equatable {
  /// Menu path without the last part, e.g. `/interface/ethernet`; empty for `/login`.
  var path: String
  /// Last part of the command word: `print`, `monitor`, `login`.
  var verb: String
  var attributes: [String: String] = [:]
  var queries: [String] = []
  var tag: String?

  /// `nil` when the first word is no command or another word is none of the known kinds.
  init?(_ words: [String]) {
    guard let first = words.first, first.hasPrefix("/"), let slash = first.lastIndex(of: "/") else { return nil }
    path = String(first[..<slash])
    verb = String(first[first.index(after: slash)...])
    guard !verb.isEmpty else { return nil }
    for word in words.dropFirst() {
      switch word.first {
      case "=":
        let body = word.dropFirst()
        // An attribute's name may begin with a dot, never with "=".
        let equals = body.firstIndex(of: "=") ?? body.endIndex
        guard equals > body.startIndex else { return nil }
        attributes[String(body[..<equals])] = equals == body.endIndex ? "" : String(body[body.index(after: equals)...])
      case "?": queries.append(word)
      case ".":
        if word.hasPrefix(".tag=") { tag = String(word.dropFirst(5)) }
      default: return nil
      }
    }
  }

  /// The command word again.
  var name: String { path + "/" + verb }

  /// A duration as RouterOS writes it: `1`, `0.5`, `1s`, `500ms`, `1m30s`, `00:00:02`; `nil` when it is none.
  static func seconds(_ text: String) -> Double? {
    if let number = Double(text), number.isFinite { return number }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 3, let hours = Int(parts[0]), let minutes = Int(parts[1]), let seconds = Double(parts[2]),
      (0...10000).contains(hours), (0..<60).contains(minutes), (0..<60).contains(seconds)
    {
      return Double(hours * 3600 + minutes * 60) + seconds
    }
    var total = 0.0
    var rest = Substring(text)
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      let unit = rest.dropFirst(digits.count).prefix { $0.isASCII && $0.isLetter }
      guard let number = Double(digits), let scale = units[String(unit)] else { return nil }
      total += number * scale
      rest = rest.dropFirst(digits.count + unit.count)
    }
    return text.isEmpty ? nil : total
  }

  private static let units: [String: Double] = ["w": 604_800, "d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001, "us": 1e-6]
}
