import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// Links in the place of folders, and what a broken archive leaves. Every file with every fault: ``BrokenMatrixTests``.
@Suite struct BrokenFilesTests {
  static let now = 1_795_200_000

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
    try FileFault.garbage.apply(to: collector.directory.device("gw1").archive("ether1"))
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
