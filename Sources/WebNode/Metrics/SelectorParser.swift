/// Reads selectors as Prometheus does: `name{a="b",c!="d",e=~"f.*",g!~"h"}`, a name in quotes among the matchers (`{"my.metric"}`),
/// strings in `"…"`, `'…'` and backticks, comments.
struct SelectorParser {
  /// Bytes of a selector, and matchers in it.
  static let lengthLimit = 16_384
  static let matcherLimit = 64

  private var lexer: SelectorLexer
  private var token = SelectorLexer.Token.end
  private var matchers: [Selector.Matcher] = []
  private var hasName = false

  static func parse(_ text: String) throws(SelectorError) -> Selector {
    let bytes = Array(text.utf8)
    guard bytes.count <= lengthLimit else {
      throw SelectorError(message: "longer than \(lengthLimit) bytes", offset: lengthLimit)
    }
    var parser = SelectorParser(lexer: SelectorLexer(bytes))
    return try parser.selector()
  }

  private init(lexer: SelectorLexer) { self.lexer = lexer }

  private mutating func selector() throws(SelectorError) -> Selector {
    try advance()
    var isSelector = false
    if case .name(let name) = token {
      // Numbers to PromQL.
      guard !["inf", "nan"].contains(String(decoding: name, as: UTF8.self).lowercased()) else { throw wrong("a number") }
      setName(name)
      try advance()
      isSelector = true
    }
    if token == .open {
      try advance()
      try braces()
      isSelector = true
    }
    guard isSelector else { throw wrong(token == .end ? "nothing" : "what begins no selector") }
    guard token == .end else { throw wrong("something behind the selector") }
    let names = matchers.filter { $0.label == Selector.nameLabel }
    if hasName, names.count > 1 { throw SelectorError(message: "the metric's name is given twice", offset: 0) }
    let selector = Selector(names: names, labels: matchers.filter { $0.label != Selector.nameLabel })
    if selector.takesNothing {
      throw SelectorError(message: "it needs at least one matcher that an empty value does not satisfy", offset: 0)
    }
    return selector
  }

  /// Behind the opening brace, to behind the closing one.
  private mutating func braces() throws(SelectorError) {
    while token != .close {
      switch token {
      case .name(let label):
        guard !label.contains(UInt8(ascii: ":")) else { throw wrong("a label's name with a colon") }
        try advance()
        try matcher(label)
      case .string(let text):
        try advance()
        if token == .comma || token == .close {
          guard !hasName else { throw wrong("a second name of the metric") }
          guard !text.isEmpty else { throw wrong("an empty name") }
          setName(text)
        } else {
          try matcher(text)
        }
      case .open, .close, .comma, .equal, .unequal, .matching, .notMatching, .end: throw wrong("what is no matcher")
      }
      if token == .comma { try advance() } else if token != .close { throw wrong("what is neither , nor }") }
    }
    try advance()
  }

  private mutating func matcher(_ label: [UInt8]) throws(SelectorError) {
    guard matchers.count < Self.matcherLimit else { throw wrong("more than \(Self.matcherLimit) matchers") }
    let sign = token
    try advance()
    guard case .string(let text) = token else { throw wrong("no string where a matcher has its value") }
    let condition: Selector.Matcher.Condition
    switch sign {
    case .equal: condition = .equal(text)
    case .unequal: condition = .unequal(text)
    case .matching: condition = .matching(try pattern(text))
    case .notMatching: condition = .notMatching(try pattern(text))
    case .name, .string, .open, .close, .comma, .end: throw wrong("none of = != =~ !~")
    }
    matchers.append(Selector.Matcher(label: label, condition: condition))
    try advance()
  }

  private func pattern(_ text: [UInt8]) throws(SelectorError) -> RegularExpression {
    do throws(RegularExpression.Invalid) { return try RegularExpression(text) } catch {
      throw SelectorError(message: "no regular expression: \(error.reason)", offset: lexer.start)
    }
  }

  private mutating func setName(_ name: [UInt8]) {
    hasName = true
    matchers.append(Selector.Matcher(label: Selector.nameLabel, condition: .equal(name)))
  }

  private mutating func advance() throws(SelectorError) { token = try lexer.next() }

  private func wrong(_ message: String) -> SelectorError { SelectorError(message: message, offset: lexer.start) }
}
