import Foundation
import TestSupport
import Testing

@testable import Shared

@Suite struct ArchiveWriterTests {
  private let folder: ArchiveFolder
  private let retention: Retention
  private let start = 1_800_000_000
  private let writer = ArchiveWriter()
  private let reader = ArchiveReader(guardSeconds: 0)

  init() throws {
    folder = try ArchiveFolder()
    retention = try Retention(name: "test", parsing: "1s:10m, 10s:1h, 1m:1d")
  }

  private func seconds(_ path: String, _ range: ClosedRange<Int>) throws -> ArchiveRows {
    try reader.rows(
      at: path, consolidation: .average, step: 1, from: start + range.lowerBound - 1, to: start + range.upperBound - 1)
  }

  @Test func storesWhatItIsGiven() throws {
    let path = try folder.archive(retention, start: start)
    try writer.append((1...30).map { ArchiveRow(time: start + $0, rx: Double($0), tx: 0.5) }, to: path)
    let rows = try seconds(path, 1...30)
    #expect(rows.start == start)
    #expect(rows.rx == (1...30).map { Double($0) })
    #expect(rows.tx == Array(repeating: 0.5, count: 30))
    #expect(try reader.header(at: path).lastUpdate == start + 30)
    #expect(try RRDTool.run(["last", path]) == "\(start + 30)\n")
  }

  @Test func gapsAreUnknownAlthoughTheHeartbeatIsLonger() throws {
    let path = try folder.archive(retention, start: start)
    try writer.append([ArchiveRow(time: start + 5, rx: 10, tx: 20), ArchiveRow(time: start + 9, rx: 30, tx: 40)], to: path)
    try writer.append([ArchiveRow(time: start + 12, rx: 50, tx: nil)], to: path)
    let rows = try seconds(path, 1...12)
    let known = [5: 10.0, 9: 30, 12: 50]
    for second in 1...12 {
      if let value = known[second] {
        #expect(rows.rx[second - 1] == value)
      } else {
        #expect(rows.rx[second - 1].isNaN, "second \(second)")
        #expect(rows.tx[second - 1].isNaN, "second \(second)")
      }
    }
    #expect(rows.tx[11].isNaN)
    #expect(rows.tx[8] == 40)
  }

  @Test func consolidatedRowsAverageOverKnownSecondsOnly() throws {
    let path = try folder.archive(retention, start: start)
    // One known second in the first ten; none in the second ten.
    try writer.append([ArchiveRow(time: start + 3, rx: 100, tx: 7), ArchiveRow(time: start + 25, rx: 4, tx: 4)], to: path)
    try writer.append([ArchiveRow(time: start + 30, rx: 8, tx: 8)], to: path)
    for consolidation in ArchiveConsolidation.allCases {
      let rows = try reader.rows(at: path, consolidation: consolidation, step: 10, from: start, to: start + 29)
      #expect(rows.step == 10)
      #expect(rows.rx[0] == 100)
      #expect(rows.rx[1].isNaN)
      #expect(rows.rx[2] == (consolidation == .average ? 6 : consolidation == .minimum ? 4 : 8))
    }
  }

  @Test func theSameRowsAgainChangeNothing() throws {
    let path = try folder.archive(retention, start: start)
    let rows = (1...50).map { ArchiveRow(time: start + $0, rx: Double($0) * 1.5, tx: $0 % 7 == 0 ? nil : 3) }
    try writer.append(Array(rows[..<30]), to: path)
    try writer.append(rows, to: path)
    let bytes = FileManager.default.contents(atPath: path)
    try writer.append(rows, to: path)
    #expect(FileManager.default.contents(atPath: path) == bytes)
    let read = try seconds(path, 1...50)
    for row in rows { #expect(read.rx[row.time - start - 1] == row.rx) }
  }

  @Test func numbersSurviveTheRoundTrip() throws {
    let path = try folder.archive(retention, start: start)
    var generator = SeededGenerator(seed: 42)
    var values: [Double] = [0, 1, 0.1, 1e-9, 123_456_789.987654321, 9_007_199_254_740_991, 1e16, 1.5e17, 4e11 / 3, 2.5e-7]
    while values.count < 300 { values.append(Double.random(in: 0...4e11, using: &generator)) }
    try writer.append(
      values.enumerated().map { ArchiveRow(time: start + 1 + $0.offset, rx: $0.element, tx: $0.element.rounded()) }, to: path)
    let rows = try seconds(path, 1...values.count)
    for (index, value) in values.enumerated() {
      #expect(rows.tx[index] == value.rounded(), "\(value)")
      // librrd's own number parser may miss the last bits of a fraction.
      #expect(abs(rows.rx[index] - value) <= value * 1e-15, "\(value) became \(rows.rx[index])")
    }
  }

  @Test func whatIsNoRateBecomesUnknown() throws {
    let path = try folder.archive(retention, start: start)
    let odd: [Double?] = [nil, .nan, .infinity, -.infinity, -1, -0.5]
    try writer.append(odd.enumerated().map { ArchiveRow(time: start + 1 + $0.offset, rx: $0.element, tx: 1) }, to: path)
    let rows = try seconds(path, 1...odd.count)
    #expect(rows.rx.filter { $0.isNaN }.count == odd.count)
    #expect(rows.tx == Array(repeating: 1, count: odd.count))
  }

  @Test func creatingNeverReplaces() throws {
    let path = try folder.archive(retention, start: start)
    let bytes = FileManager.default.contents(atPath: path)
    let error = #expect(throws: ArchiveError.self) { try writer.create(at: path, retention: .compact, start: start) }
    #expect(error?.code == .exists)
    #expect(FileManager.default.contents(atPath: path) == bytes)
  }

  @Test(arguments: [
    "relative.rrd", "cb//x.rrd", "sql//x", "/tmp/50%.rrd", "/tmp/%n/a.rrd", "/tmp/a b.rrd", "/tmp/", "", "/tmp/ä.rrd",
    "/tmp/a:b.rrd",
  ])
  func refusesPathsThatLibrrdMisreads(_ path: String) throws {
    let created = #expect(throws: ArchiveError.self) { try writer.create(at: path, retention: retention, start: start) }
    #expect(created?.code == .badPath)
    let appended = #expect(throws: ArchiveError.self) {
      try writer.append([ArchiveRow(time: start, rx: 1, tx: 1)], to: path)
    }
    #expect(appended?.code == .badPath)
  }

  @Test func errorsNameTheCause() throws {
    let missing = #expect(throws: ArchiveError.self) {
      try writer.append([ArchiveRow(time: start, rx: 1, tx: 1)], to: folder.file("none.rrd"))
    }
    #expect(missing?.code == .missing)
    let noFolder = #expect(throws: ArchiveError.self) {
      try writer.create(at: folder.file("no/folder.rrd"), retention: retention, start: start)
    }
    #expect(noFolder?.code == .missing, "\(String(describing: noFolder))")
    let path = try folder.archive(retention, start: start)
    let far = #expect(throws: ArchiveError.self) { try writer.append([ArchiveRow(time: .max, rx: 1, tx: 1)], to: path) }
    #expect(far?.code == .badRequest)
  }

  @Test func librrdsWordsBecomeCodes() {
    let table: [(String, ArchiveError.Code)] = [
      ("could not lock RRD", .locked), ("opening '/a/b.rrd': Permission denied", .permission),
      ("opening '/a/b.rrd': No such file or directory", .missing), ("opening '/a/b.rrd': Read-only file system", .permission),
      ("creating '/a/b.rrd': File exists", .exists), ("'/a/b.rrd' is not an RRD file", .corrupt),
      ("write '/a/b.rrd': No space left on device", .full), ("something new", .io),
    ]
    for (text, code) in table { #expect(RRDLibrary.code(of: text) == code, "\(text)") }
  }

  @Test func filesAreReadableByOthersAsTheUmaskAllows() throws {
    let path = try folder.archive(retention, start: start)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode.map { $0 & 0o444 } == 0o444, "mode \(String(mode ?? 0, radix: 8))")
  }

  @Test func otherDataSourcesAreLeftUnknown() throws {
    let path = folder.file("foreign.rrd")
    try RRDTool.run(
      [
        "create", path, "--start", String(start), "--step", "1", "DS:errors:GAUGE:3:0:U", "DS:tx:GAUGE:3:0:U",
        "DS:rx:GAUGE:3:0:U",
      ]
        + ["RRA:AVERAGE:0.5:1:600", "RRA:LAST:0.5:10:60", "RRA:MAX:0.5:10:60"])
    try writer.append((1...20).map { ArchiveRow(time: start + $0, rx: 5, tx: 6) }, to: path)
    let rows = try seconds(path, 1...20)
    #expect(rows.rx == Array(repeating: 5, count: 20))
    #expect(rows.tx == Array(repeating: 6, count: 20))
  }
}
