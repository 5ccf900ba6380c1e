import Foundation
import HTTPService
import NIOConcurrencyHelpers
import NIOCore
import Shared
import TestSupport
import Testing

@testable import WebNode

/// The sum of many uplinks: what it costs, and what it does when storage fails.
@Suite struct FleetSumTests {
  static let now = 1_795_200_000

  struct Site {
    let root: TemporaryDirectory
    let parts: [FleetSum.Part]

    init(devices: Int, replicas: Int = 1, gaps: [ClosedRange<Int>] = []) throws {
      root = try TemporaryDirectory()
      var parts: [FleetSum.Part] = []
      for number in 0..<devices {
        let name = "gw\(number)"
        var interface = InterfaceView(key: "wan", name: "wan")
        for replica in 0..<replicas {
          let collector = DataDirectory(root: root.path).collector("edge-\(replica)")
          let directory = collector.device(name)
          try AtomicFile.createFolder(directory.interfaces)
          let writer = ArchiveWriter()
          try writer.create(at: directory.archive("wan"), retention: .compact, start: now - 3601)
          let rows = ((now - 3600)...(now - 20)).filter { second in replica > 0 || !gaps.contains { $0.contains(second) } }
            .map { ArchiveRow(time: $0, rx: Double(1000 + number), tx: 10) }
          try writer.append(rows, to: directory.archive("wan"))
          interface.sources.append(
            InterfaceView.Source(root: 0, collector: "edge-\(replica)", directory: directory, key: "wan"))
          interface.histories.append(RateHistory())
        }
        parts.append(FleetSum.Part(device: name, interface: interface))
      }
      self.parts = parts
    }

    func sum(_ clock: TestClock, _ waits: WaitClock = .system, before: @escaping @Sendable () -> Void = {}) -> FleetSum {
      let pool = BlockingPool(
        name: "storage", threads: 4, queueLimit: 64, deadline: .seconds(60), clock: waits, before: before)
      return FleetSum(pools: [pool], problems: ProblemBoard(), now: clock.reading)
    }
  }

  private func window(_ seconds: Int, now: Int = now) -> TimeWindow { TimeWindow(from: now - seconds, to: now, isMoving: true) }

  @Test func manyRequestsReadEachArchiveOnce() async throws {
    let site = try Site(devices: 150)
    let clock = TestClock(Double(Self.now))
    let sum = site.sum(clock)
    let window = window(3600)
    try await withThrowingTaskGroup(of: Void.self) { group in
      // As many as may wait; the others are told to come again.
      for _ in 0..<16 {
        group.addTask {
          let answer = try await sum.answer(site.parts, window: window, points: 300)
          #expect(answer.series.rx.avg[5] == (0..<150).reduce(0) { $0 + Double(1000 + $1) })
        }
      }
      try await group.waitForAll()
    }
    for _ in 0..<100 { _ = try await sum.answer(site.parts, window: window, points: 300) }
    #expect(await sum.readings == 150)
    // A window that moves on meets the same steps: at most the newest block is read once more.
    for _ in 0..<20 {
      clock.advance(by: 10)
      let moved = self.window(3600, now: Int(clock.now))
      _ = try await sum.answer(site.parts, window: moved, points: 300)
    }
    #expect(await sum.readings <= 300)
  }

  @Test func replicasAreReadOnlyWhereSomethingIsMissing() async throws {
    let clock = TestClock(Double(Self.now))
    let whole = try Site(devices: 5, replicas: 2)
    let sum = whole.sum(clock)
    // The past: complete in the first replica.
    let past = TimeWindow(from: Self.now - 3500, to: Self.now - 3500 + 256 * 5, isMoving: false)
    let answer = try await sum.answer(whole.parts, window: past, points: 256)
    #expect(answer.series.coverage(from: past.from, to: past.to) == 1)
    let holed = try Site(devices: 5, replicas: 2, gaps: [(Self.now - 3000)...(Self.now - 2900)])
    let other = holed.sum(clock)
    let filled = try await other.answer(holed.parts, window: past, points: 256)
    #expect(filled.series.coverage(from: past.from, to: past.to) == 1)
    #expect(filled.series.rx.avg == answer.series.rx.avg)
  }

  @Test func storageThatHangsCostsOneDeadlineAndIsTold() async throws {
    let site = try Site(devices: 200)
    let (gate, waits, begun) = (Gate(isClosed: true), HandClock(), NIOLockedValueBox(0))
    defer { gate.open() }
    let sum = site.sum(TestClock(Double(Self.now)), waits.clock) {
      begun.withLockedValue { $0 += 1 }
      gate.pass()
    }
    let first = Task { try await sum.answer(site.parts, window: window(3600), points: 300) }
    try await eventually { begun.withLockedValue { $0 } == 2 && waits.waiting == 2 }
    waits.advance(by: .seconds(60))
    await #expect(throws: HTTPProblem.self) { try await first.value }
    // 200 archives are 13 pieces of work: two are tried, then the root counts as silent.
    #expect(begun.withLockedValue { $0 } == 2)
    gate.open()
    let answer = try await sum.answer(site.parts, window: window(3600), points: 300)
    #expect(answer.problem == nil)
  }

  @Test func whatWasMissingWhileStorageHungIsReadSoonAfter() async throws {
    let (hung, sound) = (try Site(devices: 3), try Site(devices: 2))
    let parts =
      hung.parts
      + sound.parts.map { part in
        var part = part
        part.device += "-sound"
        for index in part.interface.sources.indices { part.interface.sources[index].root = 1 }
        return part
      }
    let (gate, waits, begun) = (Gate(isClosed: true), HandClock(), NIOLockedValueBox(0))
    defer { gate.open() }
    let pools = (0..<2).map { root in
      BlockingPool(
        name: "root \(root)", threads: 4, queueLimit: 64, deadline: .seconds(4), use: .storage, clock: waits.clock,
        before: {
          begun.withLockedValue { $0 += 1 }
          if root == 0 { gate.pass() }
        })
    }
    defer { pools.forEach { $0.stop() } }
    let clock = TestClock(Double(Self.now))
    let sum = FleetSum(pools: pools, problems: ProblemBoard(), now: clock.reading)
    let window = window(3600)
    let first = Task { try await sum.answer(parts, window: window, points: 300) }
    try await eventually { begun.withLockedValue { $0 } == 2 && waits.waiting == 1 }
    waits.advance(by: .seconds(4))
    let partial = try await first.value
    #expect(partial.problem?.contains("3 of 5 uplinks") == true)
    gate.open()
    try await eventually { !pools[0].isStuck }
    // Not at once: a page that asks every second shall not read everything every second.
    #expect(try await sum.answer(parts, window: window, points: 300).problem != nil)
    clock.advance(by: 11)
    let whole = try await sum.answer(parts, window: window, points: 300)
    #expect(whole.problem == nil)
    #expect(whole.series.rx.avg[5] == 3003 + 2001)
  }

  @Test func aRequestThatLeavesFindsTheSumWhenItComesBack() async throws {
    let site = try Site(devices: 40)
    let (gate, waits, begun) = (Gate(isClosed: true), HandClock(), NIOLockedValueBox(0))
    defer { gate.open() }
    let pool = BlockingPool(
      name: "storage", threads: 4, queueLimit: 64, deadline: .hours(1), use: .storage, clock: waits.clock,
      before: {
        begun.withLockedValue { $0 += 1 }
        gate.pass()
      })
    defer { pool.stop() }
    let sum = FleetSum(pools: [pool], problems: ProblemBoard(), now: { Double(Self.now) })
    let window = window(3600)
    let first = Task {
      try await RequestPatience.$current.withValue(RequestPatience(.seconds(5), clock: waits.clock)) {
        try await sum.answer(site.parts, window: window, points: 300)
      }
    }
    try await eventually { begun.withLockedValue { $0 } == 2 && waits.waiting == 3 }
    waits.advance(by: .seconds(5))
    await #expect(throws: HTTPProblem.self) { try await first.value }
    gate.open()
    _ = try await sum.answer(site.parts, window: window, points: 300)
    #expect(await sum.readings == 40)
  }

  @Test func brokenArchivesAreCountedAndTheOthersAdded() async throws {
    let site = try Site(devices: 3)
    let path = try #require(site.parts[1].interface.sources.first).directory.archive("wan")
    try Data(repeating: 7, count: 4096).write(to: URL(fileURLWithPath: path))
    let answer = try await site.sum(TestClock(Double(Self.now))).answer(site.parts, window: window(3600), points: 60)
    #expect(answer.problem?.contains("1 archives cannot be read") == true)
    #expect(answer.series.rx.avg[3] == 2002)
    #expect(abs(answer.series.rx.known[3] - Double(answer.series.step) * 2 / 3) < 0.001)
  }

  @Test(arguments: [
    (300, 4000, 10), (3600, 1000, 1000), (86_400, 4000, 5000), (5 * 31_536_000, 1000, 1000), (20 * 31_536_000, 1, 5000),
  ])
  func workIsBoundedWhateverIsAsked(seconds: Int, points: Int, parts: Int) {
    let grid = FleetSum.grid(window(seconds), points: points, parts: parts)
    #expect(grid.count * parts <= FleetSum.valueLimit)
    #expect(grid.count <= 2 * points + 1)
    #expect(grid.t0 <= Self.now - seconds && grid.end >= Self.now)
  }

  @Test func tooManyUplinksAreRefusedWithTheReason() async throws {
    let part = FleetSum.Part(device: "x", interface: InterfaceView(key: "k", name: "n"))
    let sum = try Site(devices: 0).sum(TestClock(Double(Self.now)))
    let many = [FleetSum.Part](repeating: part, count: FleetSum.partLimit + 1)
    await #expect(throws: HTTPProblem.self) { try await sum.answer(many, window: window(300), points: 100) }
    let none = try await sum.answer([], window: window(300), points: 100)
    #expect(none.series.rx.avg.allSatisfy { !$0.isFinite })
  }
}
