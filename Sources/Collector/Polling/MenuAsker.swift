/// Asks the queries of menus: of the device over its session, and of the entries that stand in for it.
struct MenuAsker: Sendable {
  let connection: DeviceConnection
  /// For ``MenuQuery/Source/dhcpServer``.
  var dhcpServer: RemoteSession?
  /// For ``MenuQuery/Source/capsman``.
  var capsman: RemoteSession?

  /// Asks menus, several questions at a time: see ``AskingPace``.
  ///
  /// - Parameters:
  ///   - deadline: for each query.
  ///   - patience: `use` is given what is done by then, and again after as long; `nil`: everything at the end.
  ///   - use: takes menus that are done, in the order of `menus`.
  /// - Returns: what ended the session, or the task, before all were done; `use` has had those that were.
  func ask(
    _ menus: [any MenuCollector], _ context: MenuContext, deadline: Duration, patience: Duration? = nil,
    use: @escaping @Sendable ([AskedMenu]) async -> Void
  ) async -> (any Error)? {
    let (asked, failure) = await connection.ask(
      AskingPlan(menus, context), self, deadline: deadline, patience: patience, use: use)
    if !asked.isEmpty { await use(asked) }
    return failure
  }

  /// Asks menus and returns those that were done.
  func ask(
    _ menus: [any MenuCollector], _ context: MenuContext, deadline: Duration
  ) async -> (asked: [AskedMenu], failure: (any Error)?) {
    await connection.ask(AskingPlan(menus, context), self, deadline: deadline)
  }

  /// - Throws: ``RouterOSError`` when the device's own session ended; `CancellationError`. What else fails is in the answers.
  func ask(_ menu: any MenuCollector, _ context: MenuContext, deadline: Duration) async throws -> MenuAnswers {
    let (asked, failure) = await ask([menu], context, deadline: deadline)
    if let failure { throw failure }
    return asked.first?.answers ?? MenuAnswers()
  }

  /// Asks queries that belong to no menu.
  func ask(_ queries: [MenuQuery], deadline: Duration) async throws -> MenuAnswers {
    try await ask(Queries(queries: queries), MenuContext(device: "", address: ""), deadline: deadline)
  }

  /// The session that a query is asked of instead of the device's own.
  func remote(_ query: MenuQuery) -> RemoteSession? {
    switch query.source {
    case .device: nil
    case .dhcpServer: dhcpServer
    case .capsman: capsman
    }
  }
}

/// Queries in the form of a menu.
private struct Queries: MenuCollector {
  let queries: [MenuQuery]
  let path = ""
  let metrics: [Metric] = []

  func queries(_ context: MenuContext) -> [MenuQuery] { queries }
  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples { MenuSamples() }
}
