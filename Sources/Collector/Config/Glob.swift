/// A shell pattern: `*` is any text, `?` any character; all else stands for itself, in this case.
struct Glob: Sendable, Equatable {
  let pattern: String
  private let scalars: [Unicode.Scalar]

  init(_ pattern: String) {
    self.pattern = pattern
    scalars = Array(pattern.unicodeScalars)
  }

  /// Whether the whole of `text` matches. Linear but for backtracking to the last `*`, so no pattern can make it explode.
  func matches(_ text: String) -> Bool {
    let text = Array(text.unicodeScalars)
    var (position, place) = (0, 0)
    var star: (pattern: Int, text: Int)?
    while place < text.count {
      if position < scalars.count, scalars[position] == "*" {
        star = (position, place)
        position += 1
      } else if position < scalars.count, scalars[position] == "?" || scalars[position] == text[place] {
        position += 1
        place += 1
      } else if let last = star {
        star = (last.pattern, last.text + 1)
        position = last.pattern + 1
        place = last.text + 1
      } else {
        return false
      }
    }
    return scalars[position...].allSatisfy { $0 == "*" }
  }
}
