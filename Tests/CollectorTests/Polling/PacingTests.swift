import Synchronization
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
    #expect(backoff != Backoff(), "a session of a moment is no end of an outage")
    _ = backoff.succeeded(session: 10)
    #expect(backoff == Backoff())
  }

  @Test func aDeviceThatEndsEverySessionAtOnceIsNotLoggedInToEverySecondForEver() {
    var backoff = Backoff()
    var now = 0.0
    var logins = 0
    while now < 3600 {
      logins += 1
      _ = backoff.succeeded(session: 1)
      now += 1
      now += backoff.failed(.other, began: now - 1, now: now, chance: 1)
    }
    #expect(logins < 60 + 3600 / 25)
  }

  @Test func aDeviceWithTooManySessionsIsGivenTime() {
    var backoff = Backoff()
    let delays = (0..<6).map { backoff.failed(.turnedAway, began: Double($0), now: Double($0), chance: 1) }
    #expect(delays == [5, 10, 20, 40, 60, 60])
    let other = backoff.failed(.other, began: 10, now: 10, chance: 1)
    #expect(other == 1)
  }

  @Test(arguments: [
    ("too many connections", Backoff.Failure.turnedAway), ("session limit reached", .turnedAway),
    ("max-sessions exceeded", .turnedAway), ("session terminated on request", .other), ("idle time limit reached", .other),
  ])
  func aFatalThatNamesALimitIsToldFromOthers(text: String, expected: Backoff.Failure) {
    let error = RouterOSError(device: DeviceEndpoint(host: "gw", port: 8728), attempted: "log in", failure: .fatal(text))
    #expect(error.backoff == expected)
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
  @Test func followsSmallErrorsSlowly() {
    var clock = SampleClock(epoch: 1000, steady: 5)
    #expect(clock.epoch(of: 7.5) == 1002.5)
    let outcome12 = clock.follow(epoch: 1001.5, steady: 6)
    #expect(outcome12 == nil)
    #expect((clock.epoch(of: 6) - 1001.01).magnitude < 1e-9)
    let outcome13 = clock.follow(epoch: 1001.5, steady: 6)
    #expect(outcome13 == nil)
    #expect((clock.epoch(of: 6) - 1001.01).magnitude < 1e-9, "no time has passed")
  }

  @Test func aClockSetAheadIsFollowedAtOnce() {
    var clock = SampleClock(epoch: 1000, steady: 0)
    let step = clock.follow(epoch: 4601, steady: 1)
    #expect(step == .ahead(3600))
    #expect(clock.epoch(of: 1) == 4601)
    let again = clock.follow(epoch: 4602, steady: 2)
    #expect(again == nil)
  }

  @Test func aClockSetBackALittleIsWaitedForAndToldOnce() {
    var clock = SampleClock(epoch: 1000, steady: 0)
    var steps: [SampleClock.Step] = []
    var last = 1000.0
    for second in 1...2500 {
      let steady = Double(second)
      if let step = clock.follow(epoch: 980 + steady, steady: steady) { steps.append(step) }
      #expect(clock.epoch(of: steady) > last, "times never go back")
      last = clock.epoch(of: steady)
    }
    #expect(steps == [.held(20)])
    #expect((last - 3480).magnitude < 1e-6)
    let next = clock.follow(epoch: 3471, steady: 2501)
    #expect(next == .held(10))
  }

  @Test func aClockSetFarBackIsFollowedAtOnce() {
    var clock = SampleClock(epoch: 100_000, steady: 0)
    let step = clock.follow(epoch: 92_801, steady: 1)
    #expect(step == .back(7200))
    #expect(clock.epoch(of: 1) == 92_801)
  }
}

@Suite struct TimeSourceTests {
  @Test func copiesShareOneLineOfTimeAndTellOfEachStepOnce() {
    let system = Mutex(5000.0)
    let time = TimeSource(system: { system.withLock { $0 } })
    let copy = time
    #expect((time.epoch - 5000).magnitude < 1)
    system.withLock { $0 = 9000 }
    #expect((copy.epoch - 9000).magnitude < 1)
    _ = time.epoch
    #expect(time.clockSettings.count == 1)
    guard case .ahead(let seconds) = time.clockSettings.last else {
      Issue.record("no step")
      return
    }
    #expect((seconds - 4000).magnitude < 5)
    #expect((time.epoch(of: time.steady) - 9000).magnitude < 5)
  }
}
