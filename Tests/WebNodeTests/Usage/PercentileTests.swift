import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// The billing rules, by numbers worked out by hand.
@Suite struct PercentileTests {
  static let start = 1_795_200_000

  private func stretch(_ index: Int, _ rx: UInt64, _ tx: UInt64, _ flags: LedgerRow.Flags = [], sampled: Double = 300) -> Stretch
  {
    let from = Double(Self.start + index * 300)
    return Stretch(from: from, to: from + 300, rx: rx, tx: tx, flags: flags, sampled: sampled, begin: nil, end: nil)
  }

  @Test func nearestRankByEachRule() {
    // 20 buckets: in 1 … 20, out 40 … 21 (in units of 37,500 bytes: 1 kbit/s).
    let stretches = (0..<20).map { stretch($0, UInt64($0 + 1) * 37_500, UInt64(40 - $0) * 37_500) }
    let buckets = UsageBuckets(stretches, in: Self.start..<Self.start + 6000, now: 2e9)
    let values = buckets.percentiles(95)
    #expect(values.samples == 20)
    #expect(values.missing == 0)
    // ceil(0.95 · 20) = 19: the second highest.
    #expect(values.rx == 19_000)
    #expect(values.tx == 39_000)
    #expect(values.larger == 39_000)
    #expect(values.sum == 41_000)
    #expect(values.peakRx == 20_000)
    #expect(buckets.percentiles(100).rx == 20_000)
    #expect(buckets.percentiles(50).rx == 10_000)
    #expect(buckets.percentiles(50.001).rx == 11_000)
    #expect(buckets.percentiles(0.001).rx == 1_000)
  }

  @Test func theSumOfBothIsNoSumOfPercentiles() {
    // In is busy in one half of the time, out in the other.
    let stretches = (0..<10).map { $0 < 5 ? stretch($0, 375_000, 0) : stretch($0, 0, 375_000) }
    let values = UsageBuckets(stretches, in: Self.start..<Self.start + 3000, now: 2e9).percentiles(95)
    #expect(values.rx == 10_000)
    #expect(values.tx == 10_000)
    #expect(values.sum == 10_000)
  }

  @Test func onlyBucketsKnownInFullCount() {
    let stretches = [
      stretch(0, 37_500, 0), stretch(1, 75_000, 0, .gap, sampled: 0), stretch(2, 9_999_999, 0, .reset, sampled: 299),
      stretch(3, 9_999_999, 0, sampled: 200), stretch(5, 37_500, 0),
    ]
    // The last bucket is not over yet.
    let values = UsageBuckets(stretches, in: Self.start..<Self.start + 86_400, now: Double(Self.start + 1900)).percentiles(95)
    #expect(values.samples == 3)
    #expect(values.missing == 3)
    #expect(values.coverage == 0.5)
    #expect(values.rx == 2000)
  }

  @Test func nothingKnownIsNoZero() {
    let values = UsageBuckets([], in: Self.start..<Self.start + 3000, now: 2e9).percentiles(95)
    #expect(values.samples == 0)
    #expect(values.missing == 10)
    #expect(values.rx == nil && values.tx == nil && values.larger == nil && values.sum == nil)
  }

  @Test func severalInterfacesAddUpBucketByBucket() {
    var one = UsageBuckets([stretch(0, 37_500, 0), stretch(1, 37_500, 0)], in: Self.start..<Self.start + 600, now: 2e9)
    one.add(UsageBuckets([stretch(0, 37_500, 75_000)], in: Self.start..<Self.start + 600, now: 2e9))
    let values = one.percentiles(95)
    #expect(values.samples == 1)
    #expect(values.rx == 2000)
    #expect(values.tx == 2000)
    #expect(values.sum == 4000)
  }
}
