/// A menu that was asked, and what came back.
struct AskedMenu: Sendable {
  var menu: any MenuCollector
  var answers: MenuAnswers
  /// How long it took, from the first question to the last answer. Others are asked meanwhile.
  var seconds: Double
}

/// Which questions of a round of menus come next: a value that is told what came back. Menus are begun in the order given; one that needs
/// what another tells is begun when that one is done, whatever it came to.
struct AskingPlan: Sendable {
  struct Question: Sendable, Hashable {
    /// Which menu of the round.
    var menu: Int
    var query: MenuQuery
  }

  private struct Entry: Sendable {
    var menu: any MenuCollector
    var needs: DeviceKnowledge.Parts
    var tells: DeviceKnowledge.Parts
    var hasFollowUps = false
    var answers = MenuAnswers()
    /// Questions without an answer, asked or not.
    var open = 0
    var began: ContinuousClock.Instant?
    var ended: ContinuousClock.Instant?
  }

  private var entries: [Entry]
  private var context: MenuContext
  /// Not begun, in order.
  private var waiting: [Int]
  /// What menus that are not done will tell.
  private var untold: DeviceKnowledge.Parts = []
  private var ready: [Question] = []
  private var finished: [Int] = []
  /// Menus that are not done.
  private var left: Int
  /// Questions under way.
  private(set) var underWay = 0

  init(_ menus: [any MenuCollector], _ context: MenuContext) {
    entries = menus.map { Entry(menu: $0, needs: $0.needs, tells: DeviceKnowledge.parts(toldBy: $0.path)) }
    self.context = context
    waiting = Array(menus.indices)
    left = menus.count
    for entry in entries { untold.formUnion(entry.tells) }
  }

  /// Whether every menu is done.
  var isOver: Bool { left == 0 }

  /// Up to `limit` questions that are to be asked now.
  mutating func next(_ limit: Int, at now: ContinuousClock.Instant) -> [Question] {
    var questions: [Question] = []
    while questions.count < limit {
      if ready.isEmpty, !begin(mustGoOn: underWay == 0 && questions.isEmpty, at: now) { break }
      let taken = ready.prefix(limit - questions.count)
      for question in taken where entries[question.menu].began == nil { entries[question.menu].began = now }
      questions += taken
      ready.removeFirst(taken.count)
    }
    underWay += questions.count
    return questions
  }

  mutating func take(_ answer: MenuAnswers.Answer, to question: Question, at now: ContinuousClock.Instant) {
    let place = question.menu
    underWay -= 1
    entries[place].answers[question.query] = answer
    entries[place].open -= 1
    guard entries[place].open == 0 else { return }
    if !entries[place].hasFollowUps {
      entries[place].hasFollowUps = true
      // Before what is not begun: the sooner a menu is done, the sooner it is of use.
      if add(entries[place].menu.followUps(entries[place].answers, context), of: place, first: true) { return }
    }
    finish(place, at: now)
  }

  /// The menus that are done and were not given yet, in order.
  mutating func takeFinished() -> [AskedMenu] {
    defer { finished = [] }
    return finished.sorted().map { place in
      let entry = entries[place]
      // A menu without a question took no time.
      let seconds = entry.began.flatMap { began in entry.ended.map { ($0 - began).seconds } } ?? 0
      return AskedMenu(menu: entry.menu, answers: entry.answers, seconds: seconds)
    }
  }

  /// Begins the next menu that can be; with `mustGoOn` the next one in any case, since nothing is left that it could wait for.
  private mutating func begin(mustGoOn: Bool, at now: ContinuousClock.Instant) -> Bool {
    guard !waiting.isEmpty else { return false }
    let next = waiting.firstIndex { entries[$0].needs.isDisjoint(with: untold) } ?? (mustGoOn ? 0 : nil)
    guard let next else { return false }
    let place = waiting.remove(at: next)
    if !add(entries[place].menu.queries(context), of: place, first: false) { finish(place, at: now) }
    return true
  }

  /// - Returns: whether there is one.
  private mutating func add(_ queries: [MenuQuery], of place: Int, first: Bool) -> Bool {
    var next = first ? 0 : ready.count
    let before = ready.count
    for query in queries where entries[place].answers[query] == nil && !ready.contains(Question(menu: place, query: query)) {
      ready.insert(Question(menu: place, query: query), at: next)
      next += 1
    }
    entries[place].open += ready.count - before
    return ready.count > before
  }

  private mutating func finish(_ place: Int, at now: ContinuousClock.Instant) {
    entries[place].ended = now
    finished.append(place)
    left -= 1
    guard !entries[place].tells.isEmpty else { return }
    untold.subtract(entries[place].tells)
    // Others' questions may depend on it.
    if !entries[place].answers.isAbsent { context.known.take(entries[place].menu, entries[place].answers) }
  }
}
