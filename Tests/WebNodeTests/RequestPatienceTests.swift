import Foundation
import HTTPService
import NIOCore
import Shared
import Synchronization
import TestSupport
import Testing

@testable import WebNode

/// A request waits for storage once, however many reads it has; storage that let one wait in vain is not waited for by the next.
@Suite struct RequestPatienceTests {
  static let now = BrokenMatrixTests.now

  private static func pool(_ waits: HandClock, threads: Int = 2, _ gate: Gate = Gate()) -> BlockingPool {
    BlockingPool(
      name: "test", threads: threads, queueLimit: 8, deadline: .seconds(4), use: .storage, clock: waits.clock,
      before: { gate.pass() })
  }

  /// Runs something in the pool that hangs, until its caller has gone on.
  private static func hang(_ pool: BlockingPool, _ waits: HandClock, _ before: Int = 0) async throws {
    let first = Task { try await pool.run { 1 } }
    try await eventually { pool.running == before + 1 && waits.waiting == 1 }
    waits.advance(by: .seconds(4))
    let result = await first.result
    #expect(throws: HTTPProblem.self) { try result.get() }
  }

  @Test func poolRefusesBeyondItsQueueAndKeepsItsDeadline() async throws {
    let (gate, waits) = (Gate(isClosed: true), HandClock())
    let pool = BlockingPool(name: "test", threads: 1, queueLimit: 2, deadline: .seconds(4), clock: waits.clock)
    defer { pool.stop() }
    async let first = Swift.Result.of { try await pool.run { gate.pass() } }
    async let second = Swift.Result.of { try await pool.run { gate.pass() } }
    // Below the two: they are awaited before what was deferred above them.
    defer { gate.open() }
    try await eventually { pool.load == 2 && waits.waiting == 2 }
    let third = await Swift.Result.of { try await pool.run {} }
    waits.advance(by: .seconds(4))
    for result in [await first, await second, third] {
      #expect(throws: HTTPProblem.self) { try result.get() }
    }
    gate.open()
    try await eventually { pool.load == 0 }
    let after = try await pool.run { 7 }
    #expect(after == 7)
  }

  @Test func storageThatHangsIsRefusedAtOnceUntilItComesBack() async throws {
    let (gate, waits) = (Gate(isClosed: true), HandClock())
    defer { gate.open() }
    let pool = Self.pool(waits, gate)
    defer { pool.stop() }
    try await Self.hang(pool, waits)
    // Nobody moves the clock: whoever waited now would wait for ever.
    try #require(pool.isStuck)
    for _ in 0..<20 { await #expect(throws: HTTPProblem.self) { try await pool.run { 2 } } }
    #expect(pool.load == 1)
    gate.open()
    try await eventually { !pool.isStuck }
    #expect(try await pool.run { 3 } == 3)
  }

  @Test func aLookThatEndsTellsThatOneFileAloneHangs() async throws {
    let (gate, waits) = (Gate(), HandClock())
    defer { gate.open() }
    let hangs = Mutex(true)
    let pool = BlockingPool(
      name: "test", threads: 2, queueLimit: 8, deadline: .seconds(4), use: .storage, clock: waits.clock,
      before: { if hangs.withLock({ $0 }) { gate.pass() } })
    defer { pool.stop() }
    let begin = waits.clock.now()
    gate.close()
    try await Self.hang(pool, waits)
    // It began before the storage was known to hang, so it tells nothing.
    pool.answered(since: begin)
    #expect(pool.isStuck)
    pool.answered(since: waits.clock.now())
    #expect(!pool.isStuck)
    hangs.withLock { $0 = false }
    #expect(try await pool.run { 3 } == 3)
    hangs.withLock { $0 = true }
    try await Self.hang(pool, waits, 1)
    // Whatever looks tell: no thread is left.
    pool.answered(since: waits.clock.now())
    #expect(pool.isStuck)
  }

  @Test func readsOfOneRequestShareItsPatience() async throws {
    let (gate, waits) = (Gate(isClosed: true), HandClock())
    defer { gate.open() }
    let (one, other, sound) = (Self.pool(waits, gate), Self.pool(waits, gate), Self.pool(waits))
    defer { for pool in [one, other, sound] { pool.stop() } }
    let request = Task {
      await RequestPatience.$current.withValue(RequestPatience(.seconds(5), clock: waits.clock)) {
        var results: [Swift.Result<Int, any Error>] = []
        for pool in [one, one, sound, other, sound] { results.append(await .of { try await pool.run { 1 } }) }
        return results
      }
    }
    try await eventually { one.running == 1 && waits.waiting == 1 }
    waits.advance(by: .seconds(4))
    // The second of five is refused at once, the third answers, and the fourth has what is left.
    try await eventually { other.running == 1 && waits.waiting == 1 }
    waits.advance(by: .seconds(1))
    let results = await request.value
    #expect(results.map { (try? $0.get()) != nil } == [false, false, true, false, false])
    #expect(!other.isStuck)
  }

  @Test func workOfSeveralGoesOnWhenOneRequestLeaves() async throws {
    let (gate, waits) = (Gate(isClosed: true), HandClock())
    defer { gate.open() }
    let pool = BlockingPool(name: "test", threads: 1, queueLimit: 1, deadline: .hours(1), use: .storage, clock: waits.clock)
    defer { pool.stop() }
    try await RequestPatience.$current.withValue(RequestPatience(.seconds(5), clock: waits.clock)) {
      let task = RequestPatience.detached { try await pool.run { gate.pass() } }
      let late = HTTPProblem.unavailable("late")
      let waiting = Task { try await RequestPatience.value(of: task, late: late) }
      try await eventually { waits.waiting == 2 && pool.running == 1 }
      waits.advance(by: .seconds(5))
      await #expect(throws: late) { try await waiting.value }
      gate.open()
      try await task.value
    }
  }

  /// Every address as the first that meets the hung root: five seconds later at the latest it answers, and from then on nothing waits.
  @Test(
    arguments: BrokenMatrixTests.targets("gw1") + BrokenMatrixTests.common + ["/graph?device=all", "/api/v1/series?device=all"])
  func aRequestOfAHungRootWaitsOnceAndTheNextOnesNotAtAll(first: String) async throws {
    let hung = try HungRootTests.site("gw1")
    let sound = try HungRootTests.site(BrokenMatrixTests.sound)
    let hanging = HangingRoot()
    let config = RunningNode.config(hung.root.path, sound.root.path)
    try await hanging.with(config, now: { Double(HungRootTests.now) }) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 2 }
      hanging.gate.close()
      for target in [first, "/api/v1/events?device=gw1"] {
        let answered = Mutex(false)
        let before = hanging.begun
        let reply = Task {
          defer { answered.withLock { $0 = true } }
          return try await node.get(target)
        }
        try await eventually { hanging.begun > before || answered.withLock { $0 } }
        hanging.waits.advance(by: .seconds(5))
        let status = try await reply.value.status
        #expect([200, 404, 503].contains(status), "\(target): \(status)")
      }
      // Something has met the root by now; the clock stands still from here on.
      for target in BrokenMatrixTests.targets("gw1") + BrokenMatrixTests.common {
        let reply = try await node.get(target)
        #expect([200, 404, 503].contains(reply.status), "\(target): \(reply.status)")
      }
      for target in BrokenMatrixTests.targets(BrokenMatrixTests.sound) {
        let reply = try await node.get(target)
        let isMissing = reply.status == 404 && reply.text.contains("there is nothing at this address")
        #expect(reply.status == 200 || isMissing, "\(target): \(reply.status) \(reply.text.prefix(300))")
      }
      #expect(hanging.waits.waiting == 0)
      let root = try await node.json("/api/v1/cluster")["roots"].array.first
      #expect(root?["hung"].raw as? Bool == true)
      hanging.gate.open()
      try await eventually {
        try await node.get("/api/v1/events?device=gw1").status == 200
      }
    }
  }

  @Test func anotherReplicaAnswersWhenARootHangsBetweenTwoReads() async throws {
    var roots: [TemporaryDirectory] = []
    for index in 0..<2 {
      let root = try TemporaryDirectory()
      var collector = try CollectorFixture("edge-\(index)", root: root.path, now: Double(Self.now))
      collector.set("gw1", .up)
      try collector.beat(at: Double(Self.now))
      try collector.describe("gw1", [("ether1", "ether1", "wan")])
      try collector.archive("gw1", "ether1", Truth(seed: 1), (Self.now - 600)...(Self.now - 5))
      roots.append(root)
    }
    let (gate, waits) = (Gate(isClosed: true), HandClock())
    defer { gate.open() }
    // Requests may read the first root once; its metrics are never asked for.
    let allowed = Mutex(1)
    try await RunningNode.with(
      RunningNode.config(roots[0].path, roots[1].path), now: { Double(Self.now) }, waitsForRoots: false,
      change: {
        $0.waitClock = waits.clock
        $0.beforeRead = { root in
          guard root == 0 else { return }
          let mayPass = allowed.withLock { count in
            count -= 1
            return count >= 0
          }
          if !mayPass { gate.pass() }
        }
      }
    ) { node in
      defer {
        gate.open()
        waits.advance(by: .hours(1))
      }
      try await eventually { try await node.json("/api/v1/devices/gw1")["collectors"].array.count == 2 }
      async let reply = node.json(
        "/api/v1/series?device=gw1&interface=ether1&from=\(Self.now - 500)&to=\(Self.now - 100)&points=400")
      // What the other root is asked meanwhile is answered.
      try await eventually { waits.waiting == 1 && allowed.withLock { $0 } < 0 }
      waits.advance(by: .seconds(4))
      let answer = try await reply
      #expect(answer["in"]["avg"].numbers == (1...400).map { Truth(seed: 1).rx(Self.now - 500 + $0) })
      #expect(answer["problem"].string?.contains("does not answer") == true)
    }
  }
}
