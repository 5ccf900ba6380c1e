package import HTTPTypes
package import Shared

/// What a client takes, from `Accept` and `Accept-Encoding` (RFC 9110 §12.5).
package enum AcceptHeader {
  /// OpenMetrics when it is asked for by name with a version that is spoken here and weighs no less than plain text; else text 0.0.4,
  /// whatever is asked for: a browser is to see something.
  package static func format(_ headers: HTTPFields) -> ExpositionFormat {
    let items = items(headers[values: .accept])
    let wanted = items.filter { item in
      guard item.name == "application/openmetrics-text" else { return false }
      return item.parameters["version"].map { $0.hasPrefix("1.") } ?? false
    }
    let best = wanted.map(\.weight).max() ?? 0
    let plain = items.filter { $0.name == "text/plain" }.map(\.weight).max() ?? 0
    return best > 0 && best >= plain ? .openMetrics : .text
  }

  /// Whether gzip may be sent.
  package static func takesGzip(_ headers: HTTPFields) -> Bool {
    let items = items(headers[values: .acceptEncoding])
    let named = items.first { $0.name == "gzip" || $0.name == "x-gzip" } ?? items.first { $0.name == "*" }
    return (named?.weight ?? 0) > 0
  }

  private struct Item {
    var name: String
    var weight = 1.0
    var parameters: [String: String] = [:]
  }

  /// Bounded: what is beyond the first of them counts for nothing.
  private static func items(_ values: [String]) -> [Item] {
    values.flatMap { $0.prefix(4096).split(separator: ",") }.prefix(64).compactMap { text in
      let parts = text.split(separator: ";").map { trimmed($0).lowercased() }
      guard let name = parts.first, !name.isEmpty else { return nil }
      var item = Item(name: name)
      for part in parts.dropFirst() {
        let halves = part.split(separator: "=", maxSplits: 1).map { trimmed($0) }
        guard halves.count == 2 else { continue }
        if halves[0] == "q" {
          // A weight that cannot be read is no permission.
          item.weight = Double(halves[1]).flatMap { (0...1).contains($0) ? $0 : nil } ?? 0
        } else {
          item.parameters[halves[0]] = halves[1].replacing("\"", with: "")
        }
      }
      return item
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }

  private static func trimmed(_ text: String) -> String { trimmed(Substring(text)) }
}
