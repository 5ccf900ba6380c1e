import NIOConcurrencyHelpers
import Shared
import TestSupport
import Testing

@testable import WebNode

/// How long answers may be kept, and that nobody gets the same twice who says so.
@Suite struct FreshnessTests {
  private static let now = SeriesAPITests.now

  private func node(gaps: [ClosedRange<Int>] = [], _ body: @escaping @Sendable (RunningNode) async throws -> Void) async throws {
    let root = try SeriesAPITests.root(gaps: gaps)
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }, body)
  }

  private static let series = "/api/v1/series?device=gw1&interface=ether1&points=100"

  @Test(
    arguments: [
      ("the present", "\(series)&range=10m", "private, max-age=6"),
      ("a moving end", "\(series)&from=-2h&to=-1h", "private, max-age="),
      ("the past", "\(series)&from=\(now - 6600)&to=\(now - 3660)", "private, max-age=86400, immutable"),
      ("just over", "\(series)&from=\(now - 6600)&to=\(now - 3540)", "private, max-age=60"),
      ("events", "/api/v1/events?device=gw1", "private, max-age=1"),
      ("events of the past", "/api/v1/events?device=gw1&from=100&to=200", "private, max-age=60"),
      ("usage", "/api/v1/usage?device=gw1", "private, max-age=1"),
      ("usage without ledger", "/api/v1/usage?device=gw1&interface=ether1&from=100000&to=200000", "private, max-age=60"),
      ("percentile", "/api/v1/percentile?device=gw1", "private, max-age=30"),
      ("percentile of the past", "/api/v1/percentile?device=gw1&month=2026-01", "private, max-age=60"),
      ("document", "/api/v1/openapi.json", "private, max-age=300"),
    ])
  func isTold(name: String, target: String, header: String) async throws {
    try await node { node in
      let reply = try await node.get(target)
      #expect(reply.status == 200, "\(reply.text)")
      let told = reply["cache-control"]
      #expect(header.hasSuffix("=") ? told?.hasPrefix(header) == true && told?.hasSuffix("immutable") == false : told == header)
      let tag = try #require(reply["etag"])
      let again = try await node.get(target, headers: ["If-None-Match: \(tag)"])
      #expect(again.status == 304)
      #expect(again.body.isEmpty)
      #expect(again["etag"] == tag)
      #expect(again["cache-control"] == told)
      let other = try await node.get(target, headers: ["If-None-Match: \"other\""])
      #expect(other.status == 200)
      let head = try await node.get(target, method: "HEAD")
      #expect(head.status == 200)
      #expect(head["etag"] == tag)
    }
  }

  /// A series says what the node's clock says, which is no reason to send all of it again: within a second where its end moves, and at any
  /// time where it does not.
  @Test func theTimeAloneMakesNoOtherAnswer() async throws {
    let root = try SeriesAPITests.root()
    let clock = NIOLockedValueBox(Double(Self.now) + 0.125)
    try await RunningNode.with(RunningNode.config(root.path), now: { clock.withLockedValue { $0 } }) { node in
      for (target, later, status) in [
        ("\(Self.series)&range=10m", 0.5, 304), ("\(Self.series)&range=10m", 1.5, 200),
        ("\(Self.series)&range=10m&format=csv", 0.5, 304),
        ("\(Self.series)&from=\(Self.now - 6600)&to=\(Self.now - 3660)", 5.5, 304),
      ] {
        clock.withLockedValue { $0 = Double(Self.now) + 0.125 }
        let tag = try #require(try await node.get(target)["etag"])
        clock.withLockedValue { $0 += later }
        let again = try await node.get(target, headers: ["If-None-Match: \(tag)"])
        #expect(again.status == status, "\(target) \(later) s later")
        #expect((again["etag"] == tag) == (status == 304))
      }
    }
  }

  @Test func aGapMayYetBeFilled() async throws {
    try await node(gaps: [(Self.now - 5000)...(Self.now - 4900)]) { node in
      let reply = try await node.get("\(Self.series)&from=\(Self.now - 6600)&to=\(Self.now - 3660)")
      #expect(reply["cache-control"] == "private, max-age=60")
    }
  }

  @Test func amountsKnownInFullAreSettledForAnInterface() async throws {
    let now = UsageAPITests.now
    let root = try TemporaryDirectory()
    var random = SeededGenerator(seed: 1)
    let site = MeterSite(start: now - UsageAPITests.seconds, seconds: UsageAPITests.seconds, random: &random)
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(now))
    try site.write(&collector, "gw1", key: "ether1", now: Double(now))
    let query = "/api/v1/usage?device=gw1&interface=uplink&by=hour"
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      for (target, header) in [
        ("\(query)&from=\(now - 8400)&to=\(now - 4800)", "private, max-age=3600, immutable"),
        ("\(query)&from=\(now - 8400)&to=\(now - 3000)", "private, max-age=60"),
        // Before the first sample.
        ("\(query)&from=\(now - 9900)&to=\(now - 4800)", "private, max-age=60"),
        ("/api/v1/usage?device=gw1&from=\(now - 8400)&to=\(now - 4800)", "private, max-age=60"),
      ] {
        try await eventually { try await node.get(target)["cache-control"] == header }
        let csv = try await node.get(target + "&format=csv")
        #expect(csv["cache-control"] == header)
      }
    }
  }

  @Test func aWindowIsSettledWhenItIsCompleteAndOverForAnHour() {
    #expect(Freshness.window(to: 1000, now: 5000, step: 1, isComplete: true, settled: 3600) == .settled(3600))
    #expect(Freshness.window(to: 1000, now: 5000, step: 1, isComplete: false, settled: 3600) == .seconds(60))
    #expect(Freshness.window(to: 1000, now: 4000, step: 1, isComplete: true, settled: 3600) == .seconds(60))
    #expect(Freshness.window(to: 1000, now: 999, step: 5, isComplete: true, settled: 3600) == .seconds(5))
    #expect(Freshness.window(to: 1000, now: 9000, isMoving: true, step: 5, isComplete: true, settled: 3600) == .seconds(5))
  }
}
