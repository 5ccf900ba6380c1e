import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// `/metrics` over several devices and collectors.
@Suite struct MetricsTests {
  static let now = 1_795_200_000.0

  private static func text(_ device: String, _ value: Int) -> String {
    """
    # HELP mktxp_system_uptime_total Time interval since boot-up
    # TYPE mktxp_system_uptime_total counter
    mktxp_system_uptime_total{routerboard_name="\(device)"} \(value)
    # HELP tikwatch_api_seconds Time of answers.
    # TYPE tikwatch_api_seconds histogram
    tikwatch_api_seconds_bucket{device="\(device)",le="+Inf"} 2
    tikwatch_api_seconds_sum{device="\(device)"} 0.5
    tikwatch_api_seconds_count{device="\(device)"} 2
    # HELP tikwatch_device_up Up.
    # TYPE tikwatch_device_up gauge
    tikwatch_device_up{device="\(device)"} 1

    """
  }

  private static func site() throws -> (TemporaryDirectory, CollectorFixture, CollectorFixture) {
    let root = try TemporaryDirectory()
    var first = try CollectorFixture("edge-1", root: root.path, now: now)
    var second = try CollectorFixture("edge-2", root: root.path, now: now)
    first.set("gw1", .up)
    // It cannot reach the device: the other one speaks.
    first.set("gw2", .down)
    second.set("gw2", .up)
    try first.beat(at: now)
    try second.beat(at: now)
    try first.metrics("gw1", written: now - 5, text("gw1", 1))
    try first.metrics("gw2", written: now - 9, text("gw2", 2))
    try second.metrics("gw2", written: now - 3, text("gw2", 3))
    return (root, first, second)
  }

  @Test func everyFamilyOnceSortedAndEveryDeviceOnce() async throws {
    let (root, _, fixture) = try Self.site()
    var second = fixture
    var storage = Heartbeat.Storage()
    storage.freeBytes = 5_000_000
    storage.neededBytes = 4_000_000
    storage.reservedBytes = 300_000
    second.heartbeat.storage = storage
    try second.beat(at: Self.now)
    try await RunningNode.with(RunningNode.config(root.path), now: { Self.now }) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 2 }
      let reply = try await node.get("/metrics")
      for (name, bytes) in [("free", 5_000_000), ("needed", 4_000_000), ("reserved", 300_000)] {
        let line = "tikwatch_collector_storage_\(name)_bytes{collector=\"edge-2\",root=\"\(root.path)\"} \(bytes)\n"
        #expect(reply.text.contains(line))
      }
      #expect(reply["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      let lines = reply.text.split(separator: "\n").map(String.init)
      let types = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
      #expect(types == types.sorted())
      #expect(Set(types).count == types.count)
      #expect(lines.filter { $0.hasPrefix("# HELP ") }.map { $0.split(separator: " ")[2] } == types)
      let own = reply.text.components(separatedBy: "# HELP tikwatch_collector_")[0]
      #expect(
        own == """
          # HELP mktxp_system_uptime_total Time interval since boot-up
          # TYPE mktxp_system_uptime_total counter
          mktxp_system_uptime_total{routerboard_name="gw1"} 1
          mktxp_system_uptime_total{routerboard_name="gw2"} 3
          # HELP tikwatch_api_seconds Time of answers.
          # TYPE tikwatch_api_seconds histogram
          tikwatch_api_seconds_bucket{device="gw1",le="+Inf"} 2
          tikwatch_api_seconds_sum{device="gw1"} 0.5
          tikwatch_api_seconds_count{device="gw1"} 2
          tikwatch_api_seconds_bucket{device="gw2",le="+Inf"} 2
          tikwatch_api_seconds_sum{device="gw2"} 0.5
          tikwatch_api_seconds_count{device="gw2"} 2

          """)
      #expect(reply.text.contains("tikwatch_collector_up{collector=\"edge-2\",root=\"\(root.path)\"} 1\n"))
    }
  }

  @Test func refusedConfigurationsShow() async throws {
    let (root, one, two) = try Self.site()
    var (first, second) = (one, two)
    first.heartbeat.config = Heartbeat.Config(lastReload: Self.now - 100)
    second.heartbeat.config = Heartbeat.Config(lastReload: Self.now - 200)
    second.heartbeat.config?.lastReloadSuccessful = false
    try first.beat(at: Self.now)
    try second.beat(at: Self.now)
    try await RunningNode.with(RunningNode.config(root.path), now: { Self.now }) { node in
      try await eventually { try await node.get("/metrics").text.contains("tikwatch_config_last_reload_timestamp_seconds{") }
      let text = try await node.get("/metrics").text
      for (name, value, time) in [("edge-1", "1", "1795199900"), ("edge-2", "0", "1795199800")] {
        let labels = "{collector=\"\(name)\",root=\"\(root.path)\"}"
        #expect(text.contains("\ntikwatch_config_last_reload_successful\(labels) \(value)\n"))
        #expect(text.contains("\ntikwatch_config_last_reload_timestamp_seconds\(labels) \(time)\n"), "\(text)")
      }
    }
  }

  @Test func selectionNarrowsAndUnknownNamesAreNotFound() async throws {
    let (root, _, _) = try Self.site()
    try await RunningNode.with(RunningNode.config(root.path), now: { Self.now }) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 2 }
      let one = try await node.get("/metrics?device=gw1").text
      #expect(one.contains("gw1") && !one.contains("gw2") && !one.contains("tikwatch_web_"))
      let both = try await node.get("/metrics?device=gw1&device=gw2&device=gw1").text
      #expect(both.components(separatedBy: "tikwatch_device_up{device=\"gw1\"}").count == 2)
      // By collector, also a replica that is not the newest.
      let collector = try await node.get("/metrics?collector=edge-1").text
      #expect(collector.contains("mktxp_system_uptime_total{routerboard_name=\"gw2\"} 2\n"))
      for query in ["device=none", "collector=none"] {
        let reply = try await node.get("/metrics?\(query)")
        #expect(reply.status == 404)
      }
    }
  }

  @Test func oldMetricsLeaveAndADownDeviceStaysAsDown() async throws {
    var (root, first, second) = try Self.site()
    let clock = TestClock(Self.now + 70)
    first.set("gw1", .down)
    first.set("gw3", .down) { $0.address = "192.0.2.3" }
    try first.beat(at: clock.now)
    try second.beat(at: clock.now)
    try second.metrics("gw2", written: clock.now, Self.text("gw2", 4))
    try await RunningNode.with(RunningNode.config(root.path), now: clock.reading) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 3 }
      let text = try await node.get("/metrics").text
      #expect(!text.contains("mktxp_system_uptime_total{routerboard_name=\"gw1\"}"))
      #expect(text.contains("tikwatch_device_up{device=\"gw1\"} 0\n"))
      #expect(text.contains("tikwatch_device_up{device=\"gw2\"} 1\n"))
      #expect(text.contains("tikwatch_device_up{routerboard_address=\"192.0.2.3\",routerboard_name=\"gw3\"} 0\n"))
      #expect(text.components(separatedBy: "# TYPE tikwatch_device_up").count == 2)
    }
    _ = root
  }

  @Test func changedFileIsReadAnewAndLabelsAreAdded() async throws {
    let (root, first, _) = try Self.site()
    var config = RunningNode.config(root.path)
    config.externalLabels = [.init(name: "site", value: "Rīga \"1\""), .init(name: "device", value: "x")]
    try await RunningNode.with(config, now: { Self.now }) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 2 }
      let before = try await node.get("/metrics").text
      #expect(before.contains(#"mktxp_system_uptime_total{routerboard_name="gw1",site="Rīga \"1\"",device="x"} 1"# + "\n"))
      // A label that is there stays what it is.
      #expect(before.contains(#"tikwatch_device_up{device="gw1",site="Rīga \"1\""} 1"# + "\n"))
      #expect(before.contains(#"tikwatch_web_streams{site="Rīga \"1\"",device="x"} 0"# + "\n"))
      try first.metrics("gw1", written: Self.now, Self.text("gw1", 99))
      // Where joining takes long, what was joined before is shown for a moment.
      let line = #"mktxp_system_uptime_total{routerboard_name="gw1",site="Rīga \"1\"",device="x"} 99"# + "\n"
      try await eventually { try await node.get("/metrics").text.contains(line) }
    }
  }

  @Test func promtoolFindsNothingToRemarkOnOurNames() async throws {
    guard let promtool = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first(where: FileManager.default.isExecutableFile)
    else {
      return  // Where Prometheus is not installed the end-to-end tests tell that it is missing.
    }
    let (root, _, _) = try Self.site()
    try await RunningNode.with(RunningNode.config(root.path), now: { Self.now }) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 2 }
      let text = try await node.get("/metrics").text
      let file = try root.write("metrics.txt", text.utf8)
      let process = try ChildProcess("/bin/sh", ["-c", "\(promtool) check metrics < \(file)"], in: root)
      _ = try await process.exitStatus()
      let remarks = process.standardOutput + process.standardError
      #expect(!remarks.contains("tikwatch_"), "\(remarks)")
      #expect(!remarks.contains("error while linting"), "\(remarks)")
    }
  }
}
