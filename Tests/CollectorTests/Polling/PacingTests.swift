import Testing

@testable import Collector

@Suite struct BackoffTests {
  @Test func triesEverySecondInTheFirstMinuteThenDoublesToThirty() {
    var backoff = Backoff()
    var now = 100.0
    var delays: [Double] = []
    for _ in 0..<70 {
      let delay = backoff.failed(.other, began: now, now: now + 0.1, chance: 1)
      delays.append(delay)
      now += 0.1 + delay
    }
    #expect(delays[..<60].allSatisfy { ($0 - 0.9).magnitude < 1e-9 })
    #expect(Array(delays[60..<67]) == [2, 4, 8, 16, 30, 30, 30])
  }

  @Test func anAttemptThatTookLongerThanASecondIsRepeatedAtOnce() {
    var backoff = Backoff()
    let outcome1 = backoff.failed(.other, began: 10, now: 12, chance: 0.5)
    #expect(outcome1 == 0)
  }

  @Test func jitterTakesUpToHalfTheDelay() {
    for (chance, expected) in [(0.0, 15.0), (0.5, 22.5), (1, 30), (7, 30), (-1, 15)] {
      var backoff = Backoff()
      var delay = 0.0
      for now in stride(from: 0.0, to: 400, by: 40) { delay = backoff.failed(.other, began: now, now: now, chance: chance) }
      #expect(delay == expected)
    }
  }

  @Test func aRefusedLoginWaitsThirtySecondsDoublingToFiveMinutes() {
    var backoff = Backoff()
    let delays = (0..<6).map { backoff.failed(.login, began: Double($0), now: Double($0), chance: 0) }
    #expect(delays == [30, 60, 120, 240, 300, 300])
    // Another failure in between begins anew.
    _ = backoff.failed(.other, began: 7, now: 7, chance: 0)
    let outcome2 = backoff.failed(.login, began: 8, now: 8, chance: 0)
    #expect(outcome2 == 30)
  }

  @Test func aSampleEndsTheOutage() {
    var backoff = Backoff()
    for now in stride(from: 0.0, to: 400, by: 40) { _ = backoff.failed(.other, began: now, now: now, chance: 1) }
    let outcome3 = backoff.succeeded(session: 0.1)
    #expect(outcome3)
    #expect(backoff == Backoff())
  }

  @Test func aDeviceThatHungTwiceSoonAfterASessionBeganHasToProveItself() {
    var backoff = Backoff()
    let outcome4 = backoff.failed(.hung, began: 0, now: 5, chance: 0)
    #expect(outcome4 == 1)
    let outcome5 = backoff.succeeded(session: 0.1)
    #expect(outcome5)
    _ = backoff.failed(.hung, began: 6, now: 11, chance: 0)
    let outcome6 = backoff.succeeded(session: 9)
    #expect(!outcome6)
    let outcome7 = backoff.succeeded(session: 10)
    #expect(outcome7)
    #expect(backoff == Backoff())
  }
}

@Suite struct PollScheduleTests {
  @Test func aLateSampleIsTakenAndOlderOnesAreMissed() {
    var schedule = PollSchedule(first: 10.5, interval: 1)
    let outcome8 = schedule.take(now: 10)
    #expect(outcome8 == 10.5)
    let outcome9 = schedule.take(now: 10.6)
    #expect(outcome9 == 11.5)
    let outcome10 = schedule.take(now: 12.9)
    #expect(outcome10 == 12.5)
    #expect(schedule.missed == 0)
    let outcome11 = schedule.take(now: 16.6)
    #expect(outcome11 == 16.5)
    #expect(schedule.missed == 3)
    schedule.fail()
    #expect(schedule.missed == 4)
  }

  @Test func whileNobodyTakesSamplesTheyAreMissedAllTheSame() {
    let schedule = PollSchedule(first: 10, interval: 2)
    #expect(schedule.missed(at: 9) == 0)
    #expect(schedule.missed(at: 11) == 0)
    #expect(schedule.missed(at: 12) == 1)
    #expect(schedule.missed(at: 20.5) == 5)
  }

  @Test func devicesAreSpreadAndTheJournalComesAfterThem() {
    let phases = (0..<100).map { SampleGrid.phase($0, of: 100, interval: 1) }
    #expect(Set(phases).count == 100)
    #expect(phases.allSatisfy { $0 < SampleGrid.journal })
    let grid = SampleGrid(origin: 3.25)
    #expect(grid.next(from: 0, phase: 0.5, interval: 1) == 3.75)
    #expect(grid.next(from: 3.75, phase: 0.5, interval: 1) == 3.75)
    #expect(grid.next(from: 3.76, phase: 0.5, interval: 1) == 4.75)
    #expect(grid.next(from: 100, phase: 7, interval: 60) == 130.25)
  }
}

@Suite struct SampleClockTests {
  @Test func followsSmallErrorsSlowlyAndLargeOnesAtOnce() {
    var clock = SampleClock(epoch: 1000, steady: 5)
    #expect(clock.epoch(of: 7.5) == 1002.5)
    let outcome12 = clock.follow(epoch: 1001.5, steady: 6)
    #expect(outcome12 == nil)
    #expect((clock.epoch(of: 6) - 1001.01).magnitude < 1e-9)
    let outcome13 = clock.follow(epoch: 1001, steady: 6)
    #expect(outcome13 == nil)
    #expect((clock.epoch(of: 6) - 1001).magnitude < 1e-9)
    let step = clock.follow(epoch: 4601, steady: 6)
    #expect(((step ?? 0) - 3600).magnitude < 1e-9)
    #expect((clock.epoch(of: 6) - 4601).magnitude < 1e-9)
    let outcome14 = clock.follow(epoch: 1001, steady: 6)
    #expect(outcome14 != nil)
  }
}
