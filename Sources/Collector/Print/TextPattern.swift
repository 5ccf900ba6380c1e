/// What `--include` and `--exclude` look for: a piece of text in any case, with `*` and `?` standing for any characters and for one.
struct TextPattern: Sendable, Equatable {
  private let pieces: [Unicode.Scalar]
  private let isGlob: Bool

  /// - Parameter isLiteral: `*` and `?` mean themselves.
  init(_ text: String, isLiteral: Bool = false) {
    let text = text.lowercased()
    isGlob = !isLiteral && text.unicodeScalars.contains { $0 == "*" || $0 == "?" }
    // Anywhere in the text.
    pieces = Array((isGlob ? "*\(text)*" : text).unicodeScalars)
  }

  /// Patterns between `;`.
  static func list(_ text: String) -> [TextPattern] {
    text.split(separator: ";").map { String($0).trimmed }.filter { !$0.isEmpty }.map { TextPattern($0) }
  }

  func matches(_ text: String) -> Bool {
    let scalars = Array(text.lowercased().unicodeScalars)
    return isGlob ? matchesGlob(scalars) : contains(scalars)
  }

  private func contains(_ text: [Unicode.Scalar]) -> Bool {
    guard !pieces.isEmpty else { return true }
    guard text.count >= pieces.count else { return false }
    return (0...(text.count - pieces.count)).contains { text[$0...].starts(with: pieces) }
  }

  /// Goes back to the last `*` only, so its time is at most the product of both lengths.
  private func matchesGlob(_ text: [Unicode.Scalar]) -> Bool {
    var (at, place) = (0, 0)
    var star: (place: Int, at: Int)?
    while at < text.count {
      if place < pieces.count, pieces[place] == "*" {
        star = (place, at)
        place += 1
      } else if place < pieces.count, pieces[place] == "?" || pieces[place] == text[at] {
        place += 1
        at += 1
      } else if let last = star {
        star = (last.place, last.at + 1)
        place = last.place + 1
        at = last.at + 1
      } else {
        return false
      }
    }
    return pieces[place...].allSatisfy { $0 == "*" }
  }
}
