import Glibc

/// Rows of one archive: row `i` covers `(start + i·step, start + (i + 1)·step]`, NaN is unknown, bit/s.
package struct ArchiveRows: Sendable, Equatable {
  /// Beginning of the first row's interval, epoch seconds.
  package let start: Int
  package let step: Int
  package var rx: [Double]
  package var tx: [Double]
}

/// Reads RRD files without librrd, which trusts their headers and maps them: see `docs/file-formats.md`.
///
/// All calls block on the disk: keep them off event loops and the cooperative pool.
package struct ArchiveReader: Sendable {
  /// Seconds of rows at the old end of every ring that are treated as unknown: a writer replaces the oldest rows, and on
  /// a network file system their new content may be seen before the row pointer that tells of it.
  package var guardSeconds: Int

  package init(guardSeconds: Int = 60) {
    self.guardSeconds = guardSeconds
  }

  /// The header alone, validated.
  package func header(at path: String) throws(ArchiveError) -> ArchiveHeader {
    let file = try ArchiveFile(path: path)
    return try Self.header(of: file).header
  }

  /// The rows that `rrdtool fetch FILE CONSOLIDATION -r STEP -s FROM -e TO` prints: the same choice of archive, the same
  /// rounding (`from` down, `to` up to the next row, a whole row more when it is a multiple), unknown outside the archive.
  package func rows(
    at path: String, consolidation: ArchiveConsolidation, step: Int, from: Int, to: Int
  ) throws(ArchiveError) -> ArchiveRows {
    guard from >= 0, to >= from, to <= ArchiveLayout.Limit.time, step >= 1, step <= ArchiveLayout.Limit.step else {
      throw ArchiveError(.badRequest, path: path, detail: "no window: from \(from) to \(to), step \(step)")
    }
    return try withStableFile(at: path) { file, header throws(ArchiveError) in
      guard let archive = header.bestArchive(consolidation, step: step, from: from, to: to) else {
        throw ArchiveError(.foreign, path: path, detail: "has no \(consolidation.rawValue) archive")
      }
      let start = from - from % archive.step
      let end = to + archive.step - to % archive.step
      let count = (end - start) / archive.step
      guard count <= Self.maximumRows else {
        throw ArchiveError(.badRequest, path: path, detail: "\(count) rows; at most \(Self.maximumRows) are read at once")
      }
      var rows = ArchiveRows(
        start: start, step: archive.step, rx: Array(repeating: .nan, count: count), tx: Array(repeating: .nan, count: count))
      let width = header.dataSources.count
      try scan(file, header, archive, start..<end) { values, first in
        let base = (first - start) / archive.step
        for row in 0..<values.count / width {
          rows.rx[base + row] = values[row * width + header.rxColumn]
          rows.tx[base + row] = values[row * width + header.txColumn]
        }
      }
      return rows
    }
  }

  /// Rows read into memory by one call of `rows`.
  package static let maximumRows = 10_000_000
}

extension ArchiveReader {
  /// The time whose rows are served: all but the oldest.
  func servable(_ archive: ArchiveHeader.Archive) -> Range<Int> {
    let rows = min((guardSeconds + archive.step - 1) / archive.step, archive.rows / 4)
    return archive.start + rows * archive.step..<archive.end
  }

  /// Calls `body` with chunks of whole rows (values of all data sources side by side) that lie in `window` and are
  /// servable, oldest first, and the beginning of the chunk's first row. `window` is cut to whole rows inside it.
  func scan(
    _ file: borrowing ArchiveFile, _ header: ArchiveHeader, _ archive: ArchiveHeader.Archive, _ window: Range<Int>,
    _ body: (_ values: UnsafeBufferPointer<Double>, _ start: Int) -> Void
  ) throws(ArchiveError) {
    let time = window.clamped(to: servable(archive))
    var row = (time.lowerBound - archive.start + archive.step - 1) / archive.step
    let end = (time.upperBound - archive.start) / archive.step
    guard row < end else { return }
    let rowBytes = header.dataSources.count * 8
    let chunkRows = max(1, min(end - row, Self.chunkBytes / rowBytes))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkRows * rowBytes, alignment: 16)
    defer { buffer.deallocate() }
    while row < end {
      // The ring's oldest row stands behind the current one.
      let position = (archive.currentRow + 1 + row) % archive.rows
      let count = min(end - row, chunkRows, archive.rows - position)
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(count * rowBytes)])
      try file.read(into: part, at: archive.offset + position * rowBytes)
      body(UnsafeBufferPointer(part.assumingMemoryBound(to: Double.self)), archive.start + row * archive.step)
      row += count
    }
  }

  private static let chunkBytes = 1 << 18
}
