import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// The newest seconds of a total, which stand in journals only.
@Suite struct LiveTailTests {
  /// 2026-11-20 20:40:00 UTC.
  static let now = 1_795_207_200
  static let seconds = 9000

  private static func site(seed: UInt64) -> MeterSite {
    var random = SeededGenerator(seed: seed)
    return MeterSite(start: now - seconds, seconds: seconds, random: &random)
  }

  private func snapshot(_ root: TemporaryDirectory) -> FleetSnapshot {
    var scanner = RootScanner(path: root.path)
    _ = scanner.scan(now: Double(Self.now))
    return FleetMerge(staleAfter: 10).snapshot([scanner.state], lookingSince: [nil], now: Double(Self.now))
  }

  /// Whichever collector has the newest sample: what is said of the last minutes belongs to the files that it goes on from.
  @Test(arguments: [(0.25, 0.75), (0.75, 0.25)])
  func eachJournalGoesOnFromItsOwnLedger(late: (Double, Double)) throws {
    let root = try TemporaryDirectory()
    let site = Self.site(seed: 5)
    for (name, late) in [("edge-1", late.0), ("edge-2", late.1)] {
      var collector = try CollectorFixture(name, root: root.path, now: Double(Self.now))
      try site.write(&collector, "gw1", key: "port-\(name)", late: late, now: Double(Self.now))
    }
    let interface = try #require(snapshot(root).device(named: "gw1")?.interfaces.first)
    #expect(interface.sources.map(\.collector) == ["edge-1", "edge-2"])
    for (source, live) in zip(interface.sources, interface.liveLedgers) {
      let last = try #require(live.allRows.last)
      let late = source.collector == "edge-1" ? late.0 : late.1
      #expect(last.at == Double(Self.now - 1) + late)
      let written = try #require(try LedgerFile(directory: source.directory, key: source.key).lastRow())
      #expect(live.rows(after: written)?.first?.start == written.start + LedgerRow.bucketSeconds)
    }
  }

  /// Both alive, clocks apart: no second counts twice, and none is lost.
  @Test(arguments: [0.0, 3.4, -3.4, 40, -40])
  func twoThatLiveAreCountedOnce(skew: Double) async throws {
    let root = try TemporaryDirectory()
    let site = Self.site(seed: 6)
    var one = try CollectorFixture("edge-1", root: root.path, now: Double(Self.now))
    var other = try CollectorFixture("edge-2", root: root.path, now: Double(Self.now))
    try site.write(&one, "gw1", key: "ether1", late: 0.25, now: Double(Self.now))
    try site.write(&other, "gw1", key: "other", from: 1000, late: 0.75, now: Double(Self.now), skew: skew)
    // The newest reading by its own clock ends the sum.
    let end = Double(Self.now - 1) + (0.75 + skew > 0.25 ? 0.75 : 0.25)
    let truth = site.carried(end).rx - site.carried(Double(site.start) + 0.25).rx
    let query = "/api/v1/usage?device=gw1&interface=uplink&month=2026-11"
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      try await eventually { try await node.json(query)["total"]["in"].int ?? 0 > 0 }
      #expect(try await node.json(query)["total"]["in"].int == Int(truth))
      #expect(try await node.json(query)["total"]["flags"].string == "p")
    }
  }

  /// A collector that got another name goes on in another folder: one device, one sum.
  @Test(arguments: [false, true]) func aRenamedCollectorGoesOn(copied: Bool) async throws {
    let root = try TemporaryDirectory()
    let site = Self.site(seed: 7)
    var old = try CollectorFixture("edge-1", root: root.path, now: Double(Self.now))
    var new = try CollectorFixture("edge-9", root: root.path, now: Double(Self.now))
    let renamed = Self.seconds - 400
    try site.write(&old, "gw1", key: "ether1", to: renamed, now: Double(Self.now))
    try site.write(&new, "gw1", key: "ether1", from: renamed + 20, now: Double(Self.now))
    if copied {
      // The folder of before, under a further name.
      try FileManager.default.copyItem(atPath: old.directory.path, toPath: root.path + "/edge-1-old")
    }
    let truth = site.carried(Double(Self.now - 1) + 0.25).rx - site.carried(Double(site.start) + 0.25).rx
    let query = "/api/v1/usage?device=gw1&interface=uplink&month=2026-11"
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      try await eventually { try await node.json(query)["total"]["in"].int ?? 0 > 0 }
      #expect(try await node.json(query)["total"]["in"].int == Int(truth))
      #expect(try await node.json("/api/v1/devices")["devices"].array.count == 1)
    }
  }
}
