import Foundation
import HTTPService
import NIOCore
import Shared
import TestSupport
import Testing

@testable import WebNode

/// Histories of replicas against a known truth: whatever each of them missed, the merged history has every second that one of them knew.
@Suite struct SeriesMergeTests {
  static let now = 1_795_200_000
  static let truth = Truth(seed: 5)

  /// A replica's knowledge: the seconds it sampled, by their ends.
  private struct Knowledge {
    var seconds: ClosedRange<Int>
    var outages: [ClosedRange<Int>] = []
    var retention: Retention

    func knows(_ second: Int) -> Bool { seconds.contains(second) && !outages.contains { $0.contains(second) } }
  }

  private let root: TemporaryDirectory
  init() throws { root = try TemporaryDirectory() }

  /// Writes archive and ledger of a replica, and gives it as the node sees it.
  private func replica(_ name: String, _ knowledge: Knowledge, ledger: Bool = true) throws -> InterfaceView.Source {
    let collector = try CollectorFixture(name, root: root.path, now: Double(Self.now))
    try collector.archive(
      "gw", "ether1", Self.truth, knowledge.seconds, gaps: knowledge.outages, retention: knowledge.retention)
    let device = collector.directory.device("gw")
    if ledger {
      let first = knowledge.seconds.lowerBound / 300 * 300
      let rows = stride(from: first, to: knowledge.seconds.upperBound / 300 * 300, by: 300).compactMap { start -> LedgerRow? in
        let known = (start + 1...start + 300).count { knowledge.knows($0) }
        guard known > 0 else { return nil }
        return LedgerRow(
          start: start, secondsCovered: Double(known), rxBytes: 1, txBytes: 1, flags: known < 300 ? .gap : [],
          at: Double(start + 299), rxCounter: 1, txCounter: 1)
      }
      #expect(LedgerFile(directory: device, key: "ether1").append(rows).failure == nil)
    }
    return InterfaceView.Source(root: 0, collector: name, directory: device, key: "ether1")
  }

  private func answer(
    _ sources: [InterfaceView.Source], from: Int, to: Int, points: Int, histories: [RateHistory]? = nil
  ) async throws -> SeriesService.Answer {
    let pool = BlockingPool(name: "test", threads: 2, queueLimit: 64, deadline: .seconds(60))
    defer { pool.stop() }
    var interface = InterfaceView(key: "ether1", name: "ether1")
    interface.sources = sources
    interface.histories = histories ?? sources.map { _ in RateHistory() }
    return try await SeriesService(pools: [pool], problems: ProblemBoard()).answer(
      device: "gw", interface, window: TimeWindow(from: from, to: to, isMoving: false), points: points)
  }

  private func expectExact(_ series: Series, _ place: Comment, isKnown: (Int) -> Bool) {
    for index in 0..<series.count {
      let first = series.t0 + index * series.step + 1
      let values = (first..<first + series.step).filter(isKnown).map(Self.truth.rx)
      guard let high = values.max(), let low = values.min() else {
        #expect(series.rx.avg[index].isNaN && series.rx.known[index] == 0, place)
        continue
      }
      let mean = values.reduce(0, +) / Double(values.count)
      #expect(abs(series.rx.avg[index] - mean) <= mean * 1e-9, place)
      #expect(series.rx.max[index] == high, place)
      #expect(series.rx.min[index] == low, place)
      #expect(series.rx.known[index] == Double(values.count), place)
    }
  }

  private func randomOutages(_ range: ClosedRange<Int>, _ generator: inout SeededGenerator) -> [ClosedRange<Int>] {
    var outages: [ClosedRange<Int>] = []
    var time = range.lowerBound + 1
    while true {
      time += Int.random(in: 20...9000, using: &generator)
      let length =
        Bool.random(using: &generator) ? Int.random(in: 1...20, using: &generator) : Int.random(in: 20...4000, using: &generator)
      guard time + length < range.upperBound else { return outages }
      outages.append(time...time + length - 1)
      time += length
    }
  }

  @Test(arguments: 1...6)
  func noSecondThatAnyReplicaKnewIsMissingOrWrong(seed: UInt64) async throws {
    var generator = SeededGenerator(seed: seed)
    let retention = try Retention(name: "x", parsing: "1s:1d,10s:2d,5m:9d")
    let span = (Self.now - 80_000)...(Self.now - 30)
    var known: [Knowledge] = []
    var sources: [InterfaceView.Source] = []
    for index in 0..<(seed % 3 == 0 ? 3 : 2) {
      known.append(Knowledge(seconds: span, outages: randomOutages(span, &generator), retention: retention))
      // One collector without a ledger: its archive was put in place by hand.
      sources.append(try replica("edge-\(index)", known[index], ledger: !(seed == 4 && index == 0)))
    }
    let isKnown = { (second: Int) in known.contains { $0.knows(second) } }
    for (from, to, points) in [
      (span.lowerBound - 100, Self.now, 20), (span.lowerBound + 77, Self.now - 13, 200), (Self.now - 43_000, Self.now, 100),
      (Self.now - 3000, Self.now, 1000), (Self.now - 70_001, Self.now - 20_003, 7), (Self.now - 79_000, Self.now - 100, 1000),
    ] {
      let answer = try await answer(sources, from: from, to: to, points: points)
      expectExact(answer.series, "seed \(seed), \(from - Self.now) to \(to - Self.now) in \(points)", isKnown: isKnown)
      let count = (answer.series.t0 + 1...answer.series.t0 + answer.series.count * answer.series.step).count(where: isKnown)
      #expect(answer.shares.map(\.seconds).reduce(0, +) == Double(count))
      #expect(answer.problem == nil)
      #expect(answer.series.count <= 2 * points)
    }
  }

  @Test func replicasOfDifferentRetentionFillEachOther() async throws {
    // The first keeps seconds for an hour only; what it was out for, in whole minutes, the second has, and the other way round.
    let span = (Self.now - 60_000 + 1)...(Self.now - 60)
    func minutes(_ from: Int, _ count: Int) -> ClosedRange<Int> { Self.now - from * 60 + 1...Self.now - (from - count) * 60 }
    let coarse = Knowledge(
      seconds: span, outages: [minutes(900, 30), minutes(500, 100)], retention: try Retention(name: "a", parsing: "1s:1h,1m:7d"))
    let fine = Knowledge(
      seconds: span, outages: [minutes(700, 20), minutes(300, 7)], retention: try Retention(name: "b", parsing: "1s:1d,1m:7d"))
    let sources = [try replica("edge-1", coarse), try replica("edge-2", fine)]
    for points in [50, 200, 400] {
      let answer = try await answer(sources, from: Self.now - 59_940, to: Self.now - 60, points: points)
      #expect(answer.series.step % 60 == 0)
      expectExact(answer.series, "\(points) points") { span.contains($0) }
    }
  }

  @Test func archiveMadeAnewIsFilledAlthoughItsLedgerIsComplete() async throws {
    let retention = try Retention(name: "x", parsing: "1s:1d,1m:7d")
    let span = (Self.now - 80_000)...(Self.now - 60)
    let sources = [
      try replica("edge-1", Knowledge(seconds: span, retention: retention)),
      try replica("edge-2", Knowledge(seconds: span, retention: retention)),
    ]
    let path = sources[0].directory.archive("ether1")
    try FileManager.default.removeItem(atPath: path)
    let collector = try CollectorFixture("edge-1", root: root.path, now: Double(Self.now))
    try collector.archive("gw", "ether1", Self.truth, (Self.now - 4980 + 1)...(Self.now - 60), retention: retention)
    let answer = try await answer(sources, from: Self.now - 79_000, to: Self.now - 60, points: 100)
    expectExact(answer.series, "made anew") { span.contains($0) }
    #expect(answer.shares.allSatisfy { $0.seconds > 0 })
  }

  @Test func liveSecondsOfOneReplicaFollowTheArchiveOfTheOther() async throws {
    let retention = try Retention(name: "x", parsing: "1s:1d,1m:7d")
    let source = try replica("edge-1", Knowledge(seconds: (Self.now - 70_000)...(Self.now - 400), retention: retention))
    // The other one has just begun: nothing is written yet.
    let other = InterfaceView.Source(
      root: 0, collector: "edge-2", directory: DataDirectory(root: root.path).collector("edge-2").device("gw"), key: "wan")
    var history = RateHistory()
    for second in (Self.now - 390)...Self.now {
      history.store(Rates(rx: Self.truth.rx(second), tx: Self.truth.tx(second)), second: second)
    }
    for (from, points) in [(Self.now - 60_000, 100), (Self.now - 1000, 1000)] {
      let answer = try await answer(
        [other, source], from: from, to: Self.now, points: points, histories: [history, RateHistory()])
      expectExact(answer.series, "from \(from - Self.now)") { $0 <= Self.now - 400 || ($0 >= Self.now - 390 && $0 <= Self.now) }
    }
  }

  @Test func whatAnArchiveMadeAnewLostComesFromTheJournal() async throws {
    let retention = try Retention(name: "x", parsing: "1s:1d,1m:7d")
    var history = RateHistory()
    for second in (Self.now - 900)...Self.now {
      history.store(Rates(rx: Self.truth.rx(second), tx: Self.truth.tx(second)), second: second)
    }
    // Begun a moment ago; the other replica was out meanwhile.
    let one = try replica("edge-1", Knowledge(seconds: (Self.now - 40)...(Self.now - 10), retention: retention))
    let gap = (Self.now - 600)...(Self.now - 500)
    let two = try replica("edge-2", Knowledge(seconds: (Self.now - 3000)...(Self.now - 10), outages: [gap], retention: retention))
    for (sources, points) in [([one], 900), ([one, two], 900), ([one, two], 30)] {
      let histories = sources.map { $0.collector == "edge-1" ? history : RateHistory() }
      let answer = try await answer(sources, from: Self.now - 900, to: Self.now, points: points, histories: histories)
      expectExact(answer.series, "\(sources.count) in \(points)") { $0 >= Self.now - 900 && $0 <= Self.now }
    }
  }

  @Test func brokenArchiveOfOneReplicaIsToldAndMadeUpFor() async throws {
    let retention = try Retention(name: "x", parsing: "1s:1d,1m:7d")
    let span = (Self.now - 70_000)...(Self.now - 60)
    let sources = [
      try replica("edge-1", Knowledge(seconds: span, retention: retention)),
      try replica("edge-2", Knowledge(seconds: span, retention: retention)),
    ]
    try Data("no archive".utf8).write(to: URL(fileURLWithPath: sources[0].directory.archive("ether1")))
    let answer = try await answer(sources, from: Self.now - 69_000, to: Self.now - 60, points: 100)
    expectExact(answer.series, "broken") { span.contains($0) }
    #expect(answer.problem?.contains("edge-1") == true)
    #expect(answer.shares.map(\.collector) == ["edge-1", "edge-2"])
    #expect(answer.shares[0].seconds == 0)
  }

  @Test func whatIsBeyondTheBudgetIsJoinedStepByStepWithAllPeaks() async throws {
    // No ledger at all, and more seconds than are read finely: each replica misses every other hour.
    let retention = try Retention(name: "x", parsing: "1s:4d,1h:9d")
    let span = (Self.now - 300_000)...(Self.now - 60)
    func hours(_ odd: Int) -> [ClosedRange<Int>] {
      stride(from: span.lowerBound / 3600 * 3600 + odd * 3600, to: span.upperBound, by: 7200)
        .map { $0 + 1...$0 + 3600 }
    }
    let sources = [
      try replica("edge-1", Knowledge(seconds: span, outages: hours(0), retention: retention), ledger: false),
      try replica("edge-2", Knowledge(seconds: span, outages: hours(1), retention: retention), ledger: false),
    ]
    let answer = try await answer(sources, from: Self.now - 299_000, to: Self.now - 60, points: 60)
    #expect(answer.series.rx.known.allSatisfy { $0 > 0 })
    let newest = answer.series.count - 2
    let first = answer.series.t0 + newest * answer.series.step
    let values = (first + 1...first + answer.series.step).map(Self.truth.rx)
    #expect(answer.series.rx.max[newest] == values.max())
    #expect(answer.series.rx.known[newest] == Double(answer.series.step))
  }
}
