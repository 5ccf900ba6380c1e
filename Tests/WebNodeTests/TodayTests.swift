import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// The bytes of the day, from ledger and live seconds.
@Suite struct TodayTests {
  /// 2026-11-20 20:40:00 UTC; midnight in Riga (UTC+2) was at 22:00 UTC the day before.
  static let now = 1_795_207_200
  static let midnight = now - 22 * 3600 - 40 * 60

  private func row(_ start: Int, covered: Double = 300, rx: UInt64 = 1000, flags: LedgerRow.Flags = [], at: Double? = nil)
    -> LedgerRow
  {
    LedgerRow(
      start: start, secondsCovered: covered, rxBytes: rx, txBytes: rx / 2, flags: flags, at: at ?? Double(start + 300),
      rxCounter: 1,
      txCounter: 1)
  }

  @Test func midnightIsThatOfTheZone() {
    #expect(TodayTally.midnight(before: Double(Self.now), zone: "Europe/Riga") == Double(Self.midnight))
    #expect(TodayTally.midnight(before: Double(Self.now), zone: "UTC") == Double(Self.midnight + 7200))
    // A day with a clock change begins where it begins: 25 October 2026 has 25 hours in Riga.
    let evening = 1_792_965_599.0
    #expect(evening - TodayTally.midnight(before: evening, zone: "Europe/Riga") == 25 * 3600 - 1)
  }

  @Test func ledgerRowsCountByTheirFlags() {
    let start = Self.midnight
    let rows = [
      row(start - 300, rx: 99_999), row(start), row(start + 300, covered: 0, flags: .gap),
      row(start + 600, covered: 100, flags: .partial, at: Double(start + 700)), row(start + 600, covered: 150),
    ]
    let part = TodayTally.LedgerPart(rows, since: Double(start))
    #expect(part.rxBytes == 4000)
    #expect(part.txBytes == 2000)
    #expect(part.known == 300 + 300 + 250)
    #expect(part.through == Double(start + 900))
  }

  @Test func sumsUplinksOverLedgerAndLiveSeconds() async throws {
    let (now, midnight) = (Self.now, Self.midnight)
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(now))
    collector.set("gw1", .up)
    try collector.beat(at: Double(now))
    try collector.describe("gw1", [("wan1", "wan1", "wan"), ("lan", "lan", nil)]) {
      $0.billing = DeviceFile.Billing(day: 1, timeZone: "Europe/Riga")
    }
    let last = now - 120
    let rows = stride(from: midnight - 3600, to: last, by: 300).map { row($0) }
    let ledger = LedgerFile(directory: collector.directory.device("gw1"), key: "wan1")
    #expect(ledger.append(rows).failure == nil)
    let truth = Truth(seed: 2)
    try collector.samples((last - 300)...now, ["gw1": ["wan1": truth, "lan": Truth(seed: 3)]])
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      try await eventually { try await node.json("/api/v1/devices/gw1")["today"].keys == ["coverage", "in", "out"] }
      let today = try await node.json("/api/v1/devices/gw1")["today"]
      // The last row ends at the last bucket before `last` is over; what follows is live.
      let through = midnight + (last - midnight + 299) / 300 * 300
      let live = through < now ? (through + 1...now).map { truth.rx($0) }.reduce(0, +) / 8 : 0
      let fromLedger = Double((through - midnight) / 300 * 1000)
      #expect(today["in"].double == fromLedger + live.rounded(.down))
      #expect(today["coverage"].double == 1)
    }
  }

  @Test func nothingKnownIsNoZero() async throws {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(Self.now))
    collector.set("gw1", .down)
    try collector.beat(at: Double(Self.now))
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      try await eventually { try await node.json("/api/v1/devices/gw1")["state"].string == "down" }
      let device = try await node.json("/api/v1/devices/gw1")
      #expect(device["today"].isNull)
      #expect(device["in"].isNull)
      #expect(device["t"].isNull)
    }
  }
}
