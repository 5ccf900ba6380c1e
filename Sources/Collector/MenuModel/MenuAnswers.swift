/// What a device answered to the queries of one menu.
struct MenuAnswers: Sendable {
  /// Three outcomes of a query: an answer, no such menu there, failure.
  enum Answer: Sendable {
    case reply(Reply)
    /// As the device said it.
    case absent(RouterOSError)
    case failed(RouterOSError)
  }

  /// A menu has one query or a few: to compare them is less work than to hash all their words.
  private var answers: [(query: MenuQuery, answer: Answer)] = []

  subscript(query: MenuQuery) -> Answer? {
    get { place(query).map { answers[$0].answer } }
    set {
      switch (place(query), newValue) {
      case (let place?, let answer?): answers[place].answer = answer
      case (let place?, nil): answers.remove(at: place)
      case (nil, let answer?): answers.append((query, answer))
      case (nil, nil): break
      }
    }
  }

  private func place(_ query: MenuQuery) -> Int? {
    for place in answers.indices where answers[place].query == query { return place }
    return nil
  }

  func reply(_ query: MenuQuery) -> Reply? {
    if case .reply(let reply) = self[query] { return reply }
    return nil
  }

  /// Every reply there is.
  var replies: [Reply] {
    answers.compactMap {
      if case .reply(let reply) = $0.answer { return reply }
      return nil
    }
  }

  /// Rows of the answer; none where there is no answer.
  func rows(_ query: MenuQuery) -> [Row] { reply(query)?.rows ?? [] }

  /// Rows of all answers from the menu with this path, whatever part of it was asked for.
  func rows(at path: String) -> [Row] {
    queries.filter { $0.path == path }.flatMap(rows)
  }

  /// What was asked, in an order that is always the same.
  var queries: [MenuQuery] { answers.map(\.query).sorted { $0.words.lexicographicallyPrecedes($1.words) } }

  /// The number that a `count-only` print gave; `nil` where there is no answer, or none that is a number.
  func count(_ query: MenuQuery) -> UInt64? { reply(query)?.ret.flatMap(RowValue.unsigned) }

  /// Whether nothing was asked.
  var isEmpty: Bool { answers.isEmpty }

  /// Whether the device has no such menu.
  func isAbsent(_ query: MenuQuery) -> Bool {
    if case .absent = self[query] { return true }
    return false
  }

  /// Whether the device has none of what was asked for.
  var isAbsent: Bool {
    !answers.isEmpty
      && answers.allSatisfy {
        if case .absent = $0.answer { return true }
        return false
      }
  }

  /// Why there is no answer to `query`, be it a failure or not.
  func error(_ query: MenuQuery) -> RouterOSError? {
    switch self[query] {
    case .absent(let error), .failed(let error): error
    case .reply, nil: nil
    }
  }

  /// The failures, by command.
  var failures: [(command: String, error: RouterOSError)] {
    answers.compactMap { query, answer in
      guard case .failed(let error) = answer else { return nil }
      return (query.commandWord, error)
    }
    .sorted { $0.command < $1.command }
  }

  mutating func merge(_ others: MenuAnswers) {
    for (query, answer) in others.answers { self[query] = answer }
  }
}
