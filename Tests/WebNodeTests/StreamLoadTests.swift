import HTTPService
import NIOCore
import Shared
import Synchronization
import TestSupport
import Testing

@testable import WebNode

/// Many clients of the live stream, some of which read nothing.
@Suite struct StreamLoadTests {
  private typealias Tests = StreamTests

  private final class Counter: Sendable {
    private let value = Mutex(0)
    var count: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
  }

  private static func ids(_ text: String) -> [Int] {
    text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("id: ") }.compactMap { Int($0.dropFirst(4)) }
  }

  private static func open(_ node: RunningNode) async throws -> Int {
    let line = try await node.get("/metrics").text.split(separator: "\n").first { $0.hasPrefix("tikwatch_web_streams ") }
    return line.flatMap { Int($0.split(separator: " ")[1]) } ?? -1
  }

  @Test func clientsThatReadGetEverySecondOnceWhileThoseThatDoNotAreDropped() async throws {
    let site = try StreamTests.Site(history: 899)
    let start = Tests.start
    var limits = ConnectionLimits()
    limits.stalled = .seconds(1)
    // More than the buffers of two sockets hold.
    let lanes = Array(repeating: "gw1/ether1", count: 500).joined(separator: ",")
    let everything = Tests.request("?s=" + lanes, "Last-Event-ID: \(start - 898)\r\n")
    try await RunningNode.with(RunningNode.config(site.root.path), now: site.clock.reading, limits: limits) { node in
      try await eventually { try await node.json("/api/v1/live")["devices"]["gw1"]["t"].int == start }
      let greeted = Counter()
      try await withThrowingTaskGroup(of: [Int].self) { group in
        for number in 0..<50 {
          let query = ["?s=gw1/ether1", "?s=gw1/vlan%2F1,gw1/ether1", ""][number % 3]
          group.addTask {
            try await HTTPProbe.withStream(node.port, Tests.request(query), timeout: .seconds(120)) { stream in
              _ = try await stream.text { $0.contains("id: ") }
              greeted.add()
              return Self.ids(try await stream.text { $0.contains("id: \(start + 9)\n") })
            }
          }
        }
        try await eventually { greeted.count == 50 }
        let silent = try (0..<5).map { _ in
          let socket = try RawSocket(port: node.port, timeout: 30)
          #expect(socket.send(everything))
          return socket
        }
        try await eventually { try await Self.open(node) > 50 }
        try await eventually { try await Self.open(node) == 50 }
        for second in start + 1...start + 10 { try site.tick(second) }
        for try await ids in group { #expect(ids == Array(start - 1...start + 9)) }
        for socket in silent {
          let (text, end) = await socket.readAll(limit: 64 << 20)
          #expect(end != .open && text.contains("event: hello") && !text.contains("id: \(start - 1)\n"))
        }
      }
      // That nobody is there any more shows with the next second.
      try await eventually {
        site.clock.set(site.clock.now + 1)
        return try await Self.open(node) == 0
      }
    }
  }

  @Test func greetsAgainWhenADeviceComes() async throws {
    let site = try StreamTests.Site()
    try await RunningNode.with(RunningNode.config(site.root.path), now: site.clock.reading) { node in
      try await eventually { try await node.json("/api/v1/live")["devices"]["gw1"]["t"].int == Tests.start }
      try await HTTPProbe.withStream(node.port, Tests.request("")) { stream in
        _ = try await stream.text { $0.contains("id: ") }
        var collector = site.collector
        collector.set("gw0", .up)
        try collector.describe("gw0", [("ether1", "ether1", "wan")])
        try collector.beat(at: site.clock.now)
        let text = try await stream.text {
          $0.contains(#""order":[{"device":"gw0","interface":null},{"device":"gw1","interface":null}]"#)
        }
        #expect(text.ranges(of: "event: hello").count == 2)
      }
    }
  }

  @Test func saysThatItIsAliveEveryFifteenSeconds() async throws {
    let site = try StreamTests.Site()
    try await RunningNode.with(RunningNode.config(site.root.path), now: site.clock.reading) { node in
      try await HTTPProbe.withStream(node.port, Tests.request("?s=gw1/ether1")) { stream in
        let text = try await stream.text { $0.contains("id: ") }
        #expect(!text.contains("\n: "))
        site.clock.set(Double(Tests.start) + 15.6)
        _ = try await stream.text { $0.contains(": keep-alive\n\n") }
      }
    }
  }

  @Test func clientsOfOneSubscriptionShareTheirEvents() throws {
    let feeds = StreamFeeds()
    let snapshot = FleetSnapshot(time: 1e9)
    let everything = StreamSubscription.everything(snapshot)
    let other = try StreamSubscription(query: nil, snapshot: snapshot)
    let feed = feeds.feed(everything)
    #expect(feeds.feed(other) === feed)
    let frame = feed.frame(snapshot)
    #expect(feed.frame(snapshot) === frame)
    var newer = snapshot
    newer.serial = snapshot.serial + 1
    let next = feed.frame(newer)
    #expect(next !== frame && next.order == frame.order)
    #expect(feed.frame(snapshot) === next, "seconds do not go back")
  }

  @Test func feedsThatNobodyHoldsAreForgotten() {
    let feeds = StreamFeeds()
    for number in 0..<10 {
      let lane = StreamSubscription.Lane(device: "gw\(number)")
      _ = feeds.feed(StreamSubscription(lanes: [lane]))
    }
    #expect(feeds.count == 1)
  }
}
