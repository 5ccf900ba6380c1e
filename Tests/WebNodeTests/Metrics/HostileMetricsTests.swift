import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// What one device's `metrics.prom` may hold without any other device losing a line.
@Suite struct HostileMetricsTests {
  private static let now = 1_795_200_000.0

  private static func good(_ device: String) -> String {
    """
    # HELP mktxp_x_total X.
    # TYPE mktxp_x_total counter
    mktxp_x_total{routerboard_name="\(device)"} 5
    # HELP seconds Seconds.
    # TYPE seconds histogram
    seconds_bucket{routerboard_name="\(device)",le="+Inf"} 2
    seconds_sum{routerboard_name="\(device)"} 0.5
    seconds_count{routerboard_name="\(device)"} 2

    """
  }

  private static let texts: [String: [UInt8]] = [
    "half": Array(good("aa-bad").utf8.dropLast(20)),
    "empty": [],
    "garbage": (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) },
    "zero bytes": [UInt8](repeating: 0, count: 100_000),
    "zero in names and values": Array("a\u{0}b 1\nmktxp_x_total{routerboard_name=\"aa\u{0}bad\"} 1\n\u{0}\n".utf8),
    "other types": Array(
      """
      # TYPE mktxp_x_total histogram
      mktxp_x_total_bucket{le="1"} 1
      mktxp_x_total_sum 1
      # TYPE seconds gauge
      seconds{routerboard_name="aa-bad"} 1
      # TYPE seconds counter
      # TYPE seconds_sum gauge
      seconds_sum{routerboard_name="aa-bad",more="1"} 1
      # TYPE tikwatch_web_streams histogram
      tikwatch_web_streams_sum 7

      """.utf8),
    "future format": Array(
      "# format 9\n%META size=12\nmktxp_x_total{routerboard_name=\"aa-bad\"} 5 # {trace_id=\"1\"} 1\nnew style\n".utf8),
    "one long line": Array("mktxp_x_total{routerboard_name=\"\(String(repeating: "x", count: 3_000_000))".utf8),
    "many labels": Array(("mktxp_x_total{" + (0..<200_000).map { "l\($0)=\"\"," }.joined() + "} 1\n").utf8),
    "many families": Array((0..<30_000).map { "f\($0) 1\n" }.joined().utf8),
    "bad help": Array("# HELP mktxp_x_total C:\\temp\\q \\\nmktxp_x_total{routerboard_name=\"aa-bad\"} 1\n".utf8),
  ]

  @Test(.timeLimit(.minutes(3)), arguments: texts.keys.sorted())
  func everyOtherDeviceKeepsEveryLine(_ name: String) async throws {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Self.now)
    // Before the others in every order.
    for device in ["aa-bad", "gw1", "gw2"] { collector.set(device, .up) }
    try collector.beat(at: Self.now)
    for device in ["gw1", "gw2"] { try collector.metrics(device, written: Self.now, Self.good(device)) }
    try collector.metrics("aa-bad", written: Self.now, "")
    let file = collector.directory.device("aa-bad").metrics
    try AtomicFile.replace(file, with: Array("# written \(Self.now)\n".utf8) + (Self.texts[name] ?? []), durability: .atomic)
    try await RunningNode.with(RunningNode.config(root.path), now: { Self.now }) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 3 }
      // An answer waits for files a moment only; on a machine that is slow with the bad one they come with a later answer.
      let good = ["gw1", "gw2"].flatMap { Self.good($0).split(separator: "\n") }.filter { !$0.hasPrefix("#") }
      var text = ""
      try await eventually {
        text = try await node.get("/metrics").text
        return good.allSatisfy { text.contains("\n\($0)\n") }
      }
      for family in ["mktxp_x_total counter", "seconds histogram", "tikwatch_web_streams gauge"] {
        #expect(text.components(separatedBy: "# TYPE \(family)\n").count == 2, "\(family)")
      }
      #expect(text.components(separatedBy: "\ntikwatch_web_streams 0\n").count == 2)
      let types = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
      #expect(types == types.sorted() && Set(types).count == types.count)
      if !["empty", "bad help"].contains(name) {
        // Counted in the answer after the one that read the file.
        try await eventually {
          let again = try await node.get("/metrics").text
          let dropped = try #require(again.firstMatch(of: #/\ntikwatch_web_metrics_dropped_lines (\d+)\n/#))
          return dropped.1 != "0"
        }
      }
      #expect(try await node.get("/federate?match%5B%5D=mktxp_x_total").text.contains("{routerboard_name=\"gw2\"} 5 "))
    }
  }

  /// Fresh by its own word, not by the file's time, and not one that lies in the future; of the fresh ones always the same.
  @Test func oneFreshCopyIsShown() async throws {
    let root = try TemporaryDirectory()
    for (index, written) in [Self.now - 90, Self.now - 8, Self.now - 2, Self.now + 5000].enumerated() {
      var collector = try CollectorFixture("edge-\(index)", root: root.path, now: Self.now)
      collector.set("gw1", .up)
      try collector.beat(at: Self.now)
      try collector.metrics("gw1", written: written, "value \(index)\n")
    }
    try await RunningNode.with(RunningNode.config(root.path), now: { Self.now }) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 1 }
      let text = try await node.get("/metrics").text
      #expect(text.contains("\nvalue 1\n") && text.components(separatedBy: "\nvalue ").count == 2)
      for (collector, shown) in [("edge-0", false), ("edge-2", true), ("edge-3", false)] {
        let narrowed = try await node.get("/metrics?collector=\(collector)").text
        #expect(narrowed.contains("value ") == shown, "\(collector)")
      }
    }
  }
}
