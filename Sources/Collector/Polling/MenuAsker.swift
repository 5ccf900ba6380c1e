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
  func ask(_ menu: any MenuCollector, _ context: MenuContext, deadline: Duration) async throws -> MenuAnswers {
    var answers = try await ask(menu.queries(context), deadline: deadline)
    answers.merge(try await ask(menu.followUps(answers, context), deadline: deadline))
    return answers
  }

  /// Asks all of them at once.
  func ask(_ queries: [MenuQuery], deadline: Duration) async throws -> MenuAnswers {
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

  private func ask(_ query: MenuQuery, deadline: Duration) async throws -> MenuAnswers.Answer {
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
