/// A menu that was asked, and what came back.
struct AskedMenu: Sendable {
  var menu: any MenuCollector
  var answers: MenuAnswers
  /// How long it took, from the first question to the last answer.
  var seconds: Double
}

/// Asks the queries of a menu: of the device over its session, and of the entries that stand in for it.
struct MenuAsker: Sendable {
  /// So many queries of a menu are under way together: the counters share the session with them, and its commands are counted.
  static let atOnce = 8

  let connection: DeviceConnection
  /// For ``MenuQuery/Source/dhcpServer``.
  var dhcpServer: RemoteSession?
  /// For ``MenuQuery/Source/capsman``.
  var capsman: RemoteSession?

  /// - Parameter deadline: for each query.
  /// - Throws: ``RouterOSError`` when the device's own session ended; `CancellationError`. What else fails is in the answers.
  nonisolated(nonsending) func ask(
    _ menu: any MenuCollector, _ context: MenuContext, deadline: Duration
  ) async throws -> MenuAnswers {
    var answers = try await ask(menu.queries(context), deadline: deadline)
    answers.merge(try await ask(menu.followUps(answers, context), deadline: deadline))
    return answers
  }

  /// Asks menus one after the other, on the session's own event loop: no thread is changed between an answer and the next question, which
  /// is half the cost of asking. Ends early once `patience` is over, so that the caller can use what there is and go on.
  ///
  /// - Returns: the menus that were asked, a beginning of `menus`; and what ended the session, or the task, before the next one.
  func ask(
    _ menus: [any MenuCollector], _ context: MenuContext, deadline: Duration, patience: Duration
  ) async -> (asked: [AskedMenu], failure: (any Error)?) {
    await connection.onEventLoop {
      var context = context
      var asked: [AskedMenu] = []
      let end = ContinuousClock.now + patience
      for menu in menus {
        let began = ContinuousClock.now
        guard asked.isEmpty || began < end else { break }
        do {
          let answers = try await ask(menu, context, deadline: deadline)
          asked.append(AskedMenu(menu: menu, answers: answers, seconds: (ContinuousClock.now - began).seconds))
          // The next one's questions may depend on it.
          if !answers.isAbsent { context.known.take(menu, answers) }
        } catch {
          return (asked, error)
        }
      }
      return (asked, nil)
    }
  }

  /// Asks all of them at once.
  nonisolated(nonsending) func ask(_ queries: [MenuQuery], deadline: Duration) async throws -> MenuAnswers {
    // Most menus ask one thing.
    if queries.count == 1 {
      var answers = MenuAnswers()
      answers[queries[0]] = try await ask(queries[0], deadline: deadline)
      return answers
    }
    return try await withThrowingTaskGroup(of: (MenuQuery, MenuAnswers.Answer).self) { group in
      var answers = MenuAnswers()
      var waiting = Array(Set(queries))
      for query in waiting.takeLast(Self.atOnce) { group.addTask { (query, try await ask(query, deadline: deadline)) } }
      while let (query, answer) = try await group.next() {
        answers[query] = answer
        for query in waiting.takeLast(1) { group.addTask { (query, try await ask(query, deadline: deadline)) } }
      }
      return answers
    }
  }

  nonisolated(nonsending) private func ask(_ query: MenuQuery, deadline: Duration) async throws -> MenuAnswers.Answer {
    let remote =
      switch query.source {
      case .device: RemoteSession?.none
      case .dhcpServer: dhcpServer
      case .capsman: capsman
      }
    do {
      if let remote { return .reply(try await remote.run(query, deadline: deadline)) }
      return .reply(try await connection.run(query, deadline: deadline))
    } catch let error as RouterOSError where error.isMenuAbsent {
      return .absent(error)
    } catch let error as RouterOSError where remote != nil || !error.endsSession {
      return .failed(error)
    }
  }
}

extension Array {
  /// Removes the last `count` elements, or what there is.
  fileprivate mutating func takeLast(_ count: Int) -> [Element] {
    defer { removeLast(Swift.min(count, self.count)) }
    return Array(suffix(count))
  }
}
