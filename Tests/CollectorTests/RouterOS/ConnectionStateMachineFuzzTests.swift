import TestSupport
import Testing

@testable import Collector

/// Whatever a device says in whatever order, each command ends exactly once, and nothing comes after its end.
@Suite struct ConnectionStateMachineFuzzTests {
  private struct Run {
    var machine = ConnectionStateMachineTests.ready(ProtocolLimits(rowsPerReply: 5, commandsInFlight: 6))
    var open: Set<UInt64> = []
    var draining: Set<UInt64> = []
    var streamed: Set<UInt64> = []
    var isClosed = false

    mutating func take(_ actions: [ConnectionStateMachine.Action]) {
      for action in actions {
        #expect(!isClosed, "an action after the end: \(action)")
        switch action {
        case .send, .loggedIn: break
        case .deliver(let tag, _): #expect(open.contains(tag) && streamed.contains(tag))
        case .complete(let tag, let reply):
          #expect(open.remove(tag) != nil && !streamed.contains(tag))
          #expect(reply.rows.count <= 5)
        case .finish(let tag, let failure):
          #expect(open.remove(tag) != nil)
          #expect(failure != nil || streamed.contains(tag))
        case .awaitDrain(let tag): draining.insert(tag)
        case .close:
          #expect(open.isEmpty)
          isClosed = true
        }
      }
    }
  }

  @Test func everyCommandEndsOnce() {
    var random = SeededGenerator(seed: 99)
    for _ in 0..<2_000 {
      var run = Run()
      for _ in 0..<60 { step(&run, &random) }
      run.take(run.machine.end(.closedByUs))
      #expect(run.open.isEmpty && run.isClosed)
      #expect(run.machine.commands.isEmpty && run.machine.cancels.isEmpty)
    }
  }

  private func step(_ run: inout Run, _ random: inout SeededGenerator) {
    let tag = UInt64.random(in: 1...20, using: &random)
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<25:
      let isStream = Bool.random(using: &random)
      guard let submitted = try? run.machine.submit(isStream ? .streamed : .collected) else { return }
      #expect(!run.isClosed && run.machine.commands.count <= 6)
      run.open.insert(submitted)
      if isStream { run.streamed.insert(submitted) }
    case 25..<35:
      // As the owner does it: a caller that is gone gets nothing more.
      guard run.open.remove(tag) != nil else { return }
      run.take(run.machine.abandon(tag, nil))
    case 35..<42: run.take(run.machine.abandon(tag, .noAnswer(.seconds(1))))
    case 42..<47: run.take(run.machine.drainExpired(run.draining.randomElement(using: &random) ?? tag, after: .seconds(1)))
    case 47: run.take(run.machine.disconnected(.closed, midSentence: Bool.random(using: &random)))
    default:
      let kinds: [Sentence.Kind] = [.row, .row, .row, .done, .done, .trap, .empty, .unknown("!x")]
      let kind = tag == 20 ? .fatal : kinds.randomElement(using: &random) ?? .row
      run.machine.received(bytes: 5)
      let sentence = ConnectionStateMachineTests.sentence(kind, Bool.random(using: &random) ? tag : run.open.min())
      run.take(run.machine.receive(sentence, at: ConnectionStateMachineTests.instant))
    }
  }
}
