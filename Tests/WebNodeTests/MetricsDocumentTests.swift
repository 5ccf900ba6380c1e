import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// `docs/metrics.md` says what the node itself exports. `TIKWATCH_UPDATE_GOLDEN=1` writes it anew.
@Suite struct MetricsDocumentTests {
  private static let path = (#filePath as NSString).deletingLastPathComponent
    .replacing(#/Tests\/WebNodeTests$/#, with: "docs/metrics.md")
  private static let now = 1_795_200_000.0

  @Test func everyFamilyOfTheNodeIsListed() async throws {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Self.now)
    var storage = Heartbeat.Storage()
    (storage.spoolBytes, storage.pendingSamples, storage.spoolDroppedSamples, storage.droppedSamples) = (0, 0, 0, 0)
    (storage.freeBytes, storage.neededBytes, storage.reservedBytes, storage.flushSeconds) = (0, 0, 0, 0)
    collector.heartbeat.storage = storage
    collector.heartbeat.config = .init(lastReload: Self.now)
    collector.set("gw1", .up)
    try collector.beat(at: Self.now)
    try await RunningNode.with(RunningNode.config(root.path), now: { Self.now }) { [collector] node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 1 }
      // What a clock says is known from the second heartbeat on.
      var again = collector
      try again.beat(at: Self.now)
      try await eventually { try await node.get("/metrics").text.contains("tikwatch_collector_clock_offset_seconds{") }
      let table = try Self.table(await node.get("/metrics").text)
      #expect(try GeneratedBlock("web", of: Self.path).documented(updatingTo: table) == table, "docs/metrics.md: make golden")
    }
  }

  /// Of an exposition: name, type, labels and help of the families that the node makes by itself.
  private static func table(_ text: String) throws -> String {
    var help: [Substring: Substring] = [:]
    var type: [Substring: Substring] = [:]
    var labels: [Substring: [Substring]] = [:]
    for line in text.split(separator: "\n") {
      if let found = line.firstMatch(of: #/^# (HELP|TYPE) (\S+) (.*)$/#) {
        if found.1 == "HELP" { help[found.2] = found.3 } else { type[found.2] = found.3 }
      } else {
        let sample = try #require(line.firstMatch(of: #/^([^{ ]+)(?:\{(.*)\})? \S+$/#), "\(line)")
        labels[sample.1] = (sample.2 ?? "").matches(of: #/([a-z_]+)="[^"]*"/#).map(\.1)
      }
    }
    let names = type.keys.filter { !$0.hasPrefix("tikwatch_device_") }.sorted()
    #expect(names.contains("tikwatch_web_responses_total") && names.contains("tikwatch_collector_up"))
    let rows = names.map { name in
      "| `\(name)` | \(type[name] ?? "") | \((labels[name] ?? []).joined(separator: ", ")) | \(help[name] ?? "") |\n"
    }
    return "| family | type | labels | meaning |\n| --- | --- | --- | --- |\n" + rows.joined()
  }
}
