import Shared
import Testing

@testable import Collector

@Suite struct CounterTrackTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var before: (time: Double, rx: UInt64, tx: UInt64) = (100, 1000, 2000)
    var now: (time: Double, rx: UInt64, tx: UInt64)
    var rules = CounterTrack.Rules(interval: 1)
    var isRestarted = false
    var expected: (rxRate: UInt64?, rxBytes: UInt64?, txBytes: UInt64?)
    var meaning: CounterTrack.Meaning
    var testDescription: String { name }
  }

  static let big: UInt64 = 1 << 32

  static let cases: [Case] = [
    Case(name: "a sample", now: (101, 2000, 2500), expected: (8000, 1000, 500), meaning: .sample),
    Case(name: "no traffic is zero, not unknown", now: (101, 1000, 2000), expected: (0, 0, 0), meaning: .sample),
    Case(name: "late but no gap", now: (103, 4000, 2000), expected: (8000, 3000, 0), meaning: .sample),
    Case(name: "rates are rounded", now: (100.7, 1001, 2000), expected: (11, 1, 0), meaning: .sample),
    Case(name: "a gap has bytes and no rate", now: (103.5, 4000, 2000), expected: (nil, 3000, 0), meaning: .gap(3.5)),
    Case(
      name: "a long interval makes no gap", now: (300, 4000, 2000), rules: .init(interval: 100), expected: (120, 3000, 0),
      meaning: .sample),
    Case(name: "down is a reset", before: (100, 5000, 2000), now: (101, 70, 2100), expected: (nil, nil, nil), meaning: .reset),
    Case(name: "one direction down is a reset of both", now: (101, 2000, 30), expected: (nil, nil, nil), meaning: .reset),
    Case(
      name: "a reboot is a reset, however high the counters are", now: (101, 9000, 9000), isRestarted: true,
      expected: (nil, nil, nil), meaning: .reset),
    Case(
      name: "32 bits wrap", before: (100, big - 1000, 2000), now: (101, 5000, 2000), expected: (48000, 6000, 0), meaning: .sample),
    Case(
      name: "a wrap that the link cannot carry is a reset", before: (100, big - 300_000_000, 0), now: (101, 5000, 0),
      expected: (nil, nil, nil), meaning: .reset),
    Case(
      name: "a wrap within a faster link's reach", before: (100, big - 300_000_000, 0), now: (101, 0, 0),
      rules: .init(interval: 1, speed: 1e10), expected: (2_400_000_000, 300_000_000, 0), meaning: .sample),
    Case(
      name: "across a gap nothing wraps", before: (100, big - 1000, 0), now: (104, 5000, 0), expected: (nil, nil, nil),
      meaning: .reset),
    Case(
      name: "a wrap of more than a quarter is a reset", before: (100, 3_000_000_000, 0), now: (101, 5000, 0),
      rules: .init(interval: 1, speed: 1e11), expected: (nil, nil, nil), meaning: .reset),
    Case(
      name: "wide counters do not wrap", before: (100, big - 1000, 0), now: (101, 5000, 0),
      rules: .init(interval: 1, hasWideCounters: true), expected: (nil, nil, nil), meaning: .reset),
    Case(
      name: "above 32 bits nothing wraps", before: (100, big + 5, 0), now: (101, 5000, 0), expected: (nil, nil, nil),
      meaning: .reset),
    Case(
      name: "an impossible jump is refused", now: (101, 1_000_000_000_000_000, 2000), expected: (nil, nil, nil), meaning: .refused
    ),
    Case(
      name: "impossible on this link", now: (101, 20_000_000_000, 2000), rules: .init(interval: 1, speed: 1e9),
      expected: (nil, nil, nil), meaning: .refused),
    Case(
      name: "a burst read out late is possible", now: (101, 1_250_001_000, 2000), rules: .init(interval: 1, speed: 1e9),
      expected: (10_000_000_000, 1_250_000_000, 0), meaning: .sample),
    Case(
      name: "counters use all 64 bits", before: (100, .max - 10, 0), now: (101, .max, 0), expected: (80, 10, 0), meaning: .sample),
  ]

  @Test(arguments: cases) func judgesAReading(_ item: Case) {
    var track = CounterTrack(last: CounterReading(time: item.before.time, steady: 5, rx: item.before.rx, tx: item.before.tx))
    if item.isRestarted { track.restart() }
    let steady = 5 + item.now.time - item.before.time
    let (live, meaning) = track.add(
      CounterReading(time: item.now.time, steady: steady, rx: item.now.rx, tx: item.now.tx), item.rules)
    #expect(meaning == item.meaning)
    #expect(live.rxRate == item.expected.rxRate)
    #expect(live.rxBytes == item.expected.rxBytes)
    #expect(live.txBytes == item.expected.txBytes)
    #expect(live.rxCounter == (item.meaning == .refused ? nil : item.now.rx))
    #expect((track.last?.rx == item.now.rx) == (item.meaning != .refused || item.before.rx == item.now.rx))
  }

  @Test func theFirstReadingHasCountersOnly() {
    var track = CounterTrack()
    let (live, meaning) = track.add(CounterReading(time: 1, steady: 1, rx: 5, tx: 6), .init(interval: 1))
    #expect(meaning == .first)
    #expect(live == .init(rxRate: nil, txRate: nil, rxBytes: nil, txBytes: nil, rxCounter: 5, txCounter: 6))
  }

  @Test func elapsedTimeIsThatOfTheSteadyClock() {
    var track = CounterTrack(last: CounterReading(time: 100, steady: 10, rx: 0, tx: 0))
    let (live, _) = track.add(CounterReading(time: 101.6, steady: 12, rx: 2000, tx: 0), .init(interval: 1))
    #expect(live.rxRate == 8000)
  }

  @Test func aClockSetAheadMakesNoHourOfTraffic() {
    var track = CounterTrack(last: CounterReading(time: 100, steady: 10, rx: 0, tx: 0))
    let (live, meaning) = track.add(CounterReading(time: 3702, steady: 12, rx: 2000, tx: 0), .init(interval: 1))
    #expect(meaning == .clockSet)
    #expect(live.rxRate == nil)
    #expect(live.rxBytes == 2000)
  }

  @Test func aJumpThatStaysBecomesTheNewTruthWithoutASpike() {
    var track = CounterTrack(last: CounterReading(time: 100, steady: 0, rx: 0, tx: 0))
    var meanings: [CounterTrack.Meaning] = []
    for second in 1...7 {
      let reading = CounterReading(time: 100 + Double(second), steady: Double(second), rx: 1 << 60 + UInt64(second), tx: 0)
      let (live, meaning) = track.add(reading, .init(interval: 1))
      meanings.append(meaning)
      #expect((live.rxRate ?? 0) < 100)
    }
    #expect(meanings == [.refused, .refused, .refused, .refused, .jump, .sample, .sample])
  }

  @Test func aGlitchIsForgotten() {
    var track = CounterTrack(last: CounterReading(time: 100, steady: 0, rx: 1000, tx: 0))
    _ = track.add(CounterReading(time: 101, steady: 1, rx: 1 << 60, tx: 0), .init(interval: 1))
    let (live, meaning) = track.add(CounterReading(time: 102, steady: 2, rx: 3000, tx: 0), .init(interval: 1))
    #expect(meaning == .sample)
    #expect(live.rxBytes == 2000)
    #expect(live.rxRate == 8000)
  }
}

@Suite struct SampleDerivationTests {
  private func row(_ id: String, _ rx: String?, _ tx: String?) -> Row {
    var fields = [Row.Field(name: ".id", value: id)]
    if let rx { fields.append(.init(name: "rx-byte", value: rx)) }
    if let tx { fields.append(.init(name: "tx-byte", value: tx)) }
    return Row(fields: fields)
  }

  @Test func continuesWhereTheHistoryEnds() {
    var derivation = SampleDerivation(interval: 1, last: ["ether1": CounterReading(time: 90, rx: 1000, tx: 0)])
    let outcome = derivation.derive([row("*1", "5000", "7")], keys: ["*1": "ether1"], speeds: [:], time: 100, steady: 1)
    #expect(outcome.sample.interfaces["ether1"]?.rxBytes == 4000)
    #expect(outcome.sample.interfaces["ether1"]?.rxRate == nil)
    #expect(outcome.gap == 10)
    #expect(outcome.findings.isEmpty)
  }

  @Test func oneOddValueLosesOneInterface() {
    var derivation = SampleDerivation(interval: 1, last: [:])
    let rows = [
      row("*1", "12x", "1"), row("*2", "5", "6"), row("*3", nil, "6"), row("*4", "-1", "6"),
      row("*5", "99999999999999999999", "0"),
      row("*6", "", "0"), row("*7", "1", "1"), Row(),
    ]
    let keys = Dictionary(uniqueKeysWithValues: (1...6).map { ("*\($0)", "e\($0)") })
    let outcome = derivation.derive(rows, keys: keys, speeds: [:], time: 100, steady: 1)
    #expect(Set(outcome.sample.interfaces.keys) == ["e2"])
    #expect(outcome.odd == 4)
  }

  @Test func countersReadBeforeABootHaveBegunAgain() {
    let last = ["old": CounterReading(time: 50, rx: 10, tx: 10), "new": CounterReading(time: 96, rx: 10, tx: 10)]
    var derivation = SampleDerivation(interval: 1, last: last)
    derivation.restart(readBefore: 90)
    let outcome = derivation.derive(
      [row("*1", "500", "500"), row("*2", "500", "500")], keys: ["*1": "old", "*2": "new"], speeds: [:], time: 100, steady: 1)
    #expect(outcome.findings == [.init(key: "old", meaning: .reset)])
    #expect(outcome.sample.interfaces["new"]?.rxBytes == 490)
  }

  private func sample(_ derivation: inout SampleDerivation, _ bytes: Int, _ time: Double, _ steady: Double)
    -> SampleDerivation.Outcome
  {
    derivation.derive([row("*1", String(bytes), String(bytes))], keys: ["*1": "e"], speeds: [:], time: time, steady: steady)
  }

  @Test func whileTheClockIsSetBackRatesAreShownAndBytesWait() {
    var derivation = SampleDerivation(interval: 1, last: [:])
    _ = sample(&derivation, 5, 100, 1)
    let back = sample(&derivation, 1005, 50, 2)
    #expect(back.isBehind)
    #expect(
      back.sample.interfaces["e"] == .init(rxRate: 8000, txRate: 8000, rxBytes: nil, txBytes: nil, rxCounter: nil, txCounter: nil)
    )
    let next = sample(&derivation, 3005, 51, 3)
    #expect(next.sample.interfaces["e"]?.rxRate == 16000)
    let later = sample(&derivation, 9005, 101, 53)
    #expect(later.sample.interfaces["e"]?.rxBytes == 9000)
    #expect(later.sample.interfaces["e"]?.rxRate == nil)
    #expect(later.gap == 52)
  }

  @Test func aResetWhileTheClockIsSetBackIsNotForgotten() {
    var derivation = SampleDerivation(interval: 1, last: [:])
    _ = sample(&derivation, 5000, 100, 1)
    let reset = sample(&derivation, 10, 50, 2)
    #expect(reset.sample.interfaces["e"]?.rxRate == nil)
    _ = sample(&derivation, 7000, 51, 3)
    let later = sample(&derivation, 9000, 101, 53)
    #expect(later.findings == [.init(key: "e", meaning: .reset)])
    #expect(later.sample.interfaces["e"]?.rxBytes == nil)
  }

  @Test func anInterfaceThatAloneWasAwayMakesNoGapOfTheDevice() {
    var derivation = SampleDerivation(interval: 1, last: [:])
    let keys = ["*1": "a", "*2": "b"]
    func take(_ ids: [String], _ time: Double) -> SampleDerivation.Outcome {
      derivation.derive(ids.map { row($0, "5", "5") }, keys: keys, speeds: [:], time: time, steady: time)
    }
    _ = take(["*1", "*2"], 1)
    for time in 2...99 { _ = take(["*1"], Double(time)) }
    let back = take(["*1", "*2"], 100)
    #expect(back.gap == nil)
    let all = take(["*1", "*2"], 200)
    #expect(all.gap == 100)
  }
}

@Suite struct RebootDetectionTests {
  @Test(arguments: [
    (0.0, 100.0, 10.0, 110.0, false), (0, 100, 10, 109.5, false), (0, 100, 10, 108.1, false), (0, 100, 10, 107, true),
    (0, 100, 10, 3, true), (0, 1_000_000, 864_000, 1_863_500, false), (0, 100, 3600, 5, true),
  ])
  func uptimeBehindWhatItShouldBeIsAReboot(_ time: Double, _ before: Double, _ elapsed: Double, _ now: Double, _ expected: Bool) {
    var detection = RebootDetection(last: .init(seconds: before, time: time))
    let outcome1 = detection.add(.init(seconds: now, time: time + elapsed), since: nil)
    #expect(outcome1 == expected)
  }

  @Test func aClockThatWasSetIsNoReboot() {
    var detection = RebootDetection(last: .init(seconds: 100, time: 0, steady: 0))
    let ahead = detection.add(.init(seconds: 110, time: 7210, steady: 10), since: nil)
    #expect(!ahead)
    let back = detection.add(.init(seconds: 3, time: -9000, steady: 20), since: nil)
    #expect(back)
  }

  @Test func withoutAnEarlierUptimeTheLastReadingDecides() {
    var detection = RebootDetection()
    let outcome2 = detection.add(.init(seconds: 50, time: 1000), since: nil)
    #expect(!outcome2)
    var rebooted = RebootDetection()
    let outcome3 = rebooted.add(.init(seconds: 50, time: 1000), since: 900)
    #expect(outcome3)
    var running = RebootDetection()
    let outcome4 = running.add(.init(seconds: 150, time: 1000), since: 900)
    #expect(!outcome4)
  }
}
