import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// The present day over replicas, some of whose bytes stand in files and some in journals only.
@Suite struct DayLedgerTests {
  static let start = LedgerJoinTests.start
  static let day = start / 86_400 * 86_400..<start / 86_400 * 86_400 + 86_400
  static let sources = ["edge-1", "edge-2"].enumerated().map { index, name in
    InterfaceView.Source(root: index, collector: name, directory: DeviceDirectory(path: "/\(name)"), key: "e")
  }

  /// A collector that was killed at some time, and one that goes on: what the files have of both, and what their journals have.
  private struct Case {
    var site: MeterSite
    var rows: [[LedgerRow]]
    var lives: [LiveLedger]
    var newest: Double
    var begin: Double
    var wraps = false

    /// Both as `/api/v1/usage` joins them.
    func whole(now: Double) -> UsageAmount {
      let strands = zip(rows, lives).flatMap { LedgerPart(rows: $0, live: $1).strands }
      let reach = LedgerPart.reach(of: DayLedgerTests.day, now: now)
      let stretches = LedgerJoin(strands).stretches(
        from: Double(reach.lowerBound), to: Double(reach.upperBound), window: Double(DayLedgerTests.day.lowerBound)...now)
      return UsageTally.amounts(stretches, [DayLedgerTests.day], now: now)[0]
    }

    func readings(_ now: Double) -> [DayLedger.Reading?] { rows.map { DayLedger.Reading(identities: [nil], rows: $0) } }
  }

  private func outages(_ count: Int, _ within: Int, _ random: inout SeededGenerator) -> [Range<Int>] {
    (0..<count).map { _ in
      let begin = Int.random(in: 1..<within, using: &random)
      return begin..<min(within, begin + Int.random(in: 1...1200, using: &random))
    }
  }

  private func make(_ seed: Int, resets: [Double] = [], skew: Double = 0) -> Case {
    var random = SeededGenerator(seed: UInt64(seed))
    let seconds = Int.random(in: 1800...9000, using: &random)
    let site = MeterSite(
      start: Self.start + .random(in: 0..<300, using: &random), seconds: seconds, resets: resets, wraps: seed % 5 == 4,
      random: &random)
    let border = Int.random(in: 600..<seconds - 60, using: &random)
    let overlap = Int.random(in: 0..<60, using: &random)
    let late = (Double(Int.random(in: 0..<1000, using: &random)) / 1000, Double(Int.random(in: 0..<1000, using: &random)) / 1000)
    let away = (
      outages(.random(in: 0...2, using: &random), border, &random),
      outages(.random(in: 0...3, using: &random), seconds, &random).filter { $0.lowerBound > border - overlap }
    )
    let rows = [
      site.rows(away.0, late: late.0, to: border), site.rows(away.1, late: late.1, skew: skew, from: border - overlap),
    ]
    let lives = [
      site.live(away.0, late: late.0, to: border), site.live(away.1, late: late.1, skew: skew, from: border - overlap),
    ]
    // Whoever was killed wrote no row of its last bucket; whoever lives has none of the present one, and may be behind.
    let written = zip(rows, [border, seconds]).map { rows, end -> [LedgerRow] in
      let behind = Double(Self.start / 300 * 300 + end - [0, 0, 300, 600].randomElement(using: &random)!)
      return rows.filter { !$0.flags.contains(.partial) || $0 != rows.last }.filter { $0.accountedThrough <= behind }
    }
    return Case(
      site: site, rows: written, lives: lives, newest: rows.flatMap { $0 }.map(\.at).max() ?? 0,
      begin: Double(site.start) + late.0, wraps: seed % 5 == 4)
  }

  @Test(arguments: 0..<200) func aCollectorKilledInTheMiddleOfTheDayCostsNoByte(seed: Int) {
    let test = make(seed)
    let now = test.newest + 0.2
    let ledger = DayLedger(Self.day, Self.sources, test.readings(now), before: nil, now: now)
    let amount = ledger.amount(test.lives, now: now)
    let (begin, end) = (test.site.carried(test.begin), test.site.carried(test.newest))
    if test.wraps {
      // Counters that wrapped while nobody looked may as well have been reset.
      #expect(amount.rx <= end.rx - begin.rx && amount.tx <= end.tx - begin.tx)
    } else {
      #expect(amount.rx == end.rx - begin.rx)
      #expect(amount.tx == end.tx - begin.tx)
      #expect(!amount.flags.contains(.reset) && !amount.isShared)
    }
    #expect(amount.known < test.newest - test.begin + 0.01)
    let whole = test.whole(now: now)
    #expect(abs(amount.known - whole.known) < 1 && (amount.rx == whole.rx || test.wraps))
    // It stays what it was while a root does not answer, and while nothing changed.
    let again = DayLedger(Self.day, Self.sources, [nil, test.readings(now)[1]], before: ledger, now: now)
    #expect(again.amount(test.lives, now: now).rx == amount.rx || test.wraps)
    #expect(ledger.parts.reduce(0) { $0 + $1.strand.stretches.count } < 120, "what is kept is small")
  }

  @Test(arguments: 0..<40) func aResetIsALowerBoundAndSaysSo(seed: Int) {
    let reset = Double(Self.start + 700) + Double(seed) * 13.7
    let test = make(1000 + seed * 5, resets: [reset])
    let now = test.newest + 0.2
    let amount = DayLedger(Self.day, Self.sources, test.readings(now), before: nil, now: now).amount(test.lives, now: now)
    // Where counters stood at the end of a row is known from the rows that follow: after a reset there may be few of them, and what was
    // carried from the last reading to that end (less than a second) is taken from both sides.
    #expect(amount.rx <= test.site.carried(test.newest).rx - test.site.carried(test.begin).rx + 2_000_000)
    #expect(amount.flags.contains(.reset))
  }

  @Test func eachReplicaKnowsItsOwnShare() {
    var random = SeededGenerator(seed: 3)
    let site = MeterSite(start: Self.day.lowerBound, seconds: 7200, random: &random)
    let now = Double(Self.day.lowerBound + 7200)
    let rows = [site.rows([], late: 0, to: 1800), site.rows([], late: 0, from: 3600)]
    let ledger = DayLedger(
      Self.day, Self.sources, rows.map { DayLedger.Reading(identities: [nil], rows: $0) }, before: nil, now: now)
    #expect(abs(ledger.amount(of: 0, nil, now: now).coverage - 0.25) < 0.01)
    #expect(abs(ledger.amount(of: 1, nil, now: now).coverage - 0.5) < 0.01)
    #expect(abs(ledger.amount([], now: now).coverage - 1) < 0.01)
  }

  /// Nothing of yesterday, and nothing of before it, counts; a gap over midnight is shared out and said to be.
  @Test func midnightIsExactWhereRowsMeetIt() {
    var random = SeededGenerator(seed: 4)
    let site = MeterSite(start: Self.day.lowerBound - 3600, seconds: 7200, random: &random)
    let now = Double(Self.day.lowerBound + 3600)
    let all = site.rows([], late: 0)
    func amount(_ rows: [LedgerRow]) -> UsageAmount {
      DayLedger(
        Self.day, [Self.sources[0]], [DayLedger.Reading(identities: [nil], rows: rows)], before: nil, now: now
      ).amount([], now: now)
    }
    let today = amount(all)
    #expect(today.rx == all.filter { $0.start >= Self.day.lowerBound }.reduce(0) { $0 + $1.rxBytes })
    #expect(!today.isShared && today.flags.isEmpty)
    let holed = amount(all.filter { !(Self.day.lowerBound - 600..<Self.day.lowerBound + 600).contains($0.start) })
    #expect(holed.isShared && holed.flags == .gap)
    #expect(holed.rx.distance(to: today.rx).magnitude < 600 * 2_000_000)
  }
}
