import Foundation
import FoundationXML
import Shared
import TestSupport
import Testing

@Suite struct RRDGraphTests {
  private let start = 1_800_000_000

  private func series(_ step: Int = 60) -> Series {
    let count = 100
    var values: [Double] = []
    for index in 0..<count { values.append(index % 17 == 0 ? .nan : 1e6 * (2 + sin(Double(index) / 9))) }
    let band = Series.Band(
      avg: values, max: values.map { $0 * 2 }, min: values.map { $0 / 2 }, known: values.map { $0.isNaN ? 0 : Double(step) })
    return Series(t0: start - start % step, step: step, rx: band, tx: band)
  }

  private func arguments(_ format: String) -> [String] {
    [
      "--imgformat", format, "--width", "400", "--height", "120", "--title", "Office 100%", "DEF:in=cb//0:rx:AVERAGE",
      "DEF:peak=cb//0:rx:MAX", "DEF:low=cb//0:tx:MIN", "VDEF:top=peak,MAXIMUM", "LINE1:in#00aa55:in", "LINE1:peak#2277cc",
      "LINE1:low#aa2222", "GPRINT:top:%6.2lf %sbit/s",
    ]
  }

  private func draw(_ format: String) throws -> [UInt8] {
    try RRDLibrary.graph(start: start, end: start + 6000, arguments: arguments(format), rows: ["0": series()])
  }

  @Test func drawsPNG() throws {
    let bytes = try draw("PNG")
    #expect(bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
    #expect(bytes.count > 2000)
    #expect(bytes.suffix(8).prefix(4) == [0x49, 0x45, 0x4e, 0x44])
  }

  @Test func drawsWellFormedSVG() throws {
    let bytes = try draw("SVG")
    let document = try XMLDocument(data: Data(bytes))
    #expect(document.rootElement()?.name == "svg")
  }

  /// The same drawing as librrd makes from the file itself, to the byte: no row is shifted, scaled or lost.
  @Test(arguments: [600, 575, 3000]) func drawsWhatRRDToolDrawsFromTheFile(_ span: Int) throws {
    let folder = try ArchiveFolder()
    let path = try folder.archive(try Retention(name: "x", parsing: "1s:2h"), start: start)
    var generator = SeededGenerator(seed: 5)
    let rows = (1...3600).map { second in
      ArchiveRow(time: start + second, rx: second % 40 == 0 ? nil : Double.random(in: 0...1e9, using: &generator), tx: 5e6)
    }
    try ArchiveWriter().append(rows, to: path)
    let from = start + 123
    func drawing(of source: String) -> [String] {
      [
        "--imgformat", "PNG", "--width", "600", "--height", "200", "--step", "1", "DEF:a=\(source):rx:AVERAGE",
        "DEF:b=\(source):tx:AVERAGE", "VDEF:peak=a,MAXIMUM", "AREA:a#99e6bb", "LINE1:b#2277cc", "GPRINT:peak:%10.0lf",
      ]
    }
    let series = try SeriesReader(reader: ArchiveReader(guardSeconds: 0)).series(
      at: path, from: from - 10, to: from + span + 10, points: 4000)
    let ours = try RRDLibrary.graph(
      start: from, end: from + span, arguments: drawing(of: "cb//office/ether1"), rows: ["office/ether1": series])
    let theirs = try RRDTool.output(["graph", "-", "--start", String(from), "--end", String(from + span)] + drawing(of: path))
    let isSame = Data(ours) == theirs
    #expect(isSame, "\(ours.count) and \(theirs.count) bytes")
  }

  @Test func parallelCallsTakeTurns() async throws {
    let expected = try draw("PNG")
    try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<8 {
        group.addTask {
          try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try draw("PNG") }) }
          }
        }
      }
      for try await bytes in group {
        let isSame = bytes == expected
        #expect(isSame)
      }
    }
  }

  @Test(arguments: [
    "DEF:a=/tmp/x.rrd:rx:AVERAGE", "DEF:a=cb//9:rx:AVERAGE", "DEF:a=traffic.rrd:rx:AVERAGE", "DEF:a", "DEF:", "--daemon",
    "--daemon=unix:/x", "--start", "--end=5", "-s",
  ])
  func refusesArgumentsThatOpenFilesOrMoveTheWindow(_ argument: String) {
    let error = #expect(throws: ArchiveError.self) {
      try RRDLibrary.graph(start: start, end: start + 60, arguments: [argument], rows: ["0": series()])
    }
    #expect(error?.code == .badRequest)
  }

  @Test func librrdsComplaintIsPassedOn() {
    let error = #expect(throws: ArchiveError.self) {
      try RRDLibrary.graph(start: start, end: start + 60, arguments: ["LINE1:nothing#123456"], rows: [:])
    }
    #expect(error?.code == .drawing)
    #expect(error?.detail.isEmpty == false)
    let unknown = #expect(throws: ArchiveError.self) {
      try RRDLibrary.graph(
        start: start, end: start + 60, arguments: ["DEF:a=cb//0:rx:LAST", "LINE1:a#123456"], rows: ["0": series()])
    }
    #expect(unknown?.detail == "only AVERAGE, MIN and MAX can be drawn")
    let column = #expect(throws: ArchiveError.self) {
      try RRDLibrary.graph(
        start: start, end: start + 60, arguments: ["DEF:a=cb//0:zz:AVERAGE", "LINE1:a#123456"], rows: ["0": series()])
    }
    #expect(column?.code == .drawing)
  }

  @Test func windowsBesideTheRowsAreEmptyDrawings() throws {
    for shift in [-1_000_000, 1_000_000, -3000, 3000] {
      let bytes = try RRDLibrary.graph(
        start: start + shift, end: start + shift + 6000, arguments: arguments("PNG"), rows: ["0": series()])
      #expect(bytes.count > 1000)
    }
  }
}
