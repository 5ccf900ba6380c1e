import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// Totals over replicas: the sum of what is known is what the device carried, to the byte.
@Suite struct LedgerJoinTests {
  static let start = 1_795_200_000

  private func total(_ stretches: [Stretch], _ from: Int, _ to: Int) -> UsageAmount {
    UsageTally.amounts(stretches, [from..<to], now: Double(to))[0]
  }

  private func outages(_ count: Int, longest: Int, within: Int, _ random: inout SeededGenerator) -> [Range<Int>] {
    (0..<count).map { _ in
      let begin = Int.random(in: 1..<within, using: &random)
      return begin..<min(within, begin + Int.random(in: 1...longest, using: &random))
    }
  }

  @Test(arguments: 0..<200) func twoReplicasWithOutagesAreExact(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let seconds = Int.random(in: 900...9000, using: &random)
    let site = MeterSite(
      start: Self.start + .random(in: 0..<300, using: &random), seconds: seconds, wraps: seed % 5 == 0, random: &random)
    let stops = Bool.random(using: &random)
    // The first lives from the start to some time, the second from some time before that to the end; both are away now and then.
    let border = Int.random(in: 60..<seconds - 60, using: &random)
    let overlap = Int.random(in: 0..<60, using: &random)
    let late = (Double(Int.random(in: 0..<1000, using: &random)) / 1000, Double(Int.random(in: 0..<1000, using: &random)) / 1000)
    let one = site.rows(
      outages(.random(in: 0...3, using: &random), longest: 1200, within: border, &random), late: late.0, to: border,
      cleanStops: stops)
    let other = site.rows(
      outages(.random(in: 0...3, using: &random), longest: 1200, within: seconds, &random).filter {
        $0.lowerBound > border - overlap
      },
      late: late.1, from: border - overlap, cleanStops: stops)
    let strands = [LedgerStrand(one), LedgerStrand(other)]
    let join = LedgerJoin(strands.shuffled(using: &random))
    let (from, to) = (site.start - 600, site.start + seconds + 600)
    let stretches = join.stretches(from: Double(from), to: Double(to))
    for (left, right) in zip(stretches, stretches.dropFirst()) { #expect(left.to <= right.from + 0.0015) }
    let sum = total(stretches, from, to)
    let begin = site.carried(Double(site.start) + late.0)
    let last = (one + other).map(\.at).max() ?? 0
    let end = site.carried(last)
    if seed % 5 == 0, !strands.contains(where: \.wraps) {
      // Counters that wrapped while nobody looked may as well have been reset.
      #expect(sum.rx <= end.rx - begin.rx && sum.tx <= end.tx - begin.tx)
      return
    }
    #expect(sum.rx == end.rx - begin.rx)
    #expect(sum.tx == end.tx - begin.tx)
    #expect(!sum.flags.contains(.reset))
    // A gap in the very first row hides when it began; no more is claimed to be known than is.
    let covered = last - Double(site.start) - late.0
    #expect(sum.known < covered + 0.01)
    #expect(sum.known > covered - (one.first?.flags.contains(.gap) == false ? 0.01 : 300))
  }

  @Test(arguments: 0..<40) func everyBoundaryInsideIsExactToASecond(seed: Int) {
    var random = SeededGenerator(seed: UInt64(1000 + seed))
    let seconds = 7200
    let site = MeterSite(start: Self.start, seconds: seconds, random: &random)
    let hole = 300 * Int.random(in: 2...8, using: &random) + .random(in: 0..<300, using: &random)
    let one = site.rows([hole..<hole + 1900], late: 0.3)
    let other = site.rows([6000..<6100], late: 0.7, from: 30)
    let stretches = LedgerJoin([LedgerStrand(one), LedgerStrand(other)]).stretches(
      from: Double(Self.start), to: Double(Self.start + 7200))
    let periods = stride(from: Self.start + 600, to: Self.start + 6600, by: 300).map { $0..<($0 + 300) }
    for amount in UsageTally.amounts(stretches, periods, now: 2e9) {
      let truth = site.carried(Double(amount.to)).rx - site.carried(Double(amount.from)).rx
      #expect(amount.rx.distance(to: truth).magnitude <= 4_000_000, "\(amount)")
      #expect(amount.known > 299.99)
    }
  }

  @Test(arguments: 0..<40) func resetsAreLowerBoundsAndNeverMore(seed: Int) {
    var random = SeededGenerator(seed: UInt64(2000 + seed))
    let seconds = 7200
    let resets = (0..<Int.random(in: 1...2, using: &random)).map { index in
      Double(Self.start + 1000 + index * 2500) + Double.random(in: 0..<2000, using: &random)
    }
    let site = MeterSite(start: Self.start, seconds: seconds, resets: resets, random: &random)
    let one = site.rows(outages(2, longest: 1500, within: seconds, &random), late: 0.1)
    let other = site.rows(outages(2, longest: 1500, within: seconds, &random), late: 0.6, from: 5)
    let join = LedgerJoin([LedgerStrand(one), LedgerStrand(other)])
    let sum = total(
      join.stretches(from: Double(Self.start), to: Double(Self.start + seconds + 300)), Self.start, Self.start + seconds + 300)
    let truth = site.carried(Double(Self.start + seconds)).rx
    #expect(sum.rx <= truth + 1)
    #expect(sum.flags.contains(.reset))
    for alone in [one, other] {
      let part = total(
        LedgerJoin([LedgerStrand(alone)]).stretches(from: Double(Self.start), to: Double(Self.start + 7500)), Self.start,
        Self.start + 7500)
      #expect(sum.known >= part.known - 0.5)
    }
  }

  @Test func rowsThatWereLostAreClosedByTheReadings() {
    var random = SeededGenerator(seed: 7)
    let site = MeterSite(start: Self.start, seconds: 6000, random: &random)
    var rows = site.rows([], late: 0.25)
    let whole = rows.reduce(0) { $0 + $1.rxBytes }
    rows.removeSubrange(5..<9)
    let stretches = LedgerJoin([LedgerStrand(rows)]).stretches(from: Double(Self.start), to: Double(Self.start + 6300))
    let sum = total(stretches, Self.start, Self.start + 6300)
    #expect(sum.rx == whole)
    #expect(sum.flags == .gap)
    #expect(sum.known > 5990)
  }

  @Test func clocksThatDifferChangeNoSum() {
    for seed in 0..<20 {
      var random = SeededGenerator(seed: UInt64(3000 + seed))
      let site = MeterSite(start: Self.start, seconds: 6000, random: &random)
      let skew = Double.random(in: -40...40, using: &random)
      let border = Int.random(in: 1200..<4000, using: &random)
      let one = site.rows([], late: 0.5, to: border)
      let other = site.rows([], late: 0.2, skew: skew, from: border - 500)
      let stretches = LedgerJoin([LedgerStrand(one), LedgerStrand(other)]).stretches(
        from: Double(Self.start - 300), to: Double(Self.start + 6600))
      let sum = total(stretches, Self.start - 300, Self.start + 6600)
      let begin = site.carried(Double(Self.start) + 0.5).rx
      let end = site.carried(Double(Self.start + 5999) + 0.2).rx
      #expect(sum.rx == end - begin, "skew \(skew), border \(border)")
    }
  }

  /// A ledger whose end is not written yet, its journal, and a replica that goes on: what lies between the first two is filled before the
  /// third is met, and its reading must still be there then.
  @Test(arguments: 0..<60) func threeLedgersThatFollowEachOtherAreExact(seed: Int) {
    var random = SeededGenerator(seed: UInt64(4000 + seed))
    let site = MeterSite(start: Self.start + 7, seconds: 6000, wraps: seed % 3 == 0, random: &random)
    let (first, second) = (Int.random(in: 900..<2000, using: &random), Int.random(in: 2400..<3600, using: &random))
    let strands = [
      LedgerStrand(site.rows([], late: 0.4, to: first)),
      LedgerStrand(site.rows([], late: 0.4, from: first + .random(in: 1...400, using: &random), to: second)),
      LedgerStrand(site.rows([], late: 0.9, from: second - .random(in: 1...50, using: &random))),
    ]
    let (from, to) = (Self.start - 600, Self.start + 6600)
    let sum = total(LedgerJoin(strands.shuffled(using: &random)).stretches(from: Double(from), to: Double(to)), from, to)
    let (begin, end) = (site.carried(Double(site.start) + 0.4), site.carried(Double(site.start + 5999) + 0.9))
    #expect(sum.rx == end.rx - begin.rx && sum.tx == end.tx - begin.tx)
    #expect(!sum.flags.contains(.reset) && !sum.isShared)
  }

  @Test func anotherDeviceUnderTheSameNameDoesNotMakeNonsense() {
    var random = SeededGenerator(seed: 11)
    let site = MeterSite(start: Self.start, seconds: 6000, random: &random)
    let stranger = MeterSite(start: Self.start, seconds: 6000, random: &random)
    let one = site.rows([], late: 0.5, to: 3000)
    let other = stranger.rows([], late: 0.2, from: 2000)
    let stretches = LedgerJoin([LedgerStrand(one), LedgerStrand(other)]).stretches(
      from: Double(Self.start), to: Double(Self.start + 6300))
    let sum = total(stretches, Self.start, Self.start + 6300)
    #expect(sum.rx < 6000 * 2_000_000)
  }

  @Test func rowsOfAnyKindStopNothing() {
    var random = SeededGenerator(seed: 12)
    for _ in 0..<300 {
      let strands = (0..<3).map { _ in
        LedgerStrand(
          (0..<Int.random(in: 0...30, using: &random)).compactMap { _ in
            let start = Self.start + 300 * Int.random(in: 0..<20, using: &random)
            return LedgerRow(
              line: "\(start),\(Int.random(in: 0...300, using: &random)),\(UInt64.random(in: 0 ... .max, using: &random)),"
                + "\(UInt64.random(in: 0...9, using: &random)),\(["", "g", "r", "p", "gp", "rp"].randomElement(using: &random) ?? ""),"
                + "\(start + Int.random(in: 0...300, using: &random)),\(UInt64.random(in: 0 ... .max, using: &random)),"
                + "\(UInt64.random(in: 0...5_000_000_000, using: &random))")
          })
      }
      let stretches = LedgerJoin(strands).stretches(from: Double(Self.start + 450), to: Double(Self.start + 5000))
      _ = UsageTally.amounts(stretches, [(Self.start + 500)..<(Self.start + 4000)], now: 2e9)
      _ = UsageBuckets(stretches, in: Self.start..<(Self.start + 6000), now: 2e9).percentiles(95)
    }
  }
}
