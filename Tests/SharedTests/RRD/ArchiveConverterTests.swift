import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Shared

/// Another retention, the same history.
@Suite struct ArchiveConverterTests {
  private let folder: ArchiveFolder
  private let start = 1_800_000_000

  init() throws { folder = try ArchiveFolder() }

  private func retention(_ text: String) throws -> Retention { try Retention(name: "test", parsing: text) }

  /// Updates that two files both get, so that they can be compared afterwards.
  private func rows(_ count: Int, after time: Int, gaps: Bool = true, _ generator: inout SeededGenerator) -> [ArchiveRow] {
    var time = time
    var isAway = 0
    return (0..<count).map { _ in
      time += gaps && Int.random(in: 0..<97, using: &generator) == 0 ? Int.random(in: 2...200, using: &generator) : 1
      if gaps, Int.random(in: 0..<60, using: &generator) == 0 { isAway = Int.random(in: 1...40, using: &generator) }
      isAway -= 1
      let rx: Double? = isAway > 0 ? nil : Double(Int.random(in: 0...1_000_000_000, using: &generator))
      let tx: Double? =
        gaps && Int.random(in: 0..<31, using: &generator) == 0 ? nil : Double(Int.random(in: 0...9999, using: &generator))
      return ArchiveRow(time: time, rx: rx, tx: tx)
    }
  }

  private func randomRetention(_ generator: inout SeededGenerator) throws -> Retention {
    var step = 1
    var keep = Int.random(in: 20...900, using: &generator)
    var pieces = ["1s:\(keep)s"]
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      step *= [2, 3, 5, 6, 10].randomElement(using: &generator) ?? 2
      // Reaching further back than the one before, as retentions do.
      keep += step * Int.random(in: 3...200, using: &generator)
      pieces.append("\(step)s:\(keep)s")
    }
    return try retention(pieces.joined(separator: ","))
  }

  /// Where both files have finer or equal rows, a file that was converted holds what one would hold that had the new retention from
  /// the beginning; and it goes on like that one, the row in the making included.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func aFileThatHeldEverySecondBecomesTheFileItWouldHaveBeen(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let wanted = try randomRetention(&generator)
    let reach = wanted.archives.map(\.keep).max() ?? 0
    let old = try folder.archive(try retention("1s:\(reach + 1000)s"), start: start, name: "old.rrd")
    let twin = try folder.archive(wanted, start: start, name: "twin.rrd")
    let before = rows(min(reach + 500, 6000), after: start, &generator)
    for path in [old, twin] { try ArchiveWriter().append(before, to: path) }
    #expect(try ArchiveConverter().convert(old, to: wanted) == .converted)
    try expectEqual(old, twin, "seed \(seed), after the conversion")
    // In three parts, so that rows in the making are carried over more than once.
    var time = before.last?.time ?? start
    for _ in 0..<3 {
      let more = rows(Int.random(in: 1...300, using: &generator), after: time, &generator)
      for path in [old, twin] { try ArchiveWriter().append(more, to: path) }
      time = more.last?.time ?? time
      try expectEqual(old, twin, "seed \(seed), after updates")
    }
    #expect(try ArchiveConverter().convert(old, to: wanted) == .unchanged)
    #expect(!FileManager.default.fileExists(atPath: ArchiveConverter.temporary(of: old)))
  }

  private func expectEqual(_ path: String, _ twin: String, _ place: Comment) throws {
    let header = try ArchiveReader().header(at: twin)
    #expect(try ArchiveReader().header(at: path).lastUpdate == header.lastUpdate, place)
    let reader = ArchiveReader(guardSeconds: 0)
    for archive in header.archives {
      let (from, to) = (archive.start, archive.end - 1)
      let expected = try reader.rows(at: twin, consolidation: archive.consolidation, step: archive.step, from: from, to: to)
      let found = try reader.rows(at: path, consolidation: archive.consolidation, step: archive.step, from: from, to: to)
      let isSame =
        found.start == expected.start && found.step == expected.step && same(found.rx, expected.rx) && same(found.tx, expected.tx)
      #expect(isSame, "\(place): \(archive.consolidation) \(archive.step) s")
    }
  }

  private func same(_ left: some Collection<Double>, _ right: some Collection<Double>) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { ($0.isNaN && $1.isNaN) || abs($0 - $1) <= abs($1) * 1e-9 }
  }

  /// Random to random: whatever either ring still covers, means and peaks over whole coarse steps are those of the old file.
  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func averagesAndPeaksOfEveryCoveredPeriodAreEqual(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed &* 7919)
    let (before, after) = (try randomRetention(&generator), try randomRetention(&generator))
    let path = try folder.archive(before, start: start)
    let copy = folder.file("copy.rrd")
    // Without gaps: how rows known in part weigh is told by the test above.
    try ArchiveWriter().append(rows(4000, after: start, gaps: false, &generator), to: path)
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    #expect(try ArchiveConverter().convert(path, to: after) == .converted)
    let (old, new) = (try ArchiveReader().header(at: copy), try ArchiveReader().header(at: path))
    // A step that is whole in every archive of both, and the time that both cover in such steps.
    let step = (before.archives + after.archives).map(\.step).reduce(1) { lcm($0, $1) }
    let oldest = [old, new].map { header in header.archives.map(\.start).min() ?? 0 }.max() ?? 0
    let first = (max(oldest, start) + step - 1) / step * step
    let last = old.lastUpdate / step * step
    guard last > first else { return }
    let grid = SeriesGrid(from: first, to: last, step: step)
    let reader = SeriesReader(reader: ArchiveReader(guardSeconds: 0))
    let expected = try reader.builder(at: copy, grid: grid).finish()
    let found = try reader.builder(at: path, grid: grid).finish()
    // Both readers take coarser rows for a sliver of a 64th at the old end, however those lie.
    let sliver = grid.count / 64 + 1
    for (one, other, name) in [(found.rx, expected.rx, "rx"), (found.tx, expected.tx, "tx")] {
      let place: Comment = "seed \(seed), \(name): \(before.text) to \(after.text), step \(step), \(grid.count) steps"
      let (avg, max, min) = (
        same(one.avg.dropFirst(sliver), other.avg.dropFirst(sliver)),
        same(one.max.dropFirst(sliver), other.max.dropFirst(sliver)),
        same(one.min.dropFirst(sliver), other.min.dropFirst(sliver))
      )
      #expect(avg, place)
      #expect(max, place)
      #expect(min, place)
      #expect(one.known == other.known, place)
    }
  }

  /// mt-trafmon's archives, a thousandth as long, updated at odd times as it does: no MIN, no MAX at 10 s, xff 0.5, heartbeat 3.
  @Test func aFileOfMtTrafmonGoesOnAsIfItHadAlwaysBeenOurs() throws {
    var generator = SeededGenerator(seed: 5)
    let wanted = try retention("1s:3000s,10s:6000s,60s:12000s,600s:60000s")
    let old = folder.file("traffic.rrd")
    try makeTrafmon(old, seconds: 3155)
    let twin = try folder.archive(wanted, start: start, name: "twin.rrd")
    let updates = fractional(2500, after: start, &generator)
    for path in [old, twin] { try update(path, updates) }
    #expect(try ArchiveConverter().convert(old, to: wanted) == .converted)
    #expect(try ArchiveReader().header(at: old).lastUpdateMicroseconds == ArchiveReader().header(at: twin).lastUpdateMicroseconds)
    try expectEqual(old, twin, "after the conversion")
    let more = fractional(1500, after: start + 2500, &generator)
    for path in [old, twin] { try update(path, more) }
    try expectEqual(old, twin, "after rrdtool's updates")
    let again = try ArchiveReader().header(at: old)
    #expect(again.lastUpdate > start + 3990)
    // All that librrd itself tells of the two, except for where in their rings they happen to stand and what rounding leaves.
    func info(_ path: String) throws -> [Substring] {
      try RRDTool.run(["info", path]).split(separator: "\n").filter { line in
        !["filename", ".cur_row", ".value", "minimal_heartbeat"].contains { line.contains($0) }
      }
    }
    #expect(try info(old) == info(twin))
  }

  /// Its peaks beyond the seconds stand in its minutes alone.
  @Test func peaksOfMtTrafmonsMinutesSurvive() throws {
    var generator = SeededGenerator(seed: 6)
    let old = folder.file("traffic.rrd")
    let copy = folder.file("copy.rrd")
    try makeTrafmon(old, seconds: 300)
    try update(old, fractional(6000, after: start, &generator))
    try FileManager.default.copyItem(atPath: old, toPath: copy)
    #expect(try ArchiveConverter().convert(old, to: try retention("1s:1h,10s:2h,60s:1d")) == .converted)
    let reader = ArchiveReader(guardSeconds: 0)
    let header = try reader.header(at: copy)
    let minutes = try #require(header.archives.first { $0.step == 60 && $0.consolidation == .maximum })
    for (consolidation, step) in [(ArchiveConsolidation.maximum, 60), (.average, 60), (.maximum, 10)] {
      let from = max(minutes.start, start - start % 60 + 60)
      let expected = try reader.rows(at: copy, consolidation: consolidation, step: 60, from: from, to: minutes.end - 1)
      let found = try reader.rows(at: old, consolidation: consolidation, step: step, from: from, to: minutes.end - 1)
      let perMinute = 60 / step
      let peaks = expected.rx.indices.map { minute in
        found.rx[minute * perMinute..<(minute + 1) * perMinute].max() ?? .nan
      }
      let isSame = same(peaks, expected.rx)
      #expect(isSame, "\(consolidation) \(step) s")
    }
  }

  /// A window of minutes, days ago, where the old file had no seconds any more: its peaks must not become means.
  @Test func aSmallWindowFarBackKeepsItsPeaks() throws {
    var generator = SeededGenerator(seed: 7)
    let path = try folder.archive(try retention("1s:5m,60s:1d"), start: start)
    let copy = folder.file("copy.rrd")
    try ArchiveWriter().append(rows(7200, after: start, gaps: false, &generator), to: path)
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    #expect(try ArchiveConverter().convert(path, to: try retention("1s:4h,60s:2d")) == .converted)
    // Steps so fine that the seconds are asked first.
    let grid = SeriesGrid(from: start - start % 60 + 1800, to: start - start % 60 + 2400, step: 10)
    let expected = try SeriesReader().builder(at: copy, grid: grid).finish()
    let found = try SeriesReader().builder(at: path, grid: grid).finish()
    #expect(found.rx.max == expected.rx.max)
    #expect(found.rx.min == expected.rx.min)
    let isSame = same(found.rx.avg, expected.rx.avg)
    #expect(isSame)
    // And once more: what was spread is not taken for seconds by the next conversion.
    #expect(try ArchiveConverter().convert(path, to: try retention("1s:5h,30s:6h,60s:2d")) == .converted)
    let twice = try SeriesReader().builder(at: path, grid: grid).finish()
    #expect(twice.rx.max == expected.rx.max)
    #expect(twice.rx.min == expected.rx.min)
  }

  @Test func whatCannotBeTakenOverAsAWholeIsRefusedAndStays() throws {
    let three = folder.file("three.rrd")
    try RRDTool.run(
      [
        "create", three, "--start", String(start), "--step", "1", "DS:rx:GAUGE:3:0:U", "DS:tx:GAUGE:3:0:U",
        "DS:errors:GAUGE:3:0:U",
      ]
        + ["RRA:AVERAGE:0.5:1:60"])
    let minutes = folder.file("minutes.rrd")
    try RRDTool.run(
      [
        "create", minutes, "--start", String(start), "--step", "60", "DS:rx:GAUGE:300:0:U", "DS:tx:GAUGE:300:0:U",
        "RRA:AVERAGE:0.5:1:60",
      ])
    let cut = folder.file("cut.rrd")
    try Data(try #require(FileManager.default.contents(atPath: minutes)).dropLast(1)).write(to: URL(fileURLWithPath: cut))
    for (path, code) in [
      (three, ArchiveError.Code.foreign), (minutes, .foreign), (cut, .corrupt), (folder.file("none.rrd"), .missing),
    ] {
      let bytes = FileManager.default.contents(atPath: path)
      let error = #expect(throws: ArchiveError.self) { try ArchiveConverter().convert(path, to: .compact) }
      #expect(error?.code == code)
      #expect(FileManager.default.contents(atPath: path) == bytes)
      #expect(!FileManager.default.fileExists(atPath: ArchiveConverter.temporary(of: path)))
    }
  }

  /// A conversion that is stopped in the middle leaves its half beside; the next one begins anew.
  @Test func theOldFileIsUntouchedUntilTheNewOneIsComplete() throws {
    var generator = SeededGenerator(seed: 8)
    let path = try folder.archive(try retention("1s:10m,60s:1d"), start: start)
    try ArchiveWriter().append(rows(1000, after: start, &generator), to: path)
    let bytes = FileManager.default.contents(atPath: path)
    let temporary = ArchiveConverter.temporary(of: path)
    let seen = Seen()
    var converter = ArchiveConverter()
    converter.progress = { share in
      // The last call comes before the rename.
      seen.add(share, FileManager.default.contents(atPath: path) == bytes && FileManager.default.fileExists(atPath: temporary))
    }
    try Data("half of a file".utf8).write(to: URL(fileURLWithPath: temporary))
    #expect(try converter.convert(path, to: try retention("1s:20m,60s:2d")) == .converted)
    #expect(seen.all.count > 3)
    #expect(seen.all.map(\.share) == seen.all.map(\.share).sorted())
    #expect(seen.all.last?.share == 1)
    let isIntact = seen.all.allSatisfy { $0.isIntact }
    #expect(isIntact)
    #expect(!FileManager.default.fileExists(atPath: temporary))
  }

  /// Somebody updates the file meanwhile: nothing of that may be lost.
  @Test func aFileThatIsUpdatedMeanwhileStays() throws {
    var generator = SeededGenerator(seed: 9)
    let path = try folder.archive(try retention("1s:10m"), start: start)
    try ArchiveWriter().append(rows(100, after: start, gaps: false, &generator), to: path)
    let last = try ArchiveReader().header(at: path).lastUpdate
    var converter = ArchiveConverter()
    converter.progress = { share in
      // A failure shows as a conversion that succeeds.
      if share == 1 { try? ArchiveWriter().append([ArchiveRow(time: last + 1, rx: 7, tx: 7)], to: path) }
    }
    let error = #expect(throws: ArchiveError.self) { try converter.convert(path, to: .compact) }
    #expect(error?.code == .busy)
    #expect(try ArchiveReader().header(at: path).lastUpdate == last + 1)
    #expect(!FileManager.default.fileExists(atPath: ArchiveConverter.temporary(of: path)))
  }

  private final class Seen: Sendable {
    private let list = Mutex<[(share: Double, isIntact: Bool)]>([])
    var all: [(share: Double, isIntact: Bool)] { list.withLock { $0 } }
    func add(_ share: Double, _ isIntact: Bool) { list.withLock { $0.append((share, isIntact)) } }
  }

  private func makeTrafmon(_ path: String, seconds: Int) throws {
    try RRDTool.run(
      ["create", path, "--start", String(start), "--step", "1", "DS:rx:GAUGE:3:0:U", "DS:tx:GAUGE:3:0:U"]
        + ["RRA:AVERAGE:0.5:1:\(seconds)", "RRA:AVERAGE:0.5:10:1577", "RRA:AVERAGE:0.5:60:262", "RRA:MAX:0.5:60:262"]
        + ["RRA:AVERAGE:0.5:300:105", "RRA:MAX:0.5:300:105"])
  }

  private func fractional(_ count: Int, after time: Int, _ generator: inout SeededGenerator) -> [String] {
    (1...count).map { index in
      let fraction = String(format: "%06d", Int.random(in: 0..<900_000, using: &generator))
      return
        "\(time + index).\(fraction):\(Int.random(in: 0...999_999_999, using: &generator)):\(Int.random(in: 0...9999, using: &generator))"
    }
  }

  private func update(_ path: String, _ updates: [String]) throws {
    for begin in stride(from: 0, to: updates.count, by: 1000) {
      try RRDTool.run(["update", path] + updates[begin..<min(begin + 1000, updates.count)])
    }
  }

  private func lcm(_ one: Int, _ other: Int) -> Int {
    var (a, b) = (one, other)
    while b != 0 { (a, b) = (b, a % b) }
    return one / a * other
  }
}
