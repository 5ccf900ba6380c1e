import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// Years of ledger in a few numbers: what they say is what the rows say.
@Suite struct MonthDigestTests {
  /// 2026-11-20 20:40:00 UTC.
  static let now = 1_795_207_200

  /// Rows up to now: with a gap, with rows that were lost, and with a reset, each in a month of its own.
  private func rows(days: Int, _ random: inout SeededGenerator) -> [LedgerRow] {
    var (rx, tx) = (UInt64(1) << 40, UInt64(1) << 30)
    let first = (Self.now - days * 86_400) / 300 * 300
    return stride(from: first, to: Self.now - 300, by: 300).compactMap { start in
      let bytes = UInt64.random(in: 0...3_000_000_000, using: &random)
      let month = UTCTime.month(start)
      var flags = LedgerRow.Flags()
      if month == "202607", start % 86_400 == 3600 { flags = .gap }
      if month == "202605", start == 1_778_500_200 {
        flags = .reset
        (rx, tx) = (0, 0)
      }
      (rx, tx) = (rx + bytes, tx + bytes / 7)
      if month == "202608", (1_786_000_000..<1_786_100_000).contains(start) { return nil }
      return LedgerRow(
        start: start, secondsCovered: flags == .gap ? 0 : flags == .reset ? 290 : 300, rxBytes: bytes, txBytes: bytes / 7,
        flags: flags, at: Double(start + 299), rxCounter: rx, txCounter: tx)
    }
  }

  @Test(arguments: ["UTC", "Europe/Riga", "Asia/Kathmandu"]) func yearsAreTheSumOfTheirRows(zone: String) async throws {
    let root = try TemporaryDirectory()
    var random = SeededGenerator(seed: 9)
    var edge = try CollectorFixture("edge-1", root: root.path, now: Double(Self.now))
    edge.set("gw1", .up)
    try edge.beat(at: Double(Self.now))
    try edge.describe("gw1", [("ether1", "ether1", "wan")]) { $0.billing = DeviceFile.Billing(day: 1, timeZone: zone) }
    let rows = rows(days: 400, &random)
    #expect(LedgerFile(directory: edge.directory.device("gw1"), key: "ether1").append(rows).failure == nil)
    let whole = LedgerJoin([LedgerStrand(rows)]).stretches(from: 0, to: Double(Self.now + 86_400))
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      try await eventually { try await node.get("/api/v1/devices/gw1").status == 200 }
      for (from, to, unit) in [
        (Self.now - 395 * 86_400 - 77, Self.now - 86_400 + 13, "month"), (Self.now - 395 * 86_400 - 77, Self.now - 90_013, "day"),
        (Self.now / 300 * 300 - 366 * 86_400, Self.now, "month"), (Self.now - 300 * 86_400, Self.now, "hour"),
      ] {
        let calendar = BillingCalendar(zone: zone, day: 1)
        let unitOf = try #require(BillingCalendar.Unit(rawValue: unit))
        let periods = try #require(calendar.periods(unitOf, in: from..<to))
        let truth = UsageTally.amounts(whole, periods, now: Double(Self.now))
        // Twice: read, and remembered.
        for _ in 0..<2 {
          let answer = try await node.json("/api/v1/usage?device=gw1&interface=ether1&from=\(from)&to=\(to)&by=\(unit)")
          let got = answer["rows"].array
          #expect(got.count == truth.count)
          #expect(zip(got, truth).allSatisfy { $0["in"].int == ($1.isUnknown ? nil : Int($1.rx)) }, "\(unit)")
          #expect(zip(got, truth).allSatisfy { $0["out"].int == ($1.isUnknown ? nil : Int($1.tx)) }, "\(unit)")
          #expect(zip(got, truth).allSatisfy { abs(($0["coverage"].double ?? 9) - $1.coverage) < 1e-5 }, "\(unit)")
          #expect(zip(got, truth).allSatisfy { abs(($0["sampled"].double ?? 9) - $1.sampledShare) < 1e-5 }, "\(unit)")
          let total = UsageTally.total(truth, from: from, to: to, now: Double(Self.now))
          #expect(answer["total"]["in"].int == Int(total.rx))
          #expect(answer["total"]["exact"].raw as? Bool == !total.isShared)
          #expect(answer["total"]["lowerBound"].raw as? Bool == total.flags.contains(.reset))
        }
      }
    }
  }

  @Test func aDigestIsReadOnceAndAgainWhenItsFileIsAnother() throws {
    let folder = try TemporaryDirectory()
    let reader = CountingReader()
    let store = LedgerStore(reader: reader)
    let digests = MonthDigests(byteLimit: 4 << 10)
    let ledger = LedgerFile(directory: DeviceDirectory(path: folder.path), key: "e")
    // October 2026.
    let month = 1_790_812_800..<1_793_491_200
    var random = SeededGenerator(seed: 2)
    let all = rows(days: 60, &random).filter { month.contains($0.start) }
    #expect(ledger.append(all).failure == nil)
    let path = ledger.directory.ledger("e", monthOf: month.lowerBound)
    let first = try digests.digest(path, month, cuts: [], store)
    #expect(first.stretches.count == 1 && first.stretches[0].rx == all.reduce(0) { $0 + $1.rxBytes })
    let read = reader.count
    #expect(try digests.digest(path, month, cuts: [], store).stretches == first.stretches)
    #expect(reader.count == read && store.size == 0)
    let cut = try digests.digest(path, month, cuts: [month.lowerBound + 7200], store)
    #expect(cut.stretches.map(\.seconds) == [7200, Double(month.count - 7200)])
    #expect(cut.stretches.reduce(0) { $0 + $1.rx } == first.stretches[0].rx)
    // A cut that no row meets, rows that are missing, and counters that began again take the rows.
    #expect(MonthDigests.stretches(all, month, [month.lowerBound + 7]).isEmpty)
    #expect(MonthDigests.stretches(Array(all.dropFirst()), month, []).isEmpty)
    #expect(MonthDigests.stretches(Array(all.dropLast()), month, []).isEmpty)
    #expect(MonthDigests.stretches(Array(all[..<50] + all[51...]), month, []).isEmpty)
    #expect(digests.size <= 4 << 10)
    try FileManager.default.removeItem(atPath: path)
    #expect(try digests.digest(path, month, cuts: [], store).stretches.isEmpty)
  }
}
