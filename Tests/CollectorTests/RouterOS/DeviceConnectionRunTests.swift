import Shared
import TestSupport
import Testing

@testable import Collector

@Suite(.timeLimit(.minutes(1))) struct DeviceConnectionRunTests {
  private let interfaces = MenuQuery(path: "/interface", properties: ["name", "rx-byte"])
  private let interfacesExpected = ScriptedServer.Step.expect(["/interface/print", "=.proplist=name,rx-byte"], tag: "a")

  @Test func returnsRowsWithTimesAndSizes() async throws {
    let script: [ScriptedServer.Step] = [
      interfacesExpected, .reply(["!re", "=name=ether1", "=rx-byte=18446744073709551615"], tag: "a"), .reply(["!done"], tag: "a"),
    ]
    try await TestSession.run(script) { connection, _ in
      let before = ContinuousClock.now
      let reply = try await connection.run(interfaces, deadline: .seconds(5))
      #expect(reply.rows == [["name": "ether1", "rx-byte": "18446744073709551615"]])
      #expect(reply.ret == nil)
      #expect(before <= reply.sent && reply.sent <= reply.received && reply.received <= .now)
      #expect(reply.bytesSent == WireCodec.sentence(["/interface/print", "=.proplist=name,rx-byte", ".tag=1"]).count)
      #expect(
        reply.bytesReceived == WireCodec.sentence(["!re", "=name=ether1", "=rx-byte=18446744073709551615", ".tag=1"]).count
          + WireCodec.sentence(["!done", ".tag=1"]).count)
    }
  }

  @Test func returnsACount() async throws {
    let script: [ScriptedServer.Step] = [
      .expect(["/ip/firewall/connection/print", "=count-only="], tag: "a"), .reply(["!done", "=ret=4711"], tag: "a"),
    ]
    try await TestSession.run(script) { connection, _ in
      let query = MenuQuery(path: "/ip/firewall/connection", attributes: [("count-only", "")])
      let reply = try await connection.run(query, deadline: .seconds(5))
      #expect(reply.ret == "4711" && reply.rows.isEmpty)
    }
  }

  @Test func timesAReplyByItsFirstByte() async throws {
    let sentence = WireCodec.sentence(["!done", ".tag=1"])
    let script: [ScriptedServer.Step] = [
      interfacesExpected, .bytes(Array(sentence.prefix(3))), .pause, .bytes(Array(sentence.dropFirst(3))),
    ]
    try await TestSession.run(script) { connection, server in
      async let pending = connection.run(interfaces, deadline: .seconds(5))
      let bytesOfLogin: UInt64 = 7
      try await eventually { await connection.statistics.bytesReceived == bytesOfLogin + 3 }
      let firstBytesSeen = ContinuousClock.now
      server.proceed()
      #expect(try await pending.received <= firstBytesSeen)
    }
  }

  @Test func answersManyCommandsInAnyOrder() async throws {
    let names = (0..<20).map { "n\($0)" }
    // Commands may arrive in any order, so all look alike and each answer carries its command's own tag.
    var script: [ScriptedServer.Step] = names.map { .expect(["/interface/print"], tag: $0) }
    for name in names.reversed() { script.append(.reply(["!re", "=for=$"], tag: name)) }
    for name in names.shuffled() { script += [.reply(["!re", "=end="], tag: name), .reply(["!done"], tag: name)] }
    try await TestSession.run(script) { connection, _ in
      try await withThrowingTaskGroup(of: Reply.self) { group in
        for _ in names { group.addTask { try await connection.run(MenuQuery(path: "/interface"), deadline: .seconds(10)) } }
        for try await reply in group { #expect(reply.rows.map { $0.fields.map(\.name) } == [["for"], ["end"]]) }
      }
      #expect(await connection.statistics.strayReplies == 0)
    }
  }

  @Test func aTrapFailsOneCommandAndTheSessionGoesOn() async throws {
    let script: [ScriptedServer.Step] = [
      .expect(["/interface/wifi/print"], tag: "w"),
      .reply(["!trap", "=category=0", "=message=no such command prefix"], tag: "w"),
      .reply(["!done"], tag: "w"), interfacesExpected, .reply(["!empty"], tag: "a"), .reply(["!done"], tag: "a"),
      .expect(["/user/print"], tag: "u"), .reply(["!trap", "=message=not enough permissions (9)"], tag: "u"),
      .reply(["!done"], tag: "u"),
    ]
    try await TestSession.run(script) { connection, _ in
      let absent = try await failure { try await connection.run(MenuQuery(path: "/interface/wifi"), deadline: .seconds(5)) }
      #expect(absent.isMenuAbsent && !absent.endsSession && absent.code == .menu)
      #expect(try await connection.run(interfaces, deadline: .seconds(5)).rows.isEmpty)
      let denied = try await failure { try await connection.run(MenuQuery(path: "/user"), deadline: .seconds(5)) }
      #expect(denied.code == .permission && !denied.isMenuAbsent)
      #expect(await connection.isOpen)
    }
  }

  @Test func aCommandWithoutAnswerIsHungAndIsCancelled() async throws {
    let script: [ScriptedServer.Step] = [
      interfacesExpected, .expect(["/cancel", "=tag=$a"], tag: "c"), .reply(["!re", "=late=1"], tag: "a"),
      .reply(["!trap", "=category=2", "=message=interrupted"], tag: "a"), .reply(["!done"], tag: "a"),
      .reply(["!done"], tag: "c"),
      .expect(["/system/identity/print"], tag: "i"), .reply(["!re", "=name=R1"], tag: "i"), .reply(["!done"], tag: "i"),
    ]
    try await TestSession.run(script) { connection, _ in
      let error = try await failure { try await connection.run(interfaces, deadline: .milliseconds(50)) }
      #expect(error.failure == .noAnswer(.milliseconds(50)) && error.code == .hung && !error.endsSession)
      #expect(error.attempted == "/interface/print")
      let identity = try await connection.run(MenuQuery(path: "/system/identity"), deadline: .seconds(5))
      #expect(identity.rows == [["name": "R1"]])
      #expect(await connection.commandsInFlight == 0)
    }
  }

  @Test func aDeviceThatGoesSilentIsGivenUp() async throws {
    let script: [ScriptedServer.Step] = [interfacesExpected, .expect(["/cancel", "=tag=$a"])]
    try await TestSession.run(script, timeouts: ConnectionTimeouts(drain: .milliseconds(50))) { connection, _ in
      _ = try await failure { try await connection.run(interfaces, deadline: .milliseconds(50)) }
      let reason = await connection.waitUntilClosed()
      #expect(reason?.failure == .silent(.milliseconds(50)) && reason?.code == .hung)
    }
  }

  @Test func cancellingATaskReleasesItAndCancelsAtTheDevice() async throws {
    let script: [ScriptedServer.Step] = [
      interfacesExpected, .expect(["/cancel", "=tag=$a"], tag: "c"), .reply(["!done"], tag: "a"), .reply(["!done"], tag: "c"),
    ]
    try await TestSession.run(script) { connection, _ in
      let task = Task { try await connection.run(interfaces, deadline: .seconds(50)) }
      try await eventually { await connection.commandsInFlight == 1 }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      try await eventually { await connection.commandsInFlight == 0 }
      #expect(await connection.isOpen)
    }
  }

  @Test func aTaskCancelledBeforeItRunsSendsNothing() async throws {
    try await TestSession.run([]) { connection, _ in
      let sent = await connection.statistics.bytesSent
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await connection.run(interfaces, deadline: .seconds(50))
      }
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(await connection.statistics.bytesSent == sent)
    }
  }

  /// The answers race with the cancellations: whichever wins, every call returns once, and the session survives.
  @Test func cancellingAtAnyMomentResumesExactlyOnce() async throws {
    try await TestSession.run([.answerEverything]) { connection, _ in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for delay in 0..<16 {
          group.addTask {
            for _ in 0..<40 {
              let task = Task { try await connection.run(interfaces, deadline: .seconds(10)) }
              for _ in 0..<delay { await Task.yield() }
              task.cancel()
              switch await task.result {
              case .success(let reply): #expect(reply.rows == [["name": "x"]])
              case .failure(let error): #expect(error is CancellationError, "\(error)")
              }
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await connection.run(interfaces, deadline: .seconds(10)).rows.count == 1)
      try await eventually { await connection.commandsInFlight == 0 }
      #expect(await connection.statistics.strayReplies == 0)
    }
  }

  @Test func everyEndOfTheSessionReachesItsCommands() async throws {
    let half = [UInt8(4)] + Array("!re".utf8)
    for (end, code) in [
      ([.close], .protocol), ([.reset], .protocol), ([.bytes(half), .close], .protocol),
      ([.bytes([0xF0, 0xFF, 0xFF, 0xFF, 0xFF])], .protocol),
      ([.bytes(WireCodec.sentence(["!fatal", "session terminated"])), .close], .fatal),
    ] as [([ScriptedServer.Step], ReasonCode)] {
      try await TestSession.run([interfacesExpected] + end) { connection, _ in
        let error = try await failure { try await connection.run(interfaces, deadline: .seconds(5)) }
        #expect(error.code == code && error.endsSession)
        #expect(error.attempted == "/interface/print")
        #expect(await connection.waitUntilClosed()?.code == code)
        #expect(try await failure { try await connection.run(interfaces, deadline: .seconds(5)) }.code == code)
      }
    }
  }

  @Test func closingFailsWhatIsInFlight() async throws {
    try await TestSession.run([interfacesExpected]) { connection, _ in
      async let pending = failure { try await connection.run(interfaces, deadline: .seconds(50)) }
      async let end = connection.waitUntilClosed()
      try await eventually { await connection.commandsInFlight == 1 }
      await connection.close()
      #expect(try await pending.failure == .closedByUs)
      #expect(await end == nil)
    }
  }

  @Test func waitingForTheEndCanBeCancelled() async throws {
    try await TestSession.run([]) { connection, _ in
      let task = Task { await connection.waitUntilClosed() }
      task.cancel()
      #expect(await task.value == nil)
      #expect(await connection.isOpen)
    }
  }

  @Test func aCommandThatCannotBeSentFailsAlone() async throws {
    try await TestSession.run([], limits: ProtocolLimits(wordBytes: 64)) { connection, _ in
      let query = MenuQuery(path: "/interface", queries: ["name=" + String(repeating: "x", count: 80)])
      let error = try await failure { try await connection.run(query, deadline: .seconds(5)) }
      #expect(error.failure == .unsendable(.wordTooLong(bytes: 86)) && !error.endsSession)
      #expect(await connection.commandsInFlight == 0)
    }
  }

  @Test func lettingGoOfAConnectionClosesIt() async throws {
    let server = try await ScriptedServer.start(ScriptedServer.login + [.expect(["/never"])])
    var connection: DeviceConnection? = try await TestSession.open(port: server.port)
    #expect(connection != nil)
    connection = nil
    await #expect(throws: ScriptedServer.Mismatch.self) { try await server.waitForScript() }
    await server.stop()
  }
}
