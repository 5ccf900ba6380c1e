import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// The live stream over a real connection, fed through the journal.
@Suite struct StreamTests {
  static let start = 1_795_200_000
  static let truth = Truth(seed: 5)

  struct Site {
    let root: TemporaryDirectory
    let collector: CollectorFixture
    let clock: TestClock

    init(history: Int = 30) throws {
      root = try TemporaryDirectory()
      clock = TestClock(Double(start) + 0.5)
      var collector = try CollectorFixture("edge-1", root: root.path, now: clock.now)
      collector.set("gw1", .up)
      try collector.beat(at: clock.now)
      try collector.describe("gw1", [("ether1", "ether1", "wan"), ("vlan_2f1", "vlan/1", nil)])
      try collector.samples((start - history)...start, ["gw1": ["ether1": truth, "vlan_2f1": Truth(seed: 6)]])
      self.collector = collector
    }

    /// One second goes by and its sample arrives.
    func tick(_ second: Int) throws {
      clock.set(Double(second) + 0.5)
      try collector.sample(at: second, ["gw1": ["ether1": truth, "vlan_2f1": Truth(seed: 6)]])
    }
  }

  static func request(_ query: String, _ headers: String = "") -> String {
    "GET /api/v1/stream\(query) HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\(headers)\r\n"
  }

  static func event(_ second: Int, _ truths: Truth...) -> String {
    // The event carries the beginning of the second; the truth is named by its end.
    let values = truths.map { "[\(Int($0.rx(second))),\(Int($0.tx(second)))]" }.joined(separator: ",")
    return "id: \(second - 1)\ndata: {\"t\":\(second - 1),\"v\":[\(values)]}\n\n"
  }

  @Test func greetsThenSendsEachSecondOnceInTheOrderAsked() async throws {
    let site = try Site()
    try await RunningNode.with(RunningNode.config(site.root.path), now: site.clock.reading) { node in
      try await eventually { try await node.json("/api/v1/live")["devices"]["gw1"]["t"].int == Self.start }
      try await HTTPProbe.withStream(node.port, Self.request("?s=gw1/vlan%2F1,gw1/ether1")) { stream in
        let head = try await stream.text { $0.contains("\"v\":") }
        #expect(head.hasPrefix("HTTP/1.1 200"))
        #expect(head.lowercased().contains("content-type: text/event-stream"))
        #expect(head.lowercased().contains("x-accel-buffering: no"))
        #expect(head.contains("retry: 2000\nevent: hello\n"))
        #expect(head.contains(#""order":[{"device":"gw1","interface":"vlan/1"},{"device":"gw1","interface":"ether1"}]"#))
        for second in Self.start + 1...Self.start + 4 {
          try site.tick(second)
          let wanted = Self.event(second, Truth(seed: 6), Self.truth)
          _ = try await stream.text { $0.contains(wanted) }
        }
        let all = try await stream.text { _ in true }
        let ids = all.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("id: ") }.map(String.init)
        #expect(ids == (Self.start...Self.start + 4).map { "id: \($0 - 1)" })
      }
    }
  }

  @Test func resumesAfterTheLastEventFromMemory() async throws {
    let site = try Site()
    try await RunningNode.with(RunningNode.config(site.root.path), now: site.clock.reading) { node in
      try await eventually { try await node.json("/api/v1/live")["devices"]["gw1"]["t"].int == Self.start }
      let header = "Last-Event-ID: \(Self.start - 11)\r\n"
      try await HTTPProbe.withStream(node.port, Self.request("?s=gw1/ether1", header)) { stream in
        let wanted = (Self.start - 9...Self.start).map { Self.event($0, Self.truth) }
        let text = try await stream.text { $0.contains(wanted[9]) }
        for event in wanted { #expect(text.contains(event)) }
        #expect(!text.contains("id: \(Self.start - 11)\n"))
      }
    }
  }

  @Test func withoutSubscriptionSendsTheTotalsOfAllDevices() async throws {
    let site = try Site()
    try await RunningNode.with(RunningNode.config(site.root.path), now: site.clock.reading) { node in
      try await eventually { try await node.json("/api/v1/live")["devices"]["gw1"]["t"].int == Self.start }
      try await HTTPProbe.withStream(node.port, Self.request("")) { stream in
        // The uplink alone stands for the device.
        let wanted = Self.event(Self.start, Self.truth)
        let text = try await stream.text { $0.contains(wanted) }
        #expect(text.contains(#""order":[{"device":"gw1","interface":null}]"#))
      }
    }
  }

  @Test func saysGoodbyeWhenTheNodeStops() async throws {
    let site = try Site()
    let text = try await RunningNode.with(RunningNode.config(site.root.path), now: site.clock.reading) { node in
      try await HTTPProbe.withStream(node.port, Self.request("")) { stream in
        _ = try await stream.text { $0.contains("event: hello") }
        await node.stop()
        while try await stream.readMore() {}
        return String(decoding: await stream.take(), as: UTF8.self)
      }
    }
    #expect(text.contains("event: bye\ndata: {}\n\n"))
    #expect(text.hasSuffix("0\r\n\r\n"))
  }

  @Test(
    arguments: [
      ("?s=none/ether1", 404), ("?s=gw1/none", 404), ("?s=gw1/a/b", 400), ("?s=%", 400), ("?s=gw1/%zz", 400),
      ("?s=gw1/ether1&s=gw1/ether1", 400),
    ])
  func refusesWhatItCannotShow(query: String, status: Int) async throws {
    let site = try Site()
    try await RunningNode.with(RunningNode.config(site.root.path), now: site.clock.reading) { node in
      let reply = try await node.get("/api/v1/stream\(query)")
      #expect(reply.status == status)
    }
  }
}

extension StreamCursor {
  fileprivate mutating func take(_ progress: [Progress], now: Double) -> Range<Int> {
    take(through: Self.ready(progress, now: now))
  }
}

/// Which seconds are due, without a server.
@Suite struct StreamCursorTests {
  private let quick = StreamCursor.Progress(end: 100, interval: 1)

  @Test func beginsWithTheNewestSecond() {
    var cursor = StreamCursor(lastEventID: nil, now: 100.5)
    #expect(Array(cursor.take([quick], now: 100.5)) == [100])
    #expect(cursor.take([quick], now: 100.9).isEmpty)
  }

  @Test func waitsForTheSlowerOfTwoLiveDevices() {
    var cursor = StreamCursor(lastEventID: nil, now: 100.5)
    _ = cursor.take([quick, quick], now: 100.5)
    let ahead = StreamCursor.Progress(end: 101, interval: 1)
    #expect(cursor.take([quick, ahead], now: 101.3).isEmpty)
    #expect(Array(cursor.take([ahead, ahead], now: 101.6)) == [101])
  }

  @Test func oneThatStoppedHoldsNobodyBack() {
    var cursor = StreamCursor(lastEventID: nil, now: 100.5)
    _ = cursor.take([quick, quick], now: 100.5)
    let ahead = StreamCursor.Progress(end: 104, interval: 1)
    #expect(Array(cursor.take([quick, ahead], now: 104.5)) == [101, 102, 103, 104])
  }

  @Test func timeGoesOnWhenNothingIsLive() {
    var cursor = StreamCursor(lastEventID: nil, now: 200)
    #expect(Array(cursor.take([quick], now: 200)) == [197])
    #expect(Array(cursor.take([quick], now: 201)) == [198])
  }

  @Test func makesUpForNoMoreThanItKeeps() {
    var cursor = StreamCursor(lastEventID: 1, now: 10_000)
    let seconds = cursor.take([StreamCursor.Progress(end: 10_000, interval: 1)], now: 10_000)
    #expect(seconds.count == 900)
    #expect(seconds.last == 10_000)
  }

  @Test func neverMoreThanItKeepsAtOnce() {
    var cursor = StreamCursor(lastEventID: nil, now: 100.5)
    _ = cursor.take([quick], now: 100.5)
    #expect(cursor.take(through: 5000) == 4101..<5001)
  }

  @Test func secondsOfANodeWhoseClockIsAheadAreNotSentTwice() {
    // The other node sent the second that ends at 103.
    var cursor = StreamCursor(lastEventID: 102, now: 100.5)
    #expect(cursor.take(through: 100).isEmpty)
    #expect(cursor.take(through: 103).isEmpty)
    #expect(Array(cursor.take(through: 105)) == [104, 105])
  }

  @Test func idOfTheFutureCountsAsNone() {
    var cursor = StreamCursor(lastEventID: 9_999_999, now: 100.5)
    #expect(Array(cursor.take([quick], now: 100.5)) == [100])
  }
}
