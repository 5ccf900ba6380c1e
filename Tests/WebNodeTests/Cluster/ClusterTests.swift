import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// `/cluster`, `/api/v1/cluster`, and the banner of other pages.
@Suite struct ClusterTests {
  static let now = 1_795_200_000

  /// Two living collectors and a silent one: `gw` twice, `lab` once and down, `far` by the silent one only.
  private func root(_ change: (inout CollectorFixture) throws -> Void = { _ in }) throws -> TemporaryDirectory {
    let root = try TemporaryDirectory()
    for name in ["edge-1", "edge-2"] {
      var collector = try CollectorFixture(name, root: root.path, now: Double(Self.now))
      collector.set("gw", .up) { $0.missedSamples = name == "edge-1" ? 36 : 0 }
      if name == "edge-1" {
        collector.set("lab", .down) {
          $0.reason = "login"
          $0.message = "the device refused <user> \"x\""
          $0.since = UTCTime.rfc3339(Double(Self.now - 720))
        }
        var storage = Heartbeat.Storage()
        (storage.freeBytes, storage.neededBytes, storage.reservedBytes) = (5_000_000_000, 1_000_000_000, 100_000_000)
        storage.spoolBytes = 4096
        storage.pendingSamples = 12
        collector.heartbeat.storage = storage
        try change(&collector)
      }
      try collector.describe("gw", [("ether1", "ether1", "wan")])
      try collector.samples((Self.now - 5)...Self.now, ["gw": ["ether1": Truth(seed: 1)]])
      try collector.beat(at: Double(Self.now))
    }
    var silent = try CollectorFixture("old-1", root: root.path, now: Double(Self.now - 3600))
    silent.set("far", .up)
    silent.set("gw", .up)
    try silent.beat(at: Double(Self.now - 3600))
    return root
  }

  private func with(
    _ root: TemporaryDirectory, more: [String] = [], now: TestClock? = nil,
    _ body: @escaping @Sendable (RunningNode) async throws -> Void
  ) async throws {
    var config = RunningNode.config(root.path)
    config.storage += more
    let clock = now ?? TestClock(Double(Self.now))
    try await RunningNode.with(config, now: clock.reading, waitsForRoots: more.isEmpty) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 3 }
      try await body(node)
    }
  }

  @Test func apiTellsWhoRecordsWhat() async throws {
    try await with(try root()) { node in
      let answer = try await node.json("/api/v1/cluster")
      #expect(answer["state"].string == "degraded")
      let collectors = answer["collectors"].array
      #expect(collectors.map(\.["name"].string) == ["edge-1", "edge-2", "old-1"])
      #expect(collectors.map(\.["state"].string) == ["up", "up", "silent"])
      #expect(collectors[0]["host"].string == "host-edge-1" && collectors[0]["devices"].int == 2)
      #expect(collectors[0]["devicesAlone"].int == 0, "nobody reaches lab, and others record gw")
      #expect(collectors[2]["devicesAlone"].int == 1, "far")
      #expect(collectors[0]["missedSamples"].int == 36 && collectors[0]["dueSamples"].int == 3600)
      #expect(collectors[0]["lag"].double == 0 && collectors[2]["heartbeatAge"].double == 3600)
      #expect(collectors[0]["freeBytes"].double == 5e9 && collectors[0]["pendingSamples"].int == 12)
      let gw = answer["devices"].array.first { $0["name"].string == "gw" }
      #expect(gw?["replicas"].array.count == 3)
      #expect(gw?["replicas"].array.filter { $0["state"].string == "up" }.count == 2)
      #expect(answer["roots"][0]["readable"].raw as? Bool == true)
      #expect(answer["node"]["version"].string == Version.current && (answer["node"]["memoryBytes"].double ?? 0) > 1e6)
    }
  }

  @Test func pageShowsAllOfItAndStaysText() async throws {
    try await with(try root()) { node in
      let page = try await node.get("/cluster").text
      #expect(page.contains("Collector old-1 has been silent for 1\u{202F}h: 1 device that nobody else records."))
      #expect(page.contains("1.00\u{202F}% (36)"), "36 of 3,600 samples")
      #expect(page.contains("the device refused &lt;user&gt; &quot;x&quot;"))
      #expect(page.contains("4.10\u{202F}kB") && page.contains("5.00\u{202F}GB"))
      #expect(page.contains("2 devices, all also by others"))
      #expect(page.matches(of: #/<tr data-replicas=/#).count == 3, "none of the three is recorded by all who list it")
      #expect(!page.contains("data-part=\"alarm\"><p"), "the page itself tells, no banner above it")
      for query in ["?replicas=all", "?replicas=all&page=9", "?replicas=x&page=-1", "?page=%zz"] {
        let reply = try await node.get("/cluster" + query)
        #expect(reply.status == 200 && reply.text.contains("data-replicas=\"gw\""), "\(query)")
      }
    }
  }

  @Test func otherPagesHaveABannerThatLeadsThere() async throws {
    try await with(try root()) { node in
      for path in ["/", "/devices/gw", "/graph", "/clients", "/nothing"] {
        let page = try await node.get(path).text
        #expect(page.contains("<p class=\"banner bad\" role=\"status\"><span>Collector old-1 has been silent"), "\(path)")
        #expect(page.contains("<a href=\"cluster\">Cluster</a></p>"), "\(path)")
      }
    }
  }

  @Test func clockOfACollectorThatIsAheadIsFound() async throws {
    let clock = TestClock(Double(Self.now))
    let root = try root()
    try await with(root, now: clock) { node in
      var collector = try CollectorFixture("edge-2", root: root.path, now: clock.now)
      collector.set("gw", .up)
      for _ in 0..<3 {
        clock.advance(by: 2)
        try collector.beat(at: clock.now + 37)
        let written = clock.now + 37
        try await eventually {
          try await node.json("/api/v1/cluster")["collectors"][1]["written"].double == written
        }
      }
      let answer = try await node.json("/api/v1/cluster")
      let offset = try #require(answer["collectors"][1]["clockOffset"].double)
      #expect(abs(offset - 37) < 0.01)
      let page = try await node.get("/cluster").text
      #expect(page.contains("The clock of host-edge-2 is 37\u{202F}s ahead of this node&#39;s."))
      #expect(page.contains("<span>Clock +37\u{202F}s</span>"))
    }
  }

  @Test func rootThatCannotBeReadIsTheWorst() async throws {
    let gone = try TemporaryDirectory()
    let path = gone.path + "/root"
    try AtomicFile.createFolder(path)
    let root = try root()
    let clock = TestClock(Double(Self.now))
    try await with(root, more: [path], now: clock) { node in
      try FileManager.default.removeItem(atPath: path)
      clock.advance(by: 3)
      try await eventually {
        try await node.json("/api/v1/cluster")["roots"][1]["readable"].raw as? Bool == false
      }
      let page = try await node.get("/").text
      #expect(page.contains("<span>The storage \(path) cannot be read") || page.contains("<span>The storage \(gone.path)"))
      #expect(try await node.get("/cluster").text.contains("Cannot be read"))
    }
  }

  @Test func silentCollectorWhoseDevicesOthersRecordIsForgottenByAndBy() {
    func summary(age: Double) -> ClusterSummary {
      var gw = DeviceView(name: "gw", state: .up)
      gw.replicas = ["a", "b"].map {
        DeviceView.Replica(
          root: 0, collector: $0, state: $0 == "a" ? .up : .stale, reason: nil, sampleTime: nil, isRetired: false)
      }
      let views = ["a", "b"].map { name in
        CollectorView(
          name: name, root: 0, isFresh: name == "a", heartbeatAge: name == "a" ? 1 : age, deviceCount: 1, badLines: 0, badFiles: 0
        )
      }
      return ClusterSummary(
        FleetSnapshot(time: 1e9, devices: [gw], collectors: views, roots: [RootView(path: "/r", scanned: 1e9, isHung: false)]))
    }
    #expect(summary(age: 600).loud.map(\.isSevere) == [false])
    #expect(summary(age: 2 * 86_400).loud.isEmpty)
    #expect(summary(age: 2 * 86_400).problems.count == 1, "the cluster page still tells")
    #expect(summary(age: 600).collectors[0].alone == 1 && summary(age: 600).replicated == 0)
  }
}
