import Foundation
import Shared
import TestSupport
import Testing

/// Series against the seconds they were made of.
@Suite struct SeriesReaderTests {
  private let folder: ArchiveFolder
  private let start = 1_800_000_000
  private let reader = SeriesReader(reader: ArchiveReader(guardSeconds: 0))

  init() throws { folder = try ArchiveFolder() }

  /// Known seconds by their end.
  private typealias Truth = [Int: Double]

  /// Fills an archive with bursts; `gaps` leaves out stretches and single seconds.
  private func fill(
    _ path: String, seconds: Int, gaps: Bool, seed: UInt64 = 1, from first: Int? = nil
  ) throws -> Truth {
    var generator = SeededGenerator(seed: seed)
    var truth: Truth = [:]
    var rows: [ArchiveRow] = []
    var pause = 0
    let begin = first ?? start
    for time in begin + 1...begin + seconds {
      if gaps, pause == 0, Int.random(in: 0..<400, using: &generator) == 0 { pause = Int.random(in: 1...900, using: &generator) }
      // The last second is known, so that the file's last update is where the test expects it.
      if pause > 0, time < begin + seconds {
        pause -= 1
        continue
      }
      let isBurst = Int.random(in: 0..<500, using: &generator) == 0
      let value = Double.random(in: 1e3...1e6, using: &generator) * (isBurst ? 900 : 1)
      truth[time] = value
      rows.append(ArchiveRow(time: time, rx: value, tx: value / 2))
    }
    try ArchiveWriter().append(rows, to: path)
    return truth
  }

  private func near(_ left: Double, _ right: Double) -> Bool { abs(left - right) <= abs(right) * 1e-9 }

  /// Every step of `series` against the known seconds it covers.
  private func expectExact(_ series: Series, _ truth: Truth, until end: Int, _ place: Comment) {
    for index in 0..<series.count {
      let first = series.t0 + index * series.step + 1
      let values = (first..<first + series.step).filter { $0 <= end }.compactMap { truth[$0] }
      guard let high = values.max(), let low = values.min() else {
        let isGap = series.rx.avg[index].isNaN && series.rx.max[index].isNaN && series.rx.min[index].isNaN
        #expect(isGap && series.rx.known[index] == 0, place)
        continue
      }
      let mean = values.reduce(0, +) / Double(values.count)
      #expect(near(series.rx.avg[index], mean), place)
      #expect(near(series.rx.max[index], high), place)
      #expect(near(series.rx.min[index], low), place)
      #expect(near(series.tx.avg[index], mean / 2), place)
      #expect(series.rx.known[index] == Double(values.count), place)
    }
  }

  @Test func averagesPeaksAndLowsSurviveEveryZoom() throws {
    let path = try folder.archive(try Retention(name: "x", parsing: "1s:12h,10s:1d,1m:7d,5m:30d,1h:1y"), start: start)
    // Ends inside a row of every archive.
    let end = start + 31_567
    let truth = try fill(path, seconds: 31_567, gaps: false)
    var generator = SeededGenerator(seed: 3)
    for round in 0..<120 {
      let from = start + Int.random(in: 0..<31_000, using: &generator)
      let to = round % 3 == 0 ? end : from + Int.random(in: 1...max(1, end - from), using: &generator)
      let points = [1, 3, 10, 100, 1000].randomElement(using: &generator) ?? 1
      let series = try reader.series(at: path, from: from, to: to, points: points)
      let place: Comment = "from \(from) to \(to) points \(points): \(series.count) steps of \(series.step)"
      #expect(series.t0 <= from && series.t0 + series.step > from && series.t0 % series.step == 0, place)
      #expect(series.t0 + series.count * series.step >= to, place)
      #expect(series.count >= min(points, to - from), place)
      #expect(series.count <= 2 * points + 2, place)
      expectExact(series, truth, until: end, place)
    }
  }

  @Test func singleSecondsKnowTheirGaps() throws {
    let path = try folder.archive(try Retention(name: "x", parsing: "1s:12h,10s:1d,5m:30d"), start: start)
    let truth = try fill(path, seconds: 20_000, gaps: true)
    for (from, points) in [(start, 4000), (start + 777, 2500), (start + 19_000, 1000), (start + 3, 2200)] {
      let series = try reader.series(at: path, from: from, to: start + 20_000, points: points)
      #expect(series.step < 10)
      expectExact(series, truth, until: start + 20_000, "from \(from)")
    }
    let all = try reader.series(at: path, from: start, to: start + 20_000, points: 4000)
    #expect(abs(all.coverage(from: start, to: start + 20_000) - Double(truth.count) / 20_000) < 1e-12)
  }

  @Test func coarseStepsAverageOverKnownRowsAndKeepPeaks() throws {
    let path = try folder.archive(try Retention(name: "x", parsing: "1s:12h,10s:1d,5m:30d"), start: start)
    let truth = try fill(path, seconds: 18_000, gaps: true)
    // 18000 s in 30 points: steps of two 5-minute rows.
    let series = try reader.series(at: path, from: start, to: start + 18_000, points: 30)
    #expect(series.step == 600)
    #expect(series.count == 30)
    for index in 0..<30 {
      let rows = (0..<2).compactMap { row -> Double? in
        let first = start + index * 600 + row * 300 + 1
        let values = (first..<first + 300).compactMap { truth[$0] }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
      }
      let seconds = (start + index * 600 + 1...start + index * 600 + 600).compactMap { truth[$0] }
      if rows.isEmpty {
        #expect(series.rx.avg[index].isNaN)
      } else {
        #expect(near(series.rx.avg[index], rows.reduce(0, +) / Double(rows.count)))
        #expect(near(series.rx.max[index], seconds.max() ?? 0))
        #expect(near(series.rx.min[index], seconds.min() ?? 0))
      }
    }
  }

  /// On a ramp, a row in the wrong place shows: no value may be off by more than the ramp climbs in the longest row.
  @Test func olderStepsComeFromCoarserArchives() throws {
    let path = try folder.archive(try Retention(name: "x", parsing: "1s:10m,10s:1h,1m:6h,5m:2d"), start: start)
    func ramp(_ time: Int) -> Double { 1e6 + Double(time - start) }
    try ArchiveWriter().append((1...40_003).map { ArchiveRow(time: start + $0, rx: ramp(start + $0), tx: 1) }, to: path)
    let end = start + 40_003
    var generator = SeededGenerator(seed: 11)
    for round in 0..<100 {
      let from = end - Int.random(in: 1...40_000, using: &generator)
      let to = round % 2 == 0 ? end : Int.random(in: from + 1...end, using: &generator)
      let points = [10, 300, 1000, 4000].randomElement(using: &generator) ?? 10
      let series = try reader.series(at: path, from: from, to: to, points: points)
      let place: Comment = "from \(from) to \(to) points \(points) step \(series.step)"
      var worst = 0.0
      for index in 0..<series.count {
        let first = series.t0 + index * series.step + 1
        let last = min(first + series.step - 1, end)
        worst = max(worst, abs(series.rx.avg[index] - (ramp(first) + ramp(last)) / 2))
        worst = max(worst, abs(series.rx.max[index] - ramp(last)), abs(series.rx.min[index] - ramp(first)))
        #expect(series.rx.known[index] == Double(last - first + 1), place)
      }
      #expect(worst <= 300, place)
      #expect(abs(series.coverage(from: from, to: to) - 1) < 1e-9, place)
    }
  }

  @Test func theNewestSecondIsOnEveryZoom() throws {
    let path = try folder.archive(try Retention(name: "x", parsing: "1s:2h,10s:1d,5m:30d,1h:1y"), start: start)
    _ = try fill(path, seconds: 7000, gaps: false)
    let end = start + 7001
    try ArchiveWriter().append([ArchiveRow(time: end, rx: 5e12, tx: 1)], to: path)
    for span in [10, 300, 3600, 7000, 86_400, 30 * 86_400] {
      let series = try reader.series(at: path, from: end - span, to: end, points: 100)
      #expect(series.rx.max.filter { !$0.isNaN }.max() == 5e12, "span \(span)")
    }
  }

  @Test func liveSecondsContinueTheArchive() throws {
    let path = try folder.archive(try Retention(name: "x", parsing: "1s:2h,10s:1d,5m:30d"), start: start)
    var truth = try fill(path, seconds: 3000, gaps: false)
    let end = start + 3037
    for points in [5, 50, 3000] {
      var builder = try reader.builder(at: path, from: start, to: end, points: points)
      #expect(builder.lastTime == start + 3000)
      // The journal overlaps the archive, repeats itself, and knows of an unknown second.
      for time in start + 2950...end { builder.add(time: time, rx: time == end - 3 ? nil : 7, tx: .nan) }
      for time in start + 2950...end { builder.add(time: time, rx: 9, tx: 9) }
      for time in start + 3001...end { truth[time] = time == end - 3 ? nil : 7 }
      let series = builder.finish()
      let last = series.count - 1
      let seconds = (series.t0 + last * series.step + 1...end).compactMap { truth[$0] }
      #expect(near(series.rx.avg[last], seconds.reduce(0, +) / Double(seconds.count)))
      #expect(series.rx.known[last] == Double(seconds.count))
    }
  }

  @Test func mtTrafmonsFileHasPeaksWhereItKeepsThem() throws {
    let path = folder.file("traffic.rrd")
    try RRDTool.run(
      ["create", path, "--start", String(start), "--step", "1", "DS:rx:GAUGE:3:0:U", "DS:tx:GAUGE:3:0:U"]
        + ["RRA:AVERAGE:0.5:1:3155", "RRA:AVERAGE:0.5:10:1577", "RRA:AVERAGE:0.5:60:2629", "RRA:MAX:0.5:60:2629"]
        + ["RRA:AVERAGE:0.5:300:1051", "RRA:MAX:0.5:300:1051"])
    let truth = try fill(path, seconds: 30_000, gaps: false)
    let series = try reader.series(at: path, from: start, to: start + 30_000, points: 100)
    #expect(series.step == 300)
    for index in 0..<100 {
      let seconds = (start + index * 300 + 1...start + index * 300 + 300).compactMap { truth[$0] }
      #expect(near(series.rx.max[index], seconds.max() ?? 0))
      #expect(near(series.rx.avg[index], seconds.reduce(0, +) / 300))
      #expect(series.rx.min[index] == series.rx.avg[index])
    }
  }

  @Test func outsideTheHistoryIsAGap() throws {
    let path = try folder.archive(try Retention(name: "x", parsing: "1s:2h,10s:1d"), start: start)
    _ = try fill(path, seconds: 100, gaps: false)
    let series = try reader.series(at: path, from: start + 500, to: start + 600, points: 50)
    #expect(series.rx.avg.count == 50)
    let isGap = series.rx.avg.allSatisfy { $0.isNaN } && series.tx.max.allSatisfy { $0.isNaN }
    #expect(isGap)
    #expect(series.coverage(from: start + 500, to: start + 600) == 0)
    let past = try reader.series(at: path, from: 0, to: 1000, points: 50)
    let isPastGap = past.rx.avg.allSatisfy { $0.isNaN }
    #expect(isPastGap)
  }

  @Test(arguments: [(0, 0, 10), (10, 5, 10), (-1, 5, 10), (0, 10, 0), (0, 10, 4001), (0, .max, 10), (.min, .max, 10)])
  func refusesWindowsThatAreNone(_ from: Int, _ to: Int, _ points: Int) throws {
    let path = try folder.archive(try Retention(name: "x", parsing: "1s:2h"), start: start)
    let error = #expect(throws: ArchiveError.self) { try reader.series(at: path, from: from, to: to, points: points) }
    #expect(error?.code == .badRequest)
  }

  @Test func aReplicaFillsGaps() throws {
    let retention = try Retention(name: "x", parsing: "1s:2h,10s:1d")
    let one = try folder.archive(retention, start: start, name: "one.rrd")
    let two = try folder.archive(retention, start: start, name: "two.rrd")
    try ArchiveWriter().append((1...300).map { ArchiveRow(time: start + $0, rx: 1, tx: 1) }, to: one)
    try ArchiveWriter().append((200...600).map { ArchiveRow(time: start + $0, rx: 2, tx: 2) }, to: two)
    var builder = try reader.builder(at: one, from: start, to: start + 600, points: 60)
    builder.fillGaps(from: try reader.builder(at: two, grid: builder.grid))
    let series = builder.finish()
    #expect(series.rx.avg == (0..<60).map { $0 < 30 ? 1 : 2 })
    #expect(series.coverage(from: start, to: start + 600) == 1)
  }
}
