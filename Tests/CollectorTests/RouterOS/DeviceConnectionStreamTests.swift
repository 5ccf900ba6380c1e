import Shared
import TestSupport
import Testing

@testable import Collector

@Suite(.timeLimit(.minutes(1))) struct DeviceConnectionStreamTests {
  private let monitor = MenuQuery(
    path: "/interface", command: "monitor-traffic", attributes: [("interface", "ether1"), ("interval", "1")])
  private let monitorExpected = ScriptedServer.Step.expect(
    ["/interface/monitor-traffic", "=interface=ether1", "=interval=1"], tag: "m")

  @Test func givesRowsAsTheyComeAndEnds() async throws {
    let script: [ScriptedServer.Step] = [
      monitorExpected, .reply(["!re", "=rx=1"], tag: "m"), .pause, .reply(["!re", "=rx=2"], tag: "m"),
      .reply(["!done"], tag: "m"),
    ]
    try await TestSession.run(script) { connection, server in
      var rows: [Row] = []
      for try await row in connection.stream(monitor, idleDeadline: .seconds(5)) {
        rows.append(row)
        if rows.count == 1 { server.proceed() }
      }
      #expect(rows == [["rx": "1"], ["rx": "2"]])
    }
  }

  @Test func leavingTheLoopCancelsAtTheDevice() async throws {
    let script: [ScriptedServer.Step] = [
      monitorExpected, .reply(["!re", "=rx=1"], tag: "m"), .expect(["/cancel", "=tag=$m"], tag: "c"),
      .reply(["!re", "=rx=2"], tag: "m"),
      .reply(["!trap", "=category=2", "=message=interrupted"], tag: "m"), .reply(["!done"], tag: "m"),
      .reply(["!done"], tag: "c"),
    ]
    try await TestSession.run(script) { connection, _ in
      for try await row in connection.stream(monitor, idleDeadline: .seconds(5)) {
        #expect(row == ["rx": "1"])
        break
      }
      try await eventually { await connection.commandsInFlight == 0 }
      #expect(await connection.isOpen)
      #expect(await connection.statistics.strayReplies == 0)
    }
  }

  @Test func cancellingTheReaderCancelsAtTheDevice() async throws {
    let script: [ScriptedServer.Step] = [
      monitorExpected, .expect(["/cancel", "=tag=$m"], tag: "c"), .reply(["!done"], tag: "m"), .reply(["!done"], tag: "c"),
    ]
    try await TestSession.run(script) { connection, _ in
      let reader = Task {
        for try await _ in connection.stream(monitor, idleDeadline: .seconds(50)) {}
      }
      try await eventually { await connection.commandsInFlight == 1 }
      reader.cancel()
      try? await reader.value  // ends quietly or with the cancellation, as the standard library has it
      try await eventually { await connection.commandsInFlight == 0 }
    }
  }

  @Test func aTrapEndsTheStreamWithItsError() async throws {
    let script: [ScriptedServer.Step] = [
      monitorExpected, .reply(["!trap", "=message=input does not match any value of interface"], tag: "m"),
      .reply(["!done"], tag: "m"),
    ]
    try await TestSession.run(script) { connection, _ in
      let error = try await failure {
        for try await _ in connection.stream(monitor, idleDeadline: .seconds(5)) { Issue.record("a row") }
      }
      #expect(error.trap?.message == "input does not match any value of interface")
      #expect(error.attempted == "/interface/monitor-traffic")
    }
  }

  @Test func aStreamThatStopsFlowingIsHung() async throws {
    let script: [ScriptedServer.Step] = [monitorExpected, .reply(["!re", "=rx=1"], tag: "m"), .expect(["/cancel", "=tag=$m"])]
    try await TestSession.run(script) { connection, _ in
      var rows = 0
      let error = try await failure {
        for try await _ in connection.stream(monitor, idleDeadline: .seconds(1)) { rows += 1 }
      }
      // On a machine that is busy enough the deadline may pass before the row as well.
      #expect(rows <= 1)
      #expect(error.failure == .noAnswer(.seconds(1)))
    }
  }

  @Test func aReaderTooFarBehindGetsAnErrorAndNoGap() async throws {
    let rows = (1...5).map { ScriptedServer.Step.reply(["!re", "=rx=\($0)"], tag: "m") }
    let script = [monitorExpected] + rows + [.expect(["/cancel", "=tag=$m"])]
    try await TestSession.run(script, limits: ProtocolLimits(rowsPerReply: 3)) { connection, server in
      let stream = connection.stream(monitor, idleDeadline: .seconds(5))
      try await server.waitForScript()
      var seen: [Row] = []
      let error = try await failure {
        for try await row in stream { seen.append(row) }
      }
      #expect(seen == [["rx": "1"], ["rx": "2"], ["rx": "3"]])
      #expect(error.failure == .readerTooSlow(rows: 3) && !error.endsSession)
    }
  }

  @Test func commandsRunBesideAStream() async throws {
    let script: [ScriptedServer.Step] = [
      monitorExpected, .reply(["!re", "=rx=1"], tag: "m"), .expect(["/interface/print"], tag: "a"),
      .reply(["!re", "=rx=2"], tag: "m"),
      .reply(["!re", "=name=ether1"], tag: "a"), .reply(["!done"], tag: "a"), .reply(["!done"], tag: "m"),
    ]
    try await TestSession.run(script) { connection, _ in
      var seen: [Row] = []
      for try await row in connection.stream(monitor, idleDeadline: .seconds(5)) {
        seen.append(row)
        guard seen.count == 1 else { continue }
        #expect(try await connection.run(MenuQuery(path: "/interface"), deadline: .seconds(5)).rows == [["name": "ether1"]])
      }
      #expect(seen == [["rx": "1"], ["rx": "2"]])
    }
  }

  @Test func theEndOfTheSessionEndsTheStream() async throws {
    try await TestSession.run([monitorExpected, .reply(["!re", "=rx=1"], tag: "m"), .close]) { connection, _ in
      let error = try await failure {
        for try await _ in connection.stream(monitor, idleDeadline: .seconds(5)) {}
      }
      #expect(error.failure == .closedByDevice)
      let late = try await failure {
        for try await _ in connection.stream(monitor, idleDeadline: .seconds(5)) {}
      }
      #expect(late.failure == .closedByDevice)
    }
  }
}
