import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// The read model: what is on disk becomes what is shown.
@Suite struct FleetTests {
  static let now = 1_795_200_000
  static let truth = Truth(seed: 1)

  /// Looks through a root once at `time`, and gives the picture.
  static func snapshot(_ roots: String..., at time: Double = Double(now)) -> FleetSnapshot {
    let states = roots.map { path in
      var scanner = RootScanner(path: path)
      _ = scanner.scan(now: time)
      return scanner.state
    }
    return FleetMerge(staleAfter: 10).snapshot(states, lookingSince: states.map { _ in nil }, now: time)
  }

  private static func site(_ state: Heartbeat.Device.State = .up) throws -> (TemporaryDirectory, CollectorFixture) {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(now))
    collector.set("gw1", state) {
      $0.identity = "MikroTik"
      $0.since = UTCTime.rfc3339(Double(now - 500))
      $0.reason = state == .down ? "timeout" : nil
    }
    try collector.beat(at: Double(now))
    try collector.describe("gw1", [("ether1", "ether1", "wan"), ("ether10", "ether10", nil), ("ether2", "ether2", nil)])
    try collector.samples((now - 20)...now, ["gw1": ["ether1": truth, "ether2": Truth(seed: 2)]])
    return (root, collector)
  }

  @Test func liveDeviceShowsItsNewestSample() throws {
    let (root, _) = try Self.site()
    let device = try #require(Self.snapshot(root.path).device(named: "gw1"))
    #expect(device.state == .up)
    #expect(device.sampleTime == Double(Self.now))
    #expect(device.rxRate == Self.truth.rx(Self.now))
    #expect(device.identity == "MikroTik")
    #expect(device.since == Double(Self.now - 500))
    // Uplinks first, then as people count.
    #expect(device.interfaces.map(\.name) == ["ether1", "ether2", "ether10"])
    #expect(device.interface(named: "ether10")?.rxRate == nil)
    #expect(device.spark(seconds: 20).values.compactMap { $0 }.count == 20)
    #expect(device.spark(seconds: 30).values.prefix(10).allSatisfy { $0 == nil })
  }

  @Test func sampleOlderThanThePatienceMakesStale() throws {
    var (root, collector) = try Self.site()
    try collector.beat(at: Double(Self.now) + 15)
    let device = try #require(Self.snapshot(root.path, at: Double(Self.now) + 15).device(named: "gw1"))
    #expect(device.state == .stale)
    #expect(device.reason == "sample")
    #expect(device.rxRate == Self.truth.rx(Self.now))
    _ = root
  }

  @Test func silentCollectorMakesItsDevicesStale() throws {
    let (root, _) = try Self.site()
    let snapshot = Self.snapshot(root.path, at: Double(Self.now) + 60)
    #expect(snapshot.device(named: "gw1")?.state == .stale)
    #expect(snapshot.device(named: "gw1")?.reason == "heartbeat")
    #expect(snapshot.collectors.map(\.isFresh) == [false])
  }

  @Test func slowSamplingIsNotStaleBetweenSamples() throws {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(Self.now), interval: 60)
    collector.set("gw1", .up)
    try collector.beat(at: Double(Self.now))
    try collector.samples((Self.now - 61)...(Self.now - 60), ["gw1": ["ether1": Self.truth]])
    #expect(Self.snapshot(root.path).device(named: "gw1")?.state == .up)
  }

  @Test func downDeviceHasNoRates() throws {
    let (root, _) = try Self.site(.down)
    let device = try #require(Self.snapshot(root.path).device(named: "gw1"))
    #expect(device.state == .down)
    #expect(device.reason == "timeout")
    #expect(device.rxRate == nil)
  }

  @Test func freshestReplicaWinsAndOneThatIsDownDoesNotCount() throws {
    let (root, _) = try Self.site(.down)
    var other = try CollectorFixture("edge-2", root: root.path, now: Double(Self.now))
    other.set("gw1", .up)
    try other.beat(at: Double(Self.now))
    try other.describe("gw1", [("ether1", "ether1", "wan")])
    try other.samples((Self.now - 5)...(Self.now - 1), ["gw1": ["ether1": Truth(seed: 9)]])
    let device = try #require(Self.snapshot(root.path).device(named: "gw1"))
    #expect(device.state == .up)
    #expect(Set(device.collectors) == ["edge-1", "edge-2"])
    #expect(device.sampleTime == Double(Self.now))
    #expect(device.rxRate == Self.truth.rx(Self.now))
  }

  @Test func deviceUnderTwoRootsAppearsOnce() throws {
    let (first, _) = try Self.site()
    let (second, _) = try Self.site()
    let snapshot = Self.snapshot(first.path, second.path)
    #expect(snapshot.devices.count == 1)
    #expect(snapshot.collectors.count == 2)
    #expect(snapshot.devices[0].interfaces.allSatisfy { $0.sources.count == 2 })
  }

  @Test func deviceTakenOutOfTheConfigurationKeepsItsHistoryOnly() throws {
    var (root, collector) = try Self.site()
    try collector.describe("old", [("ether1", "ether1", nil)])
    let snapshot = Self.snapshot(root.path)
    #expect(snapshot.devices.map(\.name) == ["gw1"])
    #expect(snapshot.device(named: "old")?.isRetired == true)
    collector.set("old", .up)
    try collector.beat(at: Double(Self.now))
    #expect(Self.snapshot(root.path).devices.map(\.name) == ["gw1", "old"])
  }

  @Test func formerNamesFindTheInterface() throws {
    let (root, collector) = try Self.site()
    try collector.describe("gw1", [("ether1", "wan", "wan"), ("ether2", "ether1", nil)]) {
      $0.interfaces["ether1"]?.names = [
        DeviceFile.Interface.Naming(name: "ether1", from: 1), DeviceFile.Interface.Naming(name: "uplink", from: 2),
        DeviceFile.Interface.Naming(name: "wan", from: 3),
      ]
    }
    let device = try #require(Self.snapshot(root.path).device(named: "gw1"))
    #expect(device.interface(named: "uplink")?.key == "ether1")
    // The present name of another interface comes before a former one.
    #expect(device.interface(named: "ether1")?.key == "ether2")
  }

  @Test func namesBecomeFolders() throws {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(Self.now))
    collector.set("Büro / 1. OG", .up)
    try collector.beat(at: Double(Self.now))
    let snapshot = Self.snapshot(root.path)
    #expect(snapshot.devices[0].folder == FolderName.escape("Büro / 1. OG"))
    #expect(snapshot.device(folder: FolderName.escape("Büro / 1. OG"))?.name == "Büro / 1. OG")
  }

  @Test func sumIsUnknownWhereAnUplinkIsUnknown() throws {
    var history = RateHistory()
    var short = RateHistory()
    for second in 100...110 {
      history.store(Rates(rx: 10, tx: 1), second: second)
      if second != 105 { short.store(Rates(rx: 5, tx: 1), second: second) }
    }
    var first = InterfaceView(key: "a", name: "a")
    first.histories = [history]
    var second = InterfaceView(key: "b", name: "b")
    second.histories = [short]
    var device = DeviceView(name: "gw", state: .up)
    device.interfaces = [first, second]
    #expect(device.rates(endingAt: 104) == Rates(rx: 15, tx: 2))
    #expect(device.rates(endingAt: 105) == nil)
    #expect(device.rates(endingAt: 111) == nil)
  }

  @Test func historyForgetsWhatIsTooOld() {
    var history = RateHistory()
    for second in 1...5000 { history.store(Rates(rx: Double(second), tx: 0), second: second) }
    #expect(history.rates(endingAt: 5000)?.rx == 5000)
    #expect(history.rates(endingAt: 5000 - RateHistory.seconds)?.rx == Double(5000 - RateHistory.seconds))
    #expect(history.rates(endingAt: 3000) == nil)
    #expect(history.known(after: 4997).map(\.second) == [4998, 4999, 5000])
    #expect(history.known(after: 0).count <= RateHistory.seconds + 60)
  }
}
