import Foundation
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
      let tx: Double? = gaps && Int.random(in: 0..<31, using: &generator) == 0 ? nil : Double(Int.random(in: 0...9999, using: &generator))
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
      let isSame = found.start == expected.start && found.step == expected.step && same(found.rx, expected.rx) && same(found.tx, expected.tx)
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
        same(one.avg.dropFirst(sliver), other.avg.dropFirst(sliver)), same(one.max.dropFirst(sliver), other.max.dropFirst(sliver)),
        same(one.min.dropFirst(sliver), other.min.dropFirst(sliver))
      )
      #expect(avg, place)
      #expect(max, place)
      #expect(min, place)
      #expect(one.known == other.known, place)
    }
  }

  private func lcm(_ one: Int, _ other: Int) -> Int {
    var (a, b) = (one, other)
    while b != 0 { (a, b) = (b, a % b) }
    return one / a * other
  }
}
