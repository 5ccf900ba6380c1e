import Foundation
import TestSupport
import Testing

@testable import FakeDevice

@Suite struct TrafficModelTests {
  /// Plausible and extreme traffic, the same in every run.
  static let samples: [TrafficData] = {
    var random = SeededGenerator(seed: 20_261_121)
    let drawn = (0..<12).map { index in
      let day = Double.random(in: 0...0.6, using: &random)
      return TrafficData(
        base: UInt64.random(in: 200...1_250_000_000, using: &random), day: day,
        week: Double.random(in: 0...(0.9 - day), using: &random),
        dayPeak: Double.random(in: 0...24, using: &random), noise: Double.random(in: 0...0.95, using: &random),
        downloads: index % 2 == 0
          ? TrafficData.Downloads(
            every: Int.random(in: 10...7200, using: &random), bytes: UInt64.random(in: 0...5_000_000_000, using: &random))
          : nil, seed: "sample \(index)")
    }
    return drawn + [.none, TrafficData(base: 2), TrafficData(base: 1 << 32, noise: 0.95, seed: "fast")]
  }()

  /// Some times: near the reference, today, in thirty years, with and without fractions.
  static let moments: [Double] = [1_700_000_000, 1_700_000_000.5, 1_795_000_123.987, 1_795_221_299.999, 2_590_000_000.001]

  @Test(arguments: samples) func neverGoesDown(_ data: TrafficData) {
    #expect(data.problem == nil)
    let model = TrafficModel(data)
    for start in Self.moments {
      var before = model.total(at: start)
      for index in 1...4000 {
        // Steps from a tenth of a millisecond to seconds, over many whole seconds and noise cells.
        let now = model.total(at: start + Double(index * index) * 0.0001)
        #expect(now >= before)
        before = now
      }
    }
  }

  @Test(arguments: samples) func movesEverySecondUnlessSilent(_ data: TrafficData) {
    let model = TrafficModel(data)
    for second in 1_795_000_000..<1_795_002_000 {
      let moved = model.total(second: second + 1) - model.total(second: second)
      #expect(data.base == 0 ? moved == 0 : moved > 0)
    }
  }

  @Test(arguments: samples) func partsAddUpToTheWhole(_ data: TrafficData) {
    let model = TrafficModel(data)
    var random = SeededGenerator(seed: 7)
    for start in Self.moments {
      let cuts = (0..<50).map { _ in start + Double.random(in: 0...100_000, using: &random) }.sorted()
      let parts = zip(cuts, cuts.dropFirst()).map { model.bytes(from: $0, to: $1) }.reduce(0, +)
      #expect(parts == model.bytes(from: cuts[0], to: cuts[49]))
    }
  }

  @Test(arguments: samples) func averageRateIsTheSlope(_ data: TrafficData) {
    let model = TrafficModel(data)
    for start in Self.moments {
      let second = start.rounded(.down)
      let slope = Double(model.total(second: Int(second) + 1) - model.total(second: Int(second))) * 8
      #expect(model.averageRate(from: second, to: second + 1) == slope)
      // Inside a second the rate is that of the second, to the byte.
      let inside = model.averageRate(from: second + 0.25, to: second + 0.75)
      #expect(abs(inside - slope) <= 8 * 2 / 0.5)
    }
    #expect(model.averageRate(from: 1_800_000_000, to: 1_800_000_000) == 0)
  }

  @Test func followsTheDayAndKeepsItsMean() {
    let data = TrafficData(base: 1_000_000, day: 0.6, dayPeak: 18, noise: 0.5, seed: "day")
    let model = TrafficModel(data)
    let midnight = 1_795_046_400.0  // 2026-11-19T00:00:00Z
    let evening = model.averageRate(from: midnight + 17.5 * 3600, to: midnight + 18.5 * 3600) / 8
    let morning = model.averageRate(from: midnight + 5.5 * 3600, to: midnight + 6.5 * 3600) / 8
    #expect((1_480_000...1_720_000).contains(evening))
    #expect((280_000...520_000).contains(morning))
    let month = model.averageRate(from: midnight, to: midnight + 30 * 86400) / 8
    #expect(abs(month - 1_000_000) < 2000)
  }

  @Test func burstMovesExactlyItsBytes() {
    let burst = TrafficModel.Burst(from: 1_795_000_000, to: 1_795_000_007, bytes: 1_000_000_007)
    let quiet = TrafficModel(TrafficData(base: 5000, noise: 0.5, seed: "b"))
    let loud = TrafficModel(TrafficData(base: 5000, noise: 0.5, bursts: [burst], seed: "b"))
    func extra(_ from: Double, _ to: Double) -> UInt64 { loud.bytes(from: from, to: to) - quiet.bytes(from: from, to: to) }
    #expect(extra(1_794_000_000, 1_795_000_000) == 0)
    #expect(extra(1_795_000_000, 1_795_000_007) == 1_000_000_007)
    #expect(extra(1_795_000_007, 1_796_000_000) == 0)
    #expect((142_857_142...142_857_145).contains(extra(1_795_000_003, 1_795_000_004)))
  }

  @Test(arguments: [-1e300, 0, 1.6e9, 2.7e9, 1e300, .infinity]) func standsStillOutsideItsReach(_ time: Double) {
    let data = TrafficData(
      base: TrafficModel.rateLimit, noise: 0.5, downloads: .init(every: 10, bytes: TrafficModel.rateLimit * 10 - 1),
      bursts: [.init(from: 1_750_000_000, to: 1_750_000_001, bytes: 1 << 60)])
    #expect(data.problem == nil)
    let total = TrafficModel(data).total(at: time)
    #expect(TrafficModel(data).total(at: time + 1) - total <= 30_000_000_000)
    if !(0.8e9...2.6e9).contains(time) { #expect(TrafficModel(data).total(at: time * 1.01) == total) }
  }

  @Test func sameSeedSameShapeOtherSeedOtherShape() {
    func rates(_ seed: String) -> [Double] {
      let model = TrafficModel(TrafficData(base: 1_000_000, noise: 0.8, seed: seed))
      return (0..<100).map { model.averageRate(from: 1_795_000_000 + Double($0), to: 1_795_000_001 + Double($0)) }
    }
    #expect(rates("a") == rates("a"))
    #expect(rates("a") != rates("b"))
  }

  @Test(arguments: [
    (TrafficData(base: 100, day: 0.6, week: 0.4), "slowest second"), (TrafficData(base: 100, noise: 0.97), "noise 0.97"),
    (TrafficData(base: 100, day: -0.1), "day -0.1"), (TrafficData(base: 100, week: .nan), "week nan"),
    (TrafficData(base: 1 << 33), "base"),
    (TrafficData(base: 100, downloads: .init(every: 10, bytes: 1 << 40)), "downloads of"),
    (TrafficData(base: 100, bursts: [.init(from: 1_800_000_000, to: 1_800_000_001, bytes: .max)]), "bursts are"),
    (TrafficData(base: 100, dayPeak: 25), "dayPeak 25"),
    (TrafficData(base: 100, downloads: .init(every: 5, bytes: 1)), "downloads.every 5"),
    (TrafficData(base: 0, downloads: .init(every: 60, bytes: 1)), "slowest second"),
    (TrafficData(base: 100, bursts: [.init(from: 1_800_000_000, to: 1_800_000_000, bytes: 1)]), "burst from"),
    (TrafficData(base: 100, packet: 0), "packet 0"),
  ]) func refusesWhatCannotBeACounter(_ data: TrafficData, _ reason: String) {
    #expect(data.problem?.contains(reason) == true)
  }
}

@Suite struct InterfaceCountersTests {
  private let data = TrafficData(base: 40_000_000, noise: 0.4, packet: 1000, seed: "c")

  @Test func beginAtZeroWithEachBootAndReset() {
    let counters = InterfaceCounters(
      rx: data, tx: .none, wrap32: false, origins: [1_790_000_000, 1_795_000_000.5, 1_795_000_100])
    #expect(counters.rxBytes(at: 1_790_000_000) == 0)
    #expect(counters.rxBytes(at: 1_795_000_000.5) == 0)
    #expect(counters.rxBytes(at: 1_795_000_000) > 100_000_000_000)
    #expect(counters.rxBytes(at: 1_795_000_110) == counters.rx.bytes(from: 1_795_000_100, to: 1_795_000_110))
    #expect(counters.txBytes(at: 1_795_000_110) == 0)
  }

  @Test func wrapAt32BitsWithoutLosingBytes() {
    let plain = InterfaceCounters(rx: data, tx: data, wrap32: false, origins: [1_790_000_000])
    let wrapping = InterfaceCounters(rx: data, tx: data, wrap32: true, origins: [1_790_000_000])
    var wraps = 0
    var sum: UInt64 = 0
    for second in 0..<600 {
      let before = wrapping.rxBytes(at: 1_795_000_000 + Double(second))
      let after = wrapping.rxBytes(at: 1_795_000_001 + Double(second))
      #expect(after <= UInt64(UInt32.max))
      if after < before { wraps += 1 }
      sum += (after &- before) & 0xFFFF_FFFF
    }
    #expect(wraps >= 4)
    #expect(sum == plain.rxBytes(at: 1_795_000_600) - plain.rxBytes(at: 1_795_000_000))
    #expect(plain.rxPackets(at: 1_795_000_000) == plain.rxBytes(at: 1_795_000_000) / 1000)
  }
}
