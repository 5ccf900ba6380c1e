import Foundation
import Shared
import TestSupport
import Testing

/// Our reader against the real `rrdtool fetch`, over random files and windows. A failure prints its seed.
@Suite struct ArchiveFetchPropertyTests {
  private let folder: ArchiveFolder
  private let start = 1_800_000_000

  init() throws { folder = try ArchiveFolder() }

  @Test(arguments: 1...24 as ClosedRange<UInt64>)
  func randomArchivesReadAsRRDToolReadsThem(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let path = folder.file("random-\(seed).rrd")
    try makeRandomFile(path, &generator)
    try fill(path, &generator)
    try compare(path, seed: seed, windows: 5, &generator)
  }

  /// mt-trafmon's archives, a thousandth as long: no MIN, no MAX at 1 and 10 s, xff 0.5, heartbeat 3.
  @Test(arguments: 100...103 as ClosedRange<UInt64>)
  func mtTrafmonsShapeReadsAsRRDToolReadsIt(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let path = folder.file("trafmon-\(seed).rrd")
    try RRDTool.run(
      ["create", path, "--start", String(start), "--step", "1", "DS:rx:GAUGE:3:0:U", "DS:tx:GAUGE:3:0:U"]
        + ["RRA:AVERAGE:0.5:1:3155", "RRA:AVERAGE:0.5:10:1577", "RRA:AVERAGE:0.5:60:262", "RRA:MAX:0.5:60:262"]
        + ["RRA:AVERAGE:0.5:300:105", "RRA:MAX:0.5:300:105"])
    try fill(path, &generator)
    try compare(path, seed: seed, windows: 6, &generator)
  }

  /// Versions 1 and 2 have no microseconds in the live head; 4 and 5 are laid out as 3.
  @Test(arguments: [1, 2, 4, 5]) func otherVersionsReadAsRRDToolReadsThem(_ version: Int) throws {
    var generator = SeededGenerator(seed: UInt64(version))
    let path = folder.file("version-\(version).rrd")
    try RRDTool.run(
      ["create", path, "--start", String(start), "--step", "1", "DS:tx:GAUGE:900:0:U", "DS:rx:GAUGE:900:0:U"]
        + ["RRA:AVERAGE:0.5:1:300", "RRA:MAX:0.5:10:100"])
    try fill(path, &generator)
    var bytes = try #require(FileManager.default.contents(atPath: path))
    bytes.replaceSubrange(4..<8, with: Data("000\(version)".utf8))
    // Behind the static head, two data sources, two archives and the seconds.
    if version < 3 { bytes.removeSubrange(128 + 4 * 120 + 8..<128 + 4 * 120 + 16) }
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect(try ArchiveReader().header(at: path).version == version)
    try compare(path, seed: UInt64(version), windows: 10, &generator)
    try fill(path, &generator)
    try compare(path, seed: UInt64(version), windows: 10, &generator)
  }

  private func makeRandomFile(_ path: String, _ generator: inout SeededGenerator) throws {
    let step = [1, 1, 1, 2, 5, 60].randomElement(using: &generator) ?? 1
    var sources = ["DS:rx:GAUGE:\(step * 900):0:U", "DS:tx:GAUGE:\(step * 900):U:1000000000"]
    if Bool.random(using: &generator) { sources.append("DS:other:COUNTER:\(step * 3):U:U") }
    sources.shuffle(using: &generator)
    var archives: [String] = []
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let function = ["AVERAGE", "AVERAGE", "MIN", "MAX", "LAST"].randomElement(using: &generator) ?? "AVERAGE"
      let steps = [1, 1, 2, 3, 7, 10, 60].randomElement(using: &generator) ?? 1
      let xff = ["0", "0.5", "0.99999"].randomElement(using: &generator) ?? "0"
      archives.append("RRA:\(function):\(xff):\(steps):\(Int.random(in: 1...400, using: &generator))")
    }
    archives.append("RRA:AVERAGE:0.5:1:\(Int.random(in: 2...500, using: &generator))")
    let begin = start + Int.random(in: 0...1000, using: &generator)
    try RRDTool.run(["create", path, "--start", String(begin), "--step", String(step)] + sources + archives)
  }

  private func fill(_ path: String, _ generator: inout SeededGenerator) throws {
    let header = try ArchiveReader().header(at: path)
    var time = header.lastUpdate
    for _ in 0..<Int.random(in: 0...6, using: &generator) {
      var rows: [ArchiveRow] = []
      if Bool.random(using: &generator) { time += Int.random(in: 0...500, using: &generator) * header.pdpStep }
      for _ in 0..<Int.random(in: 1...400, using: &generator) {
        time += Int.random(in: 1...header.pdpStep, using: &generator)
        let isGap = Int.random(in: 0..<20, using: &generator) == 0
        let rx: Double? = isGap ? nil : Double.random(in: 0...1e9, using: &generator)
        let tx: Double? = Int.random(in: 0..<30, using: &generator) == 0 ? nil : Double.random(in: 0...1e6, using: &generator)
        rows.append(ArchiveRow(time: time, rx: rx, tx: tx))
      }
      try ArchiveWriter().append(rows, to: path)
    }
  }

  private func compare(_ path: String, seed: UInt64, windows: Int, _ generator: inout SeededGenerator) throws {
    let header = try ArchiveReader().header(at: path)
    let exact = ArchiveReader(guardSeconds: 0)
    let guarded = ArchiveReader(guardSeconds: 20 * header.pdpStep)
    for archive in header.archives {
      for _ in 0..<windows {
        let span = archive.rows * archive.step
        let from = header.lastUpdate - Int.random(in: 0...span + span / 4 + 5, using: &generator)
        let to = from + Int.random(in: 0...span, using: &generator)
        // Now and then a step that no archive has: the choice must be the same too.
        let step = Int.random(in: 0..<4, using: &generator) == 0 ? Int.random(in: 1...700, using: &generator) : archive.step
        let place: Comment = "seed \(seed), \(archive.consolidation) step \(step) from \(from) to \(to)"
        let expected = try fetch(path, header, archive.consolidation, step, from, to)
        let rows = try exact.rows(at: path, consolidation: archive.consolidation, step: step, from: from, to: to)
        #expect(rows.start + rows.step == expected.firstStamp, place)
        // Compared outside the macro, which would print thousands of values.
        let isSame = same(rows.rx, expected.rx) && same(rows.tx, expected.tx)
        #expect(isSame, place)
        let careful = try guarded.rows(at: path, consolidation: archive.consolidation, step: step, from: from, to: to)
        let hidesOnly = careful.step != rows.step || zip(careful.rx, rows.rx).allSatisfy { $0.isNaN || $0 == $1 }
        #expect(hidesOnly, place)
      }
    }
  }

  private func same(_ left: [Double], _ right: [Double]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { ($0.isNaN && $1.isNaN) || abs($0 - $1) <= abs($1) * 1e-9 }
  }

  private func fetch(
    _ path: String, _ header: ArchiveHeader, _ consolidation: ArchiveConsolidation, _ step: Int, _ from: Int, _ to: Int
  ) throws -> (firstStamp: Int, rx: [Double], tx: [Double]) {
    let text = try RRDTool.run(
      ["fetch", path, consolidation.rawValue, "-r", String(step), "-s", String(from), "-e", String(to)])
    var stamps: [Int] = []
    var rx: [Double] = []
    var tx: [Double] = []
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":")
      guard parts.count == 2, let stamp = Int(parts[0]) else { continue }
      let values = parts[1].split(separator: " ").map { $0.contains("nan") ? Double.nan : Double($0) ?? .infinity }
      stamps.append(stamp)
      rx.append(values[header.rxColumn])
      tx.append(values[header.txColumn])
    }
    return (stamps.first ?? 0, rx, tx)
  }
}
