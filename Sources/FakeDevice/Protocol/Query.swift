/// The query words of a command: a small stack machine that decides which rows are sent.
///
/// Source: MikroTik's API documentation, "Queries". The stack holds endless `true` below what was pushed; a row is chosen when no
/// `false` is on the stack at the end.
struct Query: Sendable, Equatable {
  private enum Step: Sendable, Equatable {
    case has(String)
    case lacks(String)
    case equal(String, String)
    case less(String, String)
    case greater(String, String)
    case operations([Operation])
  }

  private enum Operation: Sendable, Equatable {
    case not, and, or, copyTop
    /// Pushes a copy of the value at an index, 0 being the top.
    case copy(Int)
    /// Replaces everything with the value at an index.
    case only(Int)
  }

  private var steps: [Step] = []

  /// The query that `words` (each beginning with `?`) make; `nil` when one of them is no query word.
  init?(_ words: [String]) {
    for word in words {
      guard let step = Self.step(word.dropFirst()) else { return nil }
      steps.append(step)
    }
  }

  var isEmpty: Bool { steps.isEmpty }

  /// Whether a row with these fields is chosen.
  func selects(_ value: (String) -> String?) -> Bool {
    var stack: [Bool] = []
    for step in steps {
      switch step {
      case .has(let name): stack.append(value(name) != nil)
      case .lacks(let name): stack.append(value(name) == nil)
      case .equal(let name, let wanted): stack.append(value(name).map { Self.isSame($0, wanted) } ?? false)
      case .less(let name, let bound): stack.append(value(name).map { Self.isLess($0, bound) } ?? false)
      case .greater(let name, let bound): stack.append(value(name).map { Self.isLess(bound, $0) } ?? false)
      case .operations(let operations): for operation in operations { Self.apply(operation, to: &stack) }
      }
    }
    return !stack.contains(false)
  }

  private static func step(_ text: Substring) -> Step? {
    guard let first = text.first else { return nil }
    switch first {
    case "#": return operations(text.dropFirst()).map { .operations($0) }
    case "-": return text.count > 1 ? .lacks(String(text.dropFirst())) : nil
    case "<": return pair(text.dropFirst()).map { .less($0, $1) }
    case ">": return pair(text.dropFirst()).map { .greater($0, $1) }
    case "=": return pair(text.dropFirst()).map { .equal($0, $1) }
    default: return pair(text).map { .equal($0, $1) } ?? .has(String(text))
    }
  }

  private static func pair(_ text: Substring) -> (String, String)? {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return nil }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }

  private static func operations(_ text: Substring) -> [Operation]? {
    var operations: [Operation] = []
    var rest = text
    while let character = rest.first {
      if character.isASCII, character.isNumber {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard let index = Int(digits), index < 10000 else { return nil }
        rest = rest.dropFirst(digits.count)
        operations.append(rest.isEmpty ? .only(index) : .copy(index))
        if rest.first == "." { rest = rest.dropFirst() }
        continue
      }
      rest = rest.dropFirst()
      switch character {
      case "!": operations.append(.not)
      case "&": operations.append(.and)
      case "|": operations.append(.or)
      case ".": operations.append(.copyTop)
      default: return nil
      }
    }
    return operations
  }

  private static func apply(_ operation: Operation, to stack: inout [Bool]) {
    func at(_ index: Int) -> Bool { index < stack.count ? stack[stack.count - 1 - index] : true }
    switch operation {
    case .not:
      let top = stack.popLast() ?? true
      stack.append(!top)
    case .and:
      let top = stack.popLast() ?? true
      let below = stack.popLast() ?? true
      stack.append(top && below)
    case .or:
      let top = stack.popLast() ?? true
      let below = stack.popLast() ?? true
      stack.append(top || below)
    case .copyTop: stack.append(at(0))
    case .copy(let index): stack.append(at(index))
    case .only(let index): stack = [at(index)]
    }
  }

  /// Texts are equal, and so are `yes` and `true`, `no` and `false`.
  private static func isSame(_ left: String, _ right: String) -> Bool {
    left == right || (flag(left) != nil && flag(left) == flag(right))
  }

  private static func flag(_ text: String) -> Bool? {
    switch text {
    case "yes", "true": true
    case "no", "false": false
    default: nil
    }
  }

  private static func isLess(_ left: String, _ right: String) -> Bool {
    if let left = Int64(left), let right = Int64(right) { return left < right }
    return left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}
