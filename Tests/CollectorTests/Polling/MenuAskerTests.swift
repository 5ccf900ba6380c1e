import Shared
import Synchronization
import TestSupport
import Testing

@testable import Collector

@Suite(.timeLimit(.minutes(1))) struct MenuAskerTests {
  private let context = MenuContext(device: "gw", address: "192.0.2.1")

  private func menus(_ paths: String...) -> [any MenuCollector] { paths.map { TestMenu(path: $0) } }

  private func expect(_ path: String, _ tag: String) -> ScriptedServer.Step {
    .expect([path + "/print", "?n=0"], tag: tag)
  }

  private func paths(_ asked: [AskedMenu]) -> [String] { asked.map(\.menu.path) }

  /// Runs `body` in a session that has so many questions under way, however long answers take on the machine of the test.
  private func run(
    _ script: [ScriptedServer.Step], atOnce: Int = 2, _ body: (DeviceConnection, ScriptedServer) async throws -> Void
  ) async throws {
    try await TestSession.run(script) { connection, server in
      await connection.setPace(AskingPace(atOnce...atOnce))
      try await body(connection, server)
    }
  }

  @Test func noMoreThanTheLimitAreUnderWayHoweverManyWait() async throws {
    try await run([.answer(30), .pause, .answerEverything], atOnce: 8) { connection, server in
      let many = (0..<100).map { TestMenu(path: "/m\($0)", first: 2) }
      async let result = MenuAsker(connection: connection).ask(many, context, deadline: .seconds(50))
      // After thirty answers of two sentences, and that to the login, the device falls silent.
      try await eventually {
        #expect(await connection.commandsInFlight <= 8)
        return await connection.statistics.sentences == 61
      }
      try await eventually { await (5...8).contains(connection.commandsInFlight) }
      server.proceed()
      let (asked, failure) = await result
      #expect(failure == nil && paths(asked) == many.map(\.path))
      #expect(asked.allSatisfy { $0.answers.replies.count == 2 })
      #expect(await connection.commandsInFlight == 0)
    }
  }

  @Test func aMenuThatHangsKeepsNobodyFromTheOthersAnswers() async throws {
    let script: [ScriptedServer.Step] = [
      expect("/a", "a"), expect("/b", "b"), .reply(["!done"], tag: "b"), expect("/c", "c"), .reply(["!done"], tag: "c"),
      expect("/d", "d"), .reply(["!done"], tag: "d"), .pause, .reply(["!done"], tag: "a"),
    ]
    try await run(script) { connection, server in
      let given = Mutex<[String]>([])
      let failure = await MenuAsker(connection: connection).ask(
        menus("/a", "/b", "/c", "/d"), context, deadline: .seconds(50), patience: .milliseconds(1)
      ) { asked in
        let all = given.withLock { given in
          given += asked.map(\.menu.path)
          return given
        }
        // Only what has been given lets the device answer the rest.
        if all.sorted() == ["/b", "/c", "/d"] { server.proceed() }
      }
      #expect(failure == nil)
      #expect(given.withLock { $0.last } == "/a")
    }
  }

  @Test func whatWasAnsweredBeforeTheSessionEndedIsThere() async throws {
    for (end, code) in [
      ([.close], .protocol), ([.bytes(WireCodec.sentence(["!fatal", "session terminated"])), .close], .fatal),
    ] as [([ScriptedServer.Step], ReasonCode)] {
      let script: [ScriptedServer.Step] = [
        expect("/a", "a"), expect("/b", "b"), .reply(["!done"], tag: "b"), expect("/c", "c"),
        .reply(["!re", "=name=x"], tag: "c"), .reply(["!done"], tag: "c"), expect("/d", "d"),
        .reply(["!re", "=half=1"], tag: "d"),
      ]
      try await run(script + end) { connection, _ in
        let (asked, failure) = await MenuAsker(connection: connection).ask(
          menus("/a", "/b", "/c", "/d", "/e", "/f"), context, deadline: .seconds(50))
        #expect(paths(asked) == ["/b", "/c"])
        #expect((failure as? RouterOSError)?.code == code && (failure as? RouterOSError)?.endsSession == true)
        #expect(await MenuAsker(connection: connection).ask(menus("/a"), context, deadline: .seconds(5)).failure != nil)
      }
    }
  }

  @Test func theCountersDoNotWaitForMenus() async throws {
    let script: [ScriptedServer.Step] = [
      expect("/a", "a"), expect("/b", "b"), .expect(["/interface/print"], tag: "i"), .reply(["!done"], tag: "i"), .pause,
      .reply(["!done"], tag: "a"), .reply(["!done"], tag: "b"), .answerEverything,
    ]
    try await run(script) { connection, server in
      async let menus = MenuAsker(connection: connection).ask(menus("/a", "/b", "/c"), context, deadline: .seconds(50))
      try await eventually { await connection.commandsInFlight == 2 }
      _ = try await connection.run(MenuQuery(path: "/interface"), deadline: .seconds(50))
      #expect(await connection.commandsInFlight == 2)
      server.proceed()
      #expect(await menus.failure == nil)
    }
  }

  @Test func whatIsAbsentOrFailsIsToldAndEndsNothing() async throws {
    let script: [ScriptedServer.Step] = [
      expect("/a", "a"), expect("/b", "b"), .reply(["!trap", "=message=no such command prefix"], tag: "a"),
      .reply(["!done"], tag: "a"), .reply(["!trap", "=message=not enough permissions (9)"], tag: "b"),
      .reply(["!done"], tag: "b"),
      .answerEverything,
    ]
    try await run(script) { connection, _ in
      let (asked, failure) = await MenuAsker(connection: connection).ask(
        menus("/a", "/b", "/c"), context, deadline: .seconds(50))
      #expect(failure == nil && paths(asked) == ["/a", "/b", "/c"])
      #expect(asked[0].answers.isAbsent && asked[1].answers.failures.count == 1 && asked[2].answers.replies.count == 1)
    }
  }

  @Test func aQuestionHasItsDeadlineAndIsCancelledAtTheDevice() async throws {
    let script: [ScriptedServer.Step] = [
      expect("/a", "a"), .expect(["/cancel", "=tag=$a"], tag: "c"), .reply(["!done"], tag: "a"), .reply(["!done"], tag: "c"),
    ]
    try await run(script) { connection, _ in
      let answers = try await MenuAsker(connection: connection).ask(
        TestMenu(path: "/a"), context, deadline: .milliseconds(50))
      #expect(answers.failures.map(\.error.failure) == [.noAnswer(.milliseconds(50))])
      try await eventually { await connection.commandsInFlight == 0 }
    }
  }

  @Test func cancellingTheTaskCancelsWhatIsUnderWayAndKeepsTheSession() async throws {
    let script: [ScriptedServer.Step] = [
      expect("/a", "a"), expect("/b", "b"), .expect(["/cancel", "=tag=$a"], tag: "1"), .reply(["!done"], tag: "a"),
      .reply(["!done"], tag: "1"), .expect(["/cancel", "=tag=$b"], tag: "2"), .reply(["!done"], tag: "b"),
      .reply(["!done"], tag: "2"),
    ]
    try await run(script) { connection, _ in
      let task = Task { await MenuAsker(connection: connection).ask(menus("/a", "/b", "/c"), context, deadline: .seconds(50)) }
      try await eventually { await connection.commandsInFlight == 2 }
      task.cancel()
      let (asked, failure) = await task.value
      #expect(asked.isEmpty && failure is CancellationError)
      try await eventually { await connection.commandsInFlight == 0 }
      #expect(await connection.isOpen)
    }
  }

  /// The answers race with the cancellations: whichever wins, every round returns once, and the session survives.
  @Test func cancellingAtAnyMomentEndsARoundOnce() async throws {
    try await run([.answerEverything]) { connection, _ in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for delay in 0..<8 {
          group.addTask {
            for _ in 0..<30 {
              let task = Task {
                await MenuAsker(connection: connection).ask(menus("/a", "/b", "/c", "/d"), context, deadline: .seconds(10))
              }
              for _ in 0..<delay * 4 { await Task.yield() }
              task.cancel()
              let (asked, failure) = await task.value
              #expect(failure == nil ? asked.count == 4 : failure is CancellationError, "\(String(describing: failure))")
            }
          }
        }
        try await group.waitForAll()
      }
      try await eventually { await connection.commandsInFlight == 0 }
      #expect(await connection.isAskingNothing)
      #expect(await connection.deadlines == nil)
      #expect(await connection.statistics.strayReplies == 0)
    }
  }
}

extension DeviceConnection {
  fileprivate func setPace(_ pace: AskingPace) { self.pace = pace }
}
