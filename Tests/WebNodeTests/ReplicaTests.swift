import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// Several collectors, several roots, one picture.
@Suite struct ReplicaTests {
  static let now = FleetTests.now
  static let truth = Truth(seed: 1)

  private let root: TemporaryDirectory
  init() throws { root = try TemporaryDirectory() }

  /// A collector that watches gw1 and has sampled it in `range`.
  private func collector(
    _ name: String, root path: String? = nil, beat: Int = now, _ range: ClosedRange<Int>, seed: Int = 1,
    _ change: (inout DeviceFile) -> Void = { _ in }
  ) throws -> CollectorFixture {
    var collector = try CollectorFixture(name, root: path ?? root.path, now: Double(Self.now))
    collector.set("gw1", .up)
    try collector.beat(at: Double(beat))
    try collector.describe("gw1", [("ether1", "ether1", "wan")], change)
    try collector.samples(range, ["gw1": ["ether1": Truth(seed: seed)]])
    return collector
  }

  private func device(_ roots: String..., at time: Double = Double(now)) throws -> DeviceView {
    let states = roots.map { path in
      var scanner = RootScanner(path: path)
      _ = scanner.scan(now: time)
      return scanner.state
    }
    let snapshot = FleetMerge(staleAfter: 10).snapshot(states, lookingSince: states.map { _ in nil }, now: time)
    return try #require(snapshot.device(named: "gw1"))
  }

  @Test func renamedCollectorLeavesItsPastInTheHistory() throws {
    // The old folder lists the device for ever; the new one goes on.
    _ = try collector("edge-old", beat: Self.now - 500, (Self.now - 700)...(Self.now - 500))
    _ = try collector("edge-new", (Self.now - 400)...Self.now)
    let device = try device(root.path)
    #expect(device.state == .up)
    #expect(device.collectors == ["edge-new", "edge-old"])
    #expect(device.replicas.map(\.state) == [.up, .stale])
    #expect(device.interfaces.count == 1)
    #expect(device.interfaces[0].rates(endingAt: Self.now - 600)?.rx == Self.truth.rx(Self.now - 600))
    #expect(device.interfaces[0].rates(endingAt: Self.now - 450) == nil)
    #expect(device.interfaces[0].historyEnd == Self.now)
  }

  @Test func deviceMovedToAnotherCollectorKeepsItsPast() throws {
    // The first collector is alive and has the device no more.
    var first = try collector("edge-1", (Self.now - 700)...(Self.now - 500))
    first.heartbeat.devices = [:]
    try first.beat(at: Double(Self.now))
    _ = try collector("edge-2", (Self.now - 400)...Self.now)
    let device = try device(root.path)
    #expect(device.collectors == ["edge-2"])
    #expect(device.replicas.map(\.isRetired) == [false, true])
    #expect(device.interfaces[0].sources.map(\.collector) == ["edge-2", "edge-1"])
    #expect(device.interfaces[0].rates(endingAt: Self.now - 600)?.rx == Self.truth.rx(Self.now - 600))
    #expect(device.folders.map(\.collector) == ["edge-2", "edge-1"])
  }

  @Test func sameCollectorNameUnderTwoRootsIsTwoReplicas() throws {
    let other = try TemporaryDirectory()
    _ = try collector("edge-1", (Self.now - 30)...(Self.now - 10))
    _ = try collector("edge-1", root: other.path, (Self.now - 20)...Self.now)
    let device = try device(root.path, other.path)
    #expect(device.collectors == ["edge-1"])
    #expect(device.replicas.map(\.root) == [1, 0])
    #expect(device.interfaces[0].sources.count == 2)
    for second in (Self.now - 29)...Self.now {
      #expect(device.interfaces[0].rates(endingAt: second)?.rx == Self.truth.rx(second))
    }
  }

  @Test func copiedFolderGoesByItsOwnName() throws {
    _ = try collector("edge-1", (Self.now - 30)...Self.now)
    try FileManager.default.copyItem(atPath: root.path + "/edge-1", toPath: root.path + "/edge-1-backup")
    #expect(try device(root.path).replicas.map(\.collector).sorted() == ["edge-1", "edge-1-backup"])
  }

  @Test func aFirstSampleWithoutARateDoesNotHideTheOtherReplicasRate() throws {
    _ = try collector("edge-1", (Self.now - 30)...(Self.now - 1))
    _ = try collector("edge-2", Self.now...Self.now)
    let device = try device(root.path)
    #expect(device.rxRate == Self.truth.rx(Self.now - 1))
    #expect(device.sampleTime == Double(Self.now))
  }

  @Test func anUplinkThatOnlyTheOtherReplicaSamplesIsInTheSum() throws {
    var one = try collector("edge-1", (Self.now - 30)...(Self.now - 31 + 1 + 29))
    one.set("gw1", .up)
    let two = try CollectorFixture("edge-2", root: root.path, now: Double(Self.now))
    var beat = two
    beat.set("gw1", .up)
    try beat.beat(at: Double(Self.now))
    try two.describe("gw1", [("lte1", "lte1", "wan")])
    try two.samples((Self.now - 10)...Self.now, ["gw1": ["lte1": Truth(seed: 2)]])
    let device = try device(root.path)
    #expect(device.interfaces.map(\.name) == ["ether1", "lte1"])
    #expect(device.rxRate == Self.truth.rx(Self.now - 1) + Truth(seed: 2).rx(Self.now))
  }

  @Test func aSecondIsDecidedOnceEveryLiveReplicaHadItsSay() throws {
    var ahead = RateHistory()
    var behind = RateHistory()
    for second in 100...110 where second != 110 { ahead.store(Rates(rx: 1, tx: 1), second: second) }
    ahead.close(through: 110)
    for second in 100...108 { behind.store(Rates(rx: 2, tx: 2), second: second) }
    var interface = InterfaceView(key: "a", name: "a")
    interface.histories = [ahead, behind]
    // 109 is known to one; 110 is unknown to the first, and the second may still know it.
    #expect(interface.historyEnd == 109)
    behind.store(Rates(rx: 2, tx: 2), second: 109)
    behind.store(Rates(rx: 2, tx: 2), second: 110)
    interface.histories = [ahead, behind]
    #expect(interface.historyEnd == 110)
    #expect(interface.rates(endingAt: 110)?.rx == 2)
    // Who is silent is not waited for.
    ahead.close(through: 120)
    interface.histories = [ahead, behind]
    #expect(interface.historyEnd == 120)
  }

  @Test func oneFileOfReplicasIsChosenSteadily() throws {
    _ = try collector("edge-2", (Self.now - 30)...Self.now)
    _ = try collector("edge-1", (Self.now - 30)...(Self.now - 1))
    #expect(try device(root.path).folders.map(\.collector) == ["edge-2", "edge-1"])
    #expect(try device(root.path).steadyFolders.map(\.collector) == ["edge-1", "edge-2"])
    // The first one dies.
    _ = try collector("edge-2", beat: Self.now + 15, (Self.now + 1)...(Self.now + 15))
    #expect(try device(root.path, at: Double(Self.now + 15)).steadyFolders.map(\.collector) == ["edge-2", "edge-1"])
  }

  @Test(arguments: [(-40.0, true), (-3.0, false), (0.0, false), (0.9, false), (2.5, true), (250.0, true), (4000.0, true)])
  func clockOfACollectorIsFoundFromItsHeartbeats(offset: Double, isOff: Bool) throws {
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(Self.now))
    var scanner = RootScanner(path: root.path)
    var delays = [0.4, 0.1, 1.7, 0.2].makeIterator()
    for round in 0..<4 {
      let time = Double(Self.now + round * 2)
      try collector.beat(at: time + offset)
      _ = scanner.scan(now: time + (delays.next() ?? 0))
      let view = FleetMerge(staleAfter: 10).snapshot([scanner.state], lookingSince: [nil], now: time).collectors.first
      // The first one tells nothing: it may be as old as it likes.
      if round == 0 { #expect(view?.clockOffset == nil) } else { #expect(view?.isClockOff == isOff) }
      if round == 3 { #expect(abs((view?.clockOffset ?? 0) - (offset - 0.1)) < 0.002) }
    }
  }
}
