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

  @Test func theDayIsThatOfTheZone() {
    func day(_ zone: String, _ epoch: Int) -> Range<Int> { BillingCalendar(zone: zone, day: 1).day(at: epoch) }
    #expect(day("Europe/Riga", Self.now) == Self.midnight..<Self.midnight + 86_400)
    #expect(day("UTC", Self.now).lowerBound == Self.midnight + 7200)
    // A day with a clock change begins where it begins: 25 October 2026 has 25 hours in Riga.
    #expect(day("Europe/Riga", 1_792_965_599).count == 25 * 3600)
    #expect(day("Europe/Riga", 1_792_965_599).upperBound == 1_792_965_600)
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
      try await eventually { try await node.json("/api/v1/devices/gw1")["today"].keys == ["coverage", "flags", "in", "out"] }
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
