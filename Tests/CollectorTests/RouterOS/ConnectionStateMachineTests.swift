import Shared
import Testing

@testable import Collector

@Suite struct ConnectionStateMachineTests {
  typealias Action = ConnectionStateMachine.Action

  static let instant = ContinuousClock.now

  /// A machine that has logged in.
  static func ready(_ limits: ProtocolLimits = .standard) -> ConnectionStateMachine {
    let credentials = Credentials(username: "admin", password: Secret("secret"))
    var machine = ConnectionStateMachine(login: LoginExchange(credentials), limits: limits)
    #expect(machine.connected() == [.send(["/login", "=name=admin", "=password=secret"])])
    machine.received(bytes: 7)
    #expect(machine.receive(Sentence(kind: .done), at: instant) == [.loggedIn])
    return machine
  }

  static func sentence(_ kind: Sentence.Kind, _ tag: UInt64?, _ fields: [(String, String)] = [], bytes: Int = 10) -> Sentence {
    Sentence(
      kind: kind, tag: tag.map(Sentence.Tag.number) ?? .absent, fields: fields.map { .init(name: $0.0, value: $0.1) },
      bytes: bytes)
  }

  static func receive(
    _ machine: inout ConnectionStateMachine, _ kind: Sentence.Kind, _ tag: UInt64?, _ fields: [(String, String)] = []
  ) -> [Action] {
    machine.received(bytes: 10)
    return machine.receive(sentence(kind, tag, fields), at: instant)
  }

  @Test func collectsInterleavedCommandsByTag() throws {
    var machine = Self.ready()
    let first = try machine.submit(.collected)
    let second = try machine.submit(.collected)
    #expect(first != second)
    #expect(Self.receive(&machine, .row, first, [("name", "a")]) == [])
    #expect(Self.receive(&machine, .row, second, [("name", "x")]) == [])
    #expect(Self.receive(&machine, .row, first, [("name", "b")]) == [])
    let reply = ConnectionStateMachine.Collected(rows: [["name": "x"]], ret: nil, bytes: 20, received: Self.instant)
    #expect(Self.receive(&machine, .done, second) == [.complete(tag: second, reply)])
    let other = ConnectionStateMachine.Collected(
      rows: [["name": "a"], ["name": "b"]], ret: "2", bytes: 30, received: Self.instant)
    #expect(Self.receive(&machine, .done, first, [("ret", "2")]) == [.complete(tag: first, other)])
    #expect(machine.commands.isEmpty)
  }

  @Test func noRowsIsAReply() throws {
    var machine = Self.ready()
    let tag = try machine.submit(.collected)
    #expect(Self.receive(&machine, .empty, tag) == [])
    guard case .complete(tag, let reply) = Self.receive(&machine, .done, tag).first else {
      Issue.record("not complete")
      return
    }
    #expect(reply.rows.isEmpty && reply.ret == nil)
  }

  @Test func aTrapEndsOnlyItsCommandAndOnlyAtItsDone() throws {
    var machine = Self.ready()
    let bad = try machine.submit(.collected)
    let good = try machine.submit(.collected)
    #expect(Self.receive(&machine, .trap, bad, [("category", "0"), ("message", "no such command")]) == [])
    #expect(Self.receive(&machine, .trap, bad, [("message", "and more")]) == [])
    let trap = DeviceTrap(message: "no such command", category: 0)
    #expect(Self.receive(&machine, .done, bad) == [.finish(tag: bad, .trap(trap))])
    #expect(trap.meaning == .menuAbsent)
    #expect(Self.receive(&machine, .done, good).count == 1)
    #expect(machine.closeReason == nil)
  }

  @Test func rowsBeforeATrapAreNoReply() throws {
    var machine = Self.ready()
    let tag = try machine.submit(.collected)
    _ = Self.receive(&machine, .row, tag, [("name", "a")])
    _ = Self.receive(&machine, .trap, tag, [("message", "failure: busy")])
    #expect(Self.receive(&machine, .done, tag) == [.finish(tag: tag, .trap(DeviceTrap(message: "failure: busy")))])
  }

  @Test func deliversStreamedRowsAsTheyCome() throws {
    var machine = Self.ready()
    let tag = try machine.submit(.streamed)
    #expect(Self.receive(&machine, .row, tag, [("rx", "1")]) == [.deliver(tag: tag, ["rx": "1"])])
    #expect(Self.receive(&machine, .row, tag, [("rx", "2")]) == [.deliver(tag: tag, ["rx": "2"])])
    #expect(Self.receive(&machine, .done, tag) == [.finish(tag: tag, nil)])
  }

  @Test func cancellingASecondTimeOrAfterTheEndDoesNothing() throws {
    var machine = Self.ready()
    let tag = try machine.submit(.collected)
    let cancel = tag + 1
    let actions = machine.abandon(tag, nil)
    #expect(actions == [.send(["/cancel", "=tag=\(tag)", ".tag=\(cancel)"]), .awaitDrain(tag: tag)])
    #expect(machine.abandon(tag, .noAnswer(.seconds(1))) == [])
    // The device's manner: the interrupted command first, then the end of /cancel.
    #expect(Self.receive(&machine, .row, tag) == [])
    #expect(Self.receive(&machine, .trap, tag, [("category", "2"), ("message", "interrupted")]) == [])
    #expect(Self.receive(&machine, .done, tag) == [])
    #expect(Self.receive(&machine, .done, cancel) == [])
    #expect(machine.commands.isEmpty && machine.cancels.isEmpty)
    #expect(machine.statistics.strayReplies == 0)
    #expect(machine.abandon(tag, nil) == [])
    #expect(machine.drainExpired(tag, after: .seconds(5)) == [])
  }

  @Test func aCancelThatCameTooLateIsConsumed() throws {
    var machine = Self.ready()
    let tag = try machine.submit(.collected)
    _ = machine.abandon(tag, nil)
    #expect(Self.receive(&machine, .done, tag) == [])
    #expect(Self.receive(&machine, .trap, tag + 1, [("message", "unknown tag")]) == [])
    #expect(Self.receive(&machine, .done, tag + 1) == [])
    #expect(machine.cancels.isEmpty)
  }

  @Test func aDeadlineReleasesTheCallerAndCancelsAtTheDevice() throws {
    var machine = Self.ready()
    let tag = try machine.submit(.collected)
    let actions = machine.abandon(tag, .noAnswer(.seconds(1)))
    #expect(actions.contains(.finish(tag: tag, .noAnswer(.seconds(1)))))
    #expect(actions.contains(.send(["/cancel", "=tag=\(tag)", ".tag=\(tag + 1)"])))
  }

  @Test func aTrapWithoutItsDoneIsReportedAtTheDeadline() throws {
    var machine = Self.ready()
    let tag = try machine.submit(.collected)
    _ = Self.receive(&machine, .trap, tag, [("message", "busy")])
    #expect(machine.abandon(tag, .noAnswer(.seconds(1))).contains(.finish(tag: tag, .trap(DeviceTrap(message: "busy")))))
  }

  @Test func aSilentDeviceIsGivenUpAfterTheDrain() throws {
    var machine = Self.ready()
    let tag = try machine.submit(.collected)
    let other = try machine.submit(.collected)
    _ = machine.abandon(tag, .noAnswer(.seconds(1)))
    let failure = RouterOSFailure.silent(.seconds(5))
    #expect(machine.drainExpired(tag, after: .seconds(5)) == [.finish(tag: other, failure), .close(failure)])
    #expect(failure.code == .hung)
  }

  @Test func aLivelyDeviceThatForgetsACancelledCommandKeepsTheSession() throws {
    var machine = Self.ready()
    let tag = try machine.submit(.collected)
    _ = machine.abandon(tag, nil)
    machine.received(bytes: 1)
    #expect(machine.drainExpired(tag, after: .seconds(5)) == [])
    #expect(machine.commands.isEmpty && machine.cancels.isEmpty)
    #expect(Self.receive(&machine, .done, tag) == [])
    #expect(machine.statistics.strayReplies == 1)
  }

  @Test func anUnansweredCancelIsForgottenAfterTheDrain() throws {
    var machine = Self.ready()
    let tag = try machine.submit(.collected)
    _ = machine.abandon(tag, nil)
    _ = Self.receive(&machine, .done, tag)
    #expect(machine.cancels.count == 1)
    #expect(machine.drainExpired(tag, after: .seconds(5)) == [])
    #expect(machine.cancels.isEmpty)
  }

  @Test func fatalEndsEverything() throws {
    var machine = Self.ready()
    let first = try machine.submit(.collected)
    let second = try machine.submit(.streamed)
    let abandoned = try machine.submit(.streamed)
    _ = machine.abandon(abandoned, nil)
    let failure = RouterOSFailure.fatal("session terminated")
    let actions = machine.receive(Sentence(kind: .fatal, text: ["session terminated"]), at: Self.instant)
    #expect(actions == [.finish(tag: first, failure), .finish(tag: second, failure), .close(failure)])
    #expect(machine.disconnected(.closed, midSentence: false) == [])
    #expect(machine.receive(Self.sentence(.done, first), at: Self.instant) == [])
    #expect(throws: failure) { try machine.submit(.collected) }
    #expect(machine.closeReason == failure)
  }

  @Test func unknownAndStrayRepliesAreCountedAndIgnored() throws {
    var machine = Self.ready()
    let tag = try machine.submit(.collected)
    #expect(Self.receive(&machine, .unknown("!later"), tag) == [])
    #expect(Self.receive(&machine, .unknown("!later"), nil) == [])
    #expect(Self.receive(&machine, .row, 999) == [])
    #expect(Self.receive(&machine, .done, nil) == [])
    #expect(machine.receive(Sentence(kind: .done, tag: .foreign), at: Self.instant) == [])
    #expect(machine.statistics.unknownReplies == 2)
    #expect(machine.statistics.strayReplies == 3)
    #expect(Self.receive(&machine, .done, tag).count == 1)
  }

  @Test func tooManyRowsOrBytesEndTheCommandAlone() throws {
    for limits in [ProtocolLimits(rowsPerReply: 2), ProtocolLimits(bytesPerReply: 25)] {
      var machine = Self.ready(limits)
      let tag = try machine.submit(.collected)
      #expect(Self.receive(&machine, .row, tag) == [])
      #expect(Self.receive(&machine, .row, tag) == [])
      let failure = RouterOSFailure.replyTooLarge(rows: limits.rowsPerReply, bytes: limits.bytesPerReply)
      let actions = Self.receive(&machine, .row, tag)
      #expect(actions.contains(.finish(tag: tag, failure)))
      #expect(actions.contains(.awaitDrain(tag: tag)))
      #expect(machine.closeReason == nil)
    }
  }

  @Test func commandsInFlightAreCappedAndCancelledOnesCount() throws {
    var machine = Self.ready(ProtocolLimits(commandsInFlight: 2))
    let first = try machine.submit(.collected)
    _ = try machine.submit(.collected)
    _ = machine.abandon(first, nil)
    #expect(throws: RouterOSFailure.tooManyCommands(2)) { try machine.submit(.collected) }
    _ = Self.receive(&machine, .done, first)
    _ = try machine.submit(.collected)
  }

  @Test func aWithdrawnCommandLeavesNothing() throws {
    var machine = Self.ready()
    let tag = try machine.submit(.collected)
    machine.withdraw(tag)
    #expect(machine.commands.isEmpty)
  }

  @Test func theEndOfTheConnectionHasItsReason() throws {
    let login = LoginExchange(Credentials(username: "admin", password: Secret("secret")))
    var untouched = ConnectionStateMachine(login: login, limits: .standard)
    _ = untouched.connected()
    #expect(untouched.disconnected(.failed("reset"), midSentence: false) == [.close(.closedBeforeAnyByte)])
    #expect(untouched.closeReason?.code == .refused)

    for (how, midSentence, expected) in [
      (.closed, true, .closedMidSentence), (.failed("reset"), true, .closedMidSentence), (.closed, false, .closedByDevice),
      (.failed("reset"), false, .reset("reset")),
    ] as [(ConnectionStateMachine.Disconnect, Bool, RouterOSFailure)] {
      var machine = Self.ready()
      #expect(machine.disconnected(how, midSentence: midSentence) == [.close(expected)])
      #expect(expected.code == .protocol)
    }
  }

  @Test func aViolationEndsTheSession() {
    var machine = Self.ready()
    #expect(machine.violated(.reservedControlByte(0xFF)) == [.close(.violation(.reservedControlByte(0xFF)))])
  }
}
