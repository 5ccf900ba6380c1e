import Synchronization
import TestSupport
import Testing

@testable import WebNode

/// Pictures that are kept, and drawings that are shared.
@Suite struct GraphCacheTests {
  private static func picture(_ size: Int, expires: Double = 100) -> GraphService.Picture {
    GraphService.Picture(bytes: [UInt8](repeating: 7, count: size), step: 1, expires: expires)
  }

  final class Count: Sendable {
    private let number = Mutex(0)
    func add() { number.withLock { $0 += 1 } }
    var value: Int { number.withLock { $0 } }
  }

  @Test func whatWasNotAskedForLongestGoesFirst() {
    let cache = GraphCache(byteLimit: 100_000)
    for index in 0..<9 { cache.store(Self.picture(10_000), "p\(index)", now: 0) }
    #expect(cache.picture("p0", now: 1) != nil)
    cache.store(Self.picture(10_000), "new", now: 1)
    #expect(cache.picture("new", now: 1) != nil)
    #expect(cache.picture("p0", now: 1) != nil)
    #expect(cache.picture("p1", now: 1) == nil)
    #expect(cache.picture("p8", now: 1) != nil)
    #expect(cache.bytes <= 100_000)
  }

  @Test func expiredPicturesGoBeforeAnyOther() {
    let cache = GraphCache(byteLimit: 100_000)
    cache.store(Self.picture(20_000), "valid", now: 0)
    for index in 0..<3 { cache.store(Self.picture(20_000, expires: 5), "old\(index)", now: 0) }
    cache.store(Self.picture(20_000), "new", now: 6)
    #expect(cache.picture("valid", now: 6) != nil)
    #expect(cache.bytes < 42_000)
  }

  @Test func bytesStayWithinTheLimitWhateverComes() {
    let cache = GraphCache(byteLimit: 100_000)
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<5000 {
      let key = "p\(Int.random(in: 0..<200, using: &generator))"
      if Bool.random(using: &generator) {
        cache.store(Self.picture(Int.random(in: 0..<40_000, using: &generator)), key, now: 0)
      } else {
        _ = cache.picture(key, now: 0)
      }
      #expect(cache.bytes <= 100_000)
    }
    #expect(cache.picture("p1", now: 1000) == nil)
  }

  @Test func pictureOfAFutureThatTheClockLeftIsDrawnAnew() {
    let cache = GraphCache()
    cache.store(Self.picture(10, expires: 1000), "p", now: 999)
    #expect(cache.picture("p", now: 999) != nil)
    #expect(cache.picture("p", now: 0) == nil)
  }

  @Test func whoAsksForTheSameMeanwhileGetsTheSame() async throws {
    let flights = SharedFlights<Int>()
    let count = Count()
    let (gate, opener) = AsyncStream.makeStream(of: Void.self)
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<20 {
        group.addTask {
          try await flights.value("a") {
            count.add()
            for await _ in gate { break }
            return 7
          }
        }
      }
      try await eventually { count.value == 1 && flights.waiting("a") == 20 }
      opener.finish()
      for try await value in group { #expect(value == 7) }
    }
    #expect(count.value == 1)
    let next = try await flights.value("a") { 8 }
    #expect(next == 8)
  }

  @Test func theFirstOnesLeavingSpoilsNothingForTheOthers() async throws {
    let flights = SharedFlights<Int>()
    let (gate, opener) = AsyncStream.makeStream(of: Void.self)
    let first = Task {
      try await flights.value("a") {
        for await _ in gate { break }
        try Task.checkCancellation()
        return 7
      }
    }
    try await eventually { flights.waiting("a") == 1 }
    async let second = flights.value("a") { 8 }
    defer { opener.finish() }
    try await eventually { flights.waiting("a") == 2 }
    first.cancel()
    opener.finish()
    #expect(try await second == 7)
  }

  @Test func failureIsSharedAndThenForgotten() async throws {
    let flights = SharedFlights<Int>()
    struct Failure: Error {}
    await #expect(throws: Failure.self) { try await flights.value("a") { throw Failure() } }
    #expect(try await flights.value("a") { 3 } == 3)
  }

  @Test func identicalRequestsAtOnceAreOneDrawing() async throws {
    let root = try GraphTests.root()
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(GraphTests.now) }) { node in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<40 { group.addTask { try await node.get("/graph.png?device=gw1&interface=ether1&range=1h").status } }
        for try await status in group { #expect(status == 200) }
      }
      #expect(try await node.get("/metrics").text.contains("tikwatch_web_renders_total 1\n"))
    }
  }
}
