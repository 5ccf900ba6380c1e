import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// One broken file spoils one device or collector, and nothing else; no answer is ever a 500.
@Suite struct BrokenFilesTests {
  enum Damage: String, CaseIterable, Sendable {
    case empty, garbage, halfJSON, deepJSON, wrongFormat, wrongTypes, folder, fifo, link, huge

    func apply(to path: String) throws {
      try? FileManager.default.removeItem(atPath: path)
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      let url = URL(fileURLWithPath: path)
      switch self {
      case .empty: try Data().write(to: url)
      case .garbage: try Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }).write(to: url)
      case .halfJSON: try Data("{\"format\":1,\"device\":\"gw1\",\"interfaces\":{\"ether1\":{\"na".utf8).write(to: url)
      case .deepJSON: try Data(String(repeating: "[", count: 200_000).utf8).write(to: url)
      case .wrongFormat: try Data("{\"format\":99,\"device\":\"gw1\",\"address\":\"\",\"interfaces\":{}}".utf8).write(to: url)
      case .wrongTypes: try Data("{\"format\":\"1\",\"device\":7,\"interfaces\":[],\"written\":\"soon\"}".utf8).write(to: url)
      case .folder: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      case .fifo: #expect(mkfifo(path, 0o644) == 0)
      case .link: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/etc/passwd")
      case .huge:
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        #expect(truncate(path, 3 << 30) == 0)
      }
    }
  }

  enum Victim: String, CaseIterable, Sendable {
    case heartbeat, deviceFile, journal, archive, metrics, events

    func path(_ collector: CollectorFixture) -> String {
      let device = collector.directory.device("gw1")
      return switch self {
      case .heartbeat: collector.directory.heartbeat
      case .deviceFile: device.deviceFile
      case .journal: collector.directory.live(minuteOf: BrokenFilesTests.now - 60)
      case .archive: device.archive("ether1")
      case .metrics: device.metrics
      case .events: device.events(monthOf: BrokenFilesTests.now)
      }
    }
  }

  static let now = 1_795_200_000

  @Test(arguments: Damage.allCases, Victim.allCases)
  func spoilsOneDeviceAndNothingElse(damage: Damage, victim: Victim) async throws {
    let now = Self.now
    let root = try TemporaryDirectory()
    var broken = try CollectorFixture("edge-1", root: root.path, now: Double(now))
    var sound = try CollectorFixture("edge-2", root: root.path, now: Double(now))
    broken.set("gw1", .up)
    sound.set("gw2", .up)
    for (collector, device) in [(broken, "gw1"), (sound, "gw2")] {
      var collector = collector
      try collector.beat(at: Double(now))
      try collector.describe(device, [("ether1", "ether1", "wan")])
      try collector.archive(device, "ether1", Truth(seed: 1), (now - 600)...(now - 20))
      try collector.samples((now - 100)...now, [device: ["ether1": Truth(seed: 1)]])
      try collector.metrics(device, written: Double(now), "# HELP up Up.\n# TYPE up gauge\nup{device=\"\(device)\"} 1\n")
    }
    try damage.apply(to: victim.path(broken))
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      try await eventually { try await node.json("/api/v1/live")["devices"]["gw2"]["t"].int == now }
      for target in [
        "/api/v1/devices", "/api/v1/devices/gw1", "/api/v1/live", "/api/v1/series?device=gw1&interface=ether1&from=-600s",
        "/api/v1/events?device=gw1", "/graph.svg?device=gw1&interface=ether1&width=400&height=120", "/metrics", "/readyz",
        "/healthz",
      ] {
        let reply = try await node.get(target)
        #expect([200, 404, 503].contains(reply.status), "\(target): \(reply.status) \(reply.text.prefix(300))")
      }
      // What is sound is untouched.
      let values = try await node.json("/api/v1/series?device=gw2&interface=ether1&from=-60s&points=60")["in"]["avg"].numbers
      #expect(values == (1...60).map { Truth(seed: 1).rx(now - 60 + $0) })
      let metrics = try await node.get("/metrics").text
      #expect(metrics.contains("\nup{device=\"gw2\"} 1\n"))
      let states = try await node.json("/api/v1/devices")["devices"].array
      #expect(states.first { $0["name"].string == "gw2" }?["state"].string == "up")
    }
  }

  @Test(arguments: ["collector", "devices", "device", "interfaces", "events", "live"])
  func linksInThePlaceOfFoldersAreNotFollowed(which: String) async throws {
    let now = Self.now
    let root = try TemporaryDirectory()
    let elsewhere = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(now))
    collector.set("gw1", .up)
    try collector.beat(at: Double(now))
    try collector.describe("gw1", [("ether1", "secret-name", "wan")])
    try collector.archive("gw1", "ether1", Truth(seed: 1), (now - 600)...(now - 200))
    try EventFile.append(
      [EventLine(t: Double(now - 5), kind: .reboot, text: "secret event")], to: collector.directory.device("gw1"))
    try collector.samples((now - 60)...now, ["gw1": ["ether1": Truth(seed: 1)]])
    let device = collector.directory.device("gw1")
    let path =
      switch which {
      case "collector": collector.directory.path
      case "devices": collector.directory.devices
      case "device": device.path
      case "interfaces": device.interfaces
      case "events": device.events
      default: collector.directory.live
      }
    let target = elsewhere.file("moved")
    try FileManager.default.moveItem(atPath: path, toPath: target)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      try await eventually {
        let devices = try await node.json("/api/v1/devices")["devices"].array
        return which == "collector" ? devices.isEmpty : devices.count == 1
      }
      let detail = try await node.get("/api/v1/devices/gw1")
      #expect(detail.text.contains("secret-name") == (which == "live"))
      let series = try await node.get("/api/v1/series?device=gw1&interface=ether1&from=\(now - 600)&to=\(now - 300)&points=10")
      if which == "live" {
        #expect(series.text.contains("\"coverage\":1,"))
      } else {
        #expect(series.status == 404 || series.text.contains("\"coverage\":0,"), "\(series.text.prefix(400))")
      }
      let events = try await node.get("/api/v1/events?device=gw1")
      #expect(events.text.contains("secret event") == (which == "live"))
    }
  }

  @Test func brokenArchiveShowsOnTheDeviceAndTheLiveSecondsStay() async throws {
    let now = Self.now
    let clock = TestClock(Double(now))
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(now))
    collector.set("gw1", .up)
    try collector.beat(at: Double(now))
    try collector.describe("gw1", [("ether1", "ether1", "wan")])
    try collector.samples((now - 100)...now, ["gw1": ["ether1": Truth(seed: 1)]])
    try Damage.garbage.apply(to: collector.directory.device("gw1").archive("ether1"))
    try await RunningNode.with(RunningNode.config(root.path), now: clock.reading) { node in
      try await eventually { try await node.json("/api/v1/live")["devices"]["gw1"]["t"].int == now }
      let answer = try await node.json("/api/v1/series?device=gw1&interface=ether1&from=-200s&points=200")
      #expect(answer["problem"].string?.contains("ether1.rrd") == true)
      #expect(answer["in"]["avg"].numbers.suffix(100) == ((1...100).map { Truth(seed: 1).rx(now - 100 + $0) })[...])
      #expect(answer["in"]["avg"].numbers.prefix(100).allSatisfy { $0 == nil })
      clock.advance(by: 1)
      let device = try await node.json("/api/v1/devices/gw1")
      #expect(device["state"].string == "degraded")
      #expect(device["reason"].string == "storage")
      let metrics = try await node.get("/metrics").text
      #expect(metrics.contains("tikwatch_web_broken_files 1\n"))
    }
  }
}
