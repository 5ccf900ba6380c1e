import Foundation
import HTTPService
import NIOCore
import Shared
import TestSupport
import Testing

@testable import WebNode

/// Storage that stops answering: what hangs is one root, and one root only.
@Suite struct HungRootTests {
  static let now = 1_795_200_000

  private static func series(_ device: String) -> String {
    "/api/v1/series?device=\(device)&interface=ether1&from=\(now - 60)&to=\(now)"
  }

  static func site(_ device: String) throws -> (root: TemporaryDirectory, collector: CollectorFixture) {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-\(device)", root: root.path, now: Double(now))
    collector.set(device, .up)
    try collector.beat(at: Double(now))
    try collector.describe(device, [("ether1", "ether1", "wan")])
    try collector.archive(device, "ether1", Truth(seed: 1), (now - 600)...(now - 5))
    try collector.samples((now - 60)...now, [device: ["ether1": Truth(seed: 1)]])
    try collector.metrics(device, written: Double(now), "# HELP x X.\n# TYPE x gauge\nx{device=\"\(device)\"} 1\n")
    return (root, collector)
  }

  @Test func hungRootIs503ForItselfAndNothingForTheOthers() async throws {
    let hung = try Self.site("gw1")
    var sound = try Self.site("gw2")
    let root = HangingRoot()
    let clock = TestClock(Double(Self.now))
    let config = RunningNode.config(hung.root.path, sound.root.path)
    try sound.collector.beat(at: Double(Self.now) + 30)
    try sound.collector.samples((Self.now + 1)...(Self.now + 30), ["gw2": ["ether1": Truth(seed: 1)]], continues: true)
    try await root.with(config, now: clock.reading) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 2 }
      let before = try await node.get(Self.series("gw1"))
      #expect(before.status == 200)
      root.gate.close()
      let earlier = root.begun
      clock.advance(by: 0.5)
      // More at once than there are threads: none may wait for ever, none may take the other root's place.
      try await withThrowingTaskGroup(of: HTTPReply.self) { group in
        for _ in 0..<80 { group.addTask { try await node.get(Self.series("gw1")) } }
        // Every thread of the root is taken.
        try await eventually { root.begun == earlier + 4 }
        for _ in 0..<20 { #expect(try await node.get(Self.series("gw2")).status == 200) }
        root.waits.advance(by: .seconds(5))
        for try await reply in group {
          #expect(reply.status == 503)
          #expect(reply["retry-after"] != nil)
        }
      }
      clock.set(Double(Self.now) + 30)
      let metrics = try await node.get("/metrics").text
      #expect(metrics.contains("x{device=\"gw2\"} 1\n"))
      #expect(metrics.contains("tikwatch_web_root_up{root=\"\(hung.root.path)\"} 0\n"))
      #expect(metrics.contains("tikwatch_web_root_up{root=\"\(config.storage[1])\"} 1\n"))
      let health = try await node.get("/healthz")
      #expect(health.status == 200)
      let ready = try await node.get("/readyz")
      #expect(ready.status == 503)
      #expect(ready.text.contains(hung.root.path))
      try await eventually {
        let states = try await node.json("/api/v1/devices")["devices"].array.map { $0["state"].string }
        return states == ["stale", "up"]
      }
      root.gate.open()
      try await eventually { try await node.get(Self.series("gw1")).status == 200 }
    }
  }

  /// 503 for what needs the root that hangs, within 15 s; the other root's device has every answer.
  @Test func everyAddressAnswersInTimeWhileARootHangs() async throws {
    let hung = try Self.site("gw1")
    let sound = try Self.site(BrokenMatrixTests.sound)
    let root = HangingRoot()
    let config = RunningNode.config(hung.root.path, sound.root.path)
    try await root.with(config, now: { Double(Self.now) }, waitsByHand: false) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 2 }
      root.gate.close()
      try await withThrowingTaskGroup(of: (String, HTTPReply).self) { group in
        for target in BrokenMatrixTests.targets("gw1") + BrokenMatrixTests.targets(BrokenMatrixTests.sound)
          + BrokenMatrixTests.common
        {
          group.addTask { (target, try await HTTPProbe.get(node.port, target, timeout: .seconds(15))) }
        }
        for try await (target, reply) in group {
          #expect([200, 404, 503].contains(reply.status), "\(target): \(reply.status) \(reply.text.prefix(300))")
          if reply.status == 503 { #expect(reply["retry-after"] != nil || target == "/readyz", "\(target)") }
          if target.contains(BrokenMatrixTests.sound) {
            let isMissing = reply.status == 404 && reply.text.contains("there is nothing at this address")
            #expect(reply.status == 200 || isMissing, "\(target): \(reply.status) \(reply.text.prefix(300))")
          }
          for path in ["/api/v1/series", "/graph.", "/api/v1/events", "/rrdtool.txt"] where target.hasPrefix(path + "?device=gw1")
          {
            #expect(reply.status == 503, "\(target)")
          }
        }
      }
    }
  }
}
