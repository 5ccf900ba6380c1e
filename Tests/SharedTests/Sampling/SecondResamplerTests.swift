import Shared
import TestSupport
import Testing

@Suite struct SecondResamplerTests {
  @Test func keepsTheBytes() {
    var generator = SeededGenerator(seed: 3)
    var resampler = SecondResampler()
    var time = 1_000_000.25
    var truth = 0.0
    var emitted: [(Int, Double, Double)] = []
    resampler.add(time: time, rx: nil, tx: nil) { _, _, _ in }
    let begin = time
    for _ in 0..<5000 {
      let step = Double.random(in: 0.3...2.4, using: &generator)
      let rate = Double.random(in: 0...1e9, using: &generator).rounded()
      time += step
      truth += rate * step
      resampler.add(time: time, rx: rate, tx: rate / 2) { emitted.append(($0, $1, $2)) }
    }
    let sum = emitted.reduce(0) { $0 + $1.1 }
    // The first and the last second are known in part only.
    #expect(abs(sum - truth) <= 2e9)
    #expect(emitted.map(\.0) == Array(Int(begin) + 1...Int(time)))
    #expect(emitted.allSatisfy { abs($0.2 * 2 - $0.1) < 1e-3 })
  }

  @Test func aSampleASecondIsItsOwnValue() {
    var resampler = SecondResampler()
    var emitted: [Int: Double] = [:]
    for second in 100...110 {
      resampler.add(time: Double(second), rx: second == 100 ? nil : Double(second), tx: 0) { at, rx, _ in emitted[at] = rx }
    }
    let truth = Dictionary(uniqueKeysWithValues: (101...110).map { ($0, Double($0)) })
    #expect(emitted == truth)
  }

  @Test func whatIsNotKnownIsNotGiven() {
    var resampler = SecondResampler()
    var emitted: [Int] = []
    let samples: [(Double, Double?)] = [(10, nil), (11, 5), (12, 5), (12.4, 5), (15.6, nil), (16.6, 5), (17, 5)]
    for (time, rate) in samples {
      resampler.add(time: time, rx: rate, tx: rate) { second, _, _ in emitted.append(second) }
    }
    // 13 is known for 0.4 s only; 14 and 15 not at all; 16 for 0.4 s; 17 throughout.
    #expect(emitted == [11, 12, 17])
  }

  @Test func timeThatStandsOrGoesBackIsIgnored() {
    var resampler = SecondResampler()
    var emitted: [Int] = []
    for time in [10.0, 11.0, 10.5, 11.0, .nan, -1, .infinity, 12.0] {
      resampler.add(time: time, rx: 1, tx: 1) { second, _, _ in emitted.append(second) }
    }
    #expect(emitted == [11, 12])
  }
}
