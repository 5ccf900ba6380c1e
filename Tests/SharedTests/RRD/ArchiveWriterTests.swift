import Foundation
import Shared
import TestSupport
import Testing

@Suite struct ArchiveWriterTests {
  private let retention: Retention
  private let start = 1_800_000_000

  init() throws {
    retention = try Retention(name: "test", parsing: "1s:10m, 10s:1h, 1m:1d")
  }

  @Test func storesWhatItIsGiven() throws {
    let folder = try TemporaryDirectory()
    let path = folder.path + "/a.rrd"
    let writer = ArchiveWriter()
    try writer.create(at: path, retention: retention, start: start)
    try writer.append((1...30).map { ArchiveRow(time: start + $0, rx: Double($0), tx: 0.5) }, to: path)
    let rows = try ArchiveReader(guardSeconds: 0).rows(at: path, consolidation: .average, step: 1, from: start, to: start + 29)
    #expect(rows.start == start)
    #expect(rows.rx == (1...30).map(Double.init))
    let header = try ArchiveReader().header(at: path)
    #expect(header.lastUpdate == start + 30)
  }
}
