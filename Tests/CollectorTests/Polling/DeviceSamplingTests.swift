import Shared
import TestSupport
import Testing

@testable import Collector

@Suite(.timeLimit(.minutes(1))) struct DeviceSamplingTests {
  private let time = TimeSource()

  private func query(_ path: String) -> MenuQuery { MenuQuery(path: path, queries: ["n=0"]) }

  private func expect(_ path: String, _ tag: String) -> ScriptedServer.Step { .expect([path + "/print", "?n=0"], tag: tag) }

  private func plan(_ interval: Double, rates: MenuQuery? = nil) -> SamplingPlan {
    let plan = SamplingPlan(SamplingPlan.Questions(counters: query("/a"), rates: rates))
    plan.schedule = PollSchedule(first: time.steady + interval, interval: interval)
    return plan
  }

  /// Samples by `plan`; `body` gets each answer, and says whether it wants another.
  private func sample(
    _ connection: DeviceConnection, _ plan: SamplingPlan, _ body: @escaping @Sendable (CounterAnswer) -> Bool
  ) async -> RouterOSError? {
    let (answers, feed) = AsyncStream<CounterAnswer>.makeStream()
    return await withTaskGroup(of: RouterOSError?.self) { group in
      group.addTask { [time] in await connection.keepSampling(plan, time, into: feed) }
      for await answer in answers where !body(answer) { group.cancelAll() }
      return await group.next() ?? nil
    }
  }

  @Test func aDeviceThatIsBackIsAskedAtOnceAndWaitingForTheNextTurnEndsWithTheTask() async throws {
    try await TestSession.run([expect("/a", "a"), .reply(["!re", "=x=1"], tag: "a"), .reply(["!done"], tag: "a")]) {
      connection, _ in
      let end = await sample(connection, plan(300)) { answer in
        #expect(answer.counters.rows == [["x": "1"]] && answer.rates == nil && !answer.isOutOfTime)
        return false
      }
      #expect(end == nil)
      #expect(await connection.commandsInFlight == 0)
    }
  }

  @Test func eachSampleAsksWhatIsWantedWhenItIsDue() async throws {
    let script = [
      expect("/a", "a"), .reply(["!done"], tag: "a"), .pause, expect("/b", "b"), .reply(["!done"], tag: "b"),
    ]
    try await TestSession.run(script) { connection, server in
      let plan = plan(300)
      #expect(await sample(connection, plan) { _ in false } == nil)
      plan.questions.counters = query("/b")
      plan.schedule = PollSchedule(first: time.steady + 300, interval: 300)
      server.proceed()
      #expect(await sample(connection, plan) { _ in false } == nil)
    }
  }

  @Test func theEndOfTheSessionIsToldAndTheSampleIsMissed() async throws {
    try await TestSession.run([expect("/a", "a"), .close]) { connection, _ in
      let plan = plan(0.001)
      let end = await sample(connection, plan) { _ in true }
      #expect(end?.code == .protocol)
      #expect((plan.schedule?.missed ?? 0) >= 1)
    }
  }
}
