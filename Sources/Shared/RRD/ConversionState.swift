/// The part of a header that says how far a file has come, carried from an old file to a new one: librrd goes on in the new one
/// as it would have gone on in the old.
///
/// Positions are those of `rrd_format.h`: a preparation area of a data source is its last reading (30 bytes, padded to 32) and ten
/// values, of an archive and data source ten values, of which the first is the row in the making and the second how many of its
/// points are unknown.
struct ConversionState {
  let old: ArchiveHeader
  /// The old file's header.
  let oldBytes: [UInt8]
  let new: ArchiveHeader

  /// Sums, extremes and unknown seconds of the rows in the making of one archive.
  struct RowInTheMaking {
    var value: Double
    var unknown: Int
  }

  private var oldArchives: Int { old.fileArchives }

  /// Copies time of the last update and the seconds in the making.
  func carryPoints(into header: inout [UInt8]) {
    let live = ArchiveLayout.liveHeadOffset(dataSources: 2, archives: new.archives.count)
    header.withUnsafeMutableBytes {
      $0.storeBytes(of: old.lastUpdate, toByteOffset: live, as: Int.self)
      $0.storeBytes(of: old.lastUpdateMicroseconds, toByteOffset: live + 8, as: Int.self)
    }
    for (source, column) in [old.rxColumn, old.txColumn].enumerated() {
      let from = ArchiveLayout.pdpPrepOffset(
        column, dataSources: old.dataSources.count, archives: oldArchives, version: old.version)
      let to = ArchiveLayout.pdpPrepOffset(source, dataSources: 2, archives: new.archives.count, version: new.version)
      header.replaceSubrange(to..<to + ArchiveLayout.pdpPrep, with: oldBytes[from..<from + ArchiveLayout.pdpPrep])
      // librrd takes the last reading for a C string.
      header[to + Self.lastReading - 1] = 0
    }
  }

  private static let lastReading = 30

  /// Copies the row in the making from the same archive of the old file.
  /// - Returns: whether there is one, and it makes sense.
  func carryRow(of target: ArchiveHeader.Archive, into header: inout [UInt8]) -> Bool {
    let same = old.archives.first { $0.step == target.step && $0.consolidation == target.consolidation }
    guard let same else { return false }
    let columns = [old.rxColumn, old.txColumn]
    let places = columns.map {
      ArchiveLayout.cdpPrepOffset(
        same.index, $0, dataSources: old.dataSources.count, archives: oldArchives, version: old.version)
    }
    let elapsed = old.lastUpdate % target.step / old.pdpStep
    let isSound = oldBytes.withUnsafeBytes { bytes in
      places.allSatisfy { bytes.loadUnaligned(fromByteOffset: $0 + 8, as: UInt64.self) <= UInt64(elapsed) }
    }
    guard isSound else { return false }
    for (source, from) in places.enumerated() {
      let to = place(target, source)
      header.replaceSubrange(to..<to + ArchiveLayout.cdpPrep, with: oldBytes[from..<from + ArchiveLayout.cdpPrep])
    }
    return true
  }

  func store(_ row: RowInTheMaking, of target: ArchiveHeader.Archive, source: Int, into header: inout [UInt8]) {
    let at = place(target, source)
    header.withUnsafeMutableBytes {
      $0.storeBytes(of: row.value, toByteOffset: at, as: Double.self)
      $0.storeBytes(of: row.unknown, toByteOffset: at + 8, as: Int.self)
    }
  }

  private func place(_ target: ArchiveHeader.Archive, _ source: Int) -> Int {
    ArchiveLayout.cdpPrepOffset(
      target.index, source, dataSources: 2, archives: new.archives.count, version: new.version)
  }
}

extension ConversionRows {
  /// The row of `target` that the old file's last update left unfinished, `rx` and `tx`.
  func rowInTheMaking(
    _ target: ArchiveHeader.Archive, lastUpdate: Int, _ old: ArchiveHeader, _ file: borrowing ArchiveFile
  ) throws(ArchiveError) -> [ConversionState.RowInTheMaking] {
    let begin = lastUpdate - lastUpdate % target.step
    let grid = SeriesGrid(from: begin, to: begin + target.step, step: target.step)
    let averages = try pieces(ConversionPlan.ladder(.average, old), begin..<lastUpdate, grid, file)
    let told = try pieces(ConversionPlan(target: target, old: old).sources, begin..<lastUpdate, grid, file)
    return [(averages.rx, told.rx), (averages.tx, told.tx)].map { average, told in
      let known = average.known[0]
      let value =
        switch target.consolidation {
        case .average: average.sum[0]
        case .maximum: told.high[0]  // infinite while nothing is known, as in librrd
        case .minimum: told.low[0]
        }
      return ConversionState.RowInTheMaking(value: value, unknown: lastUpdate - begin - Int(known.rounded()))
    }
  }

  /// Covers the time from its end backwards, each source as far as those before it do not reach.
  private func pieces(
    _ sources: [ConversionPlan.Source], _ time: Range<Int>, _ grid: SeriesGrid, _ file: borrowing ArchiveFile
  ) throws(ArchiveError) -> (rx: SeriesLane, tx: SeriesLane) {
    var rx = SeriesLane(count: 1)
    var tx = SeriesLane(count: 1)
    var end = time.upperBound
    for source in sources where source.time.upperBound >= end && source.time.lowerBound < end {
      let part = ConversionPlan.Source(
        archive: source.archive, time: max(source.time.lowerBound, time.lowerBound)..<end)
      guard !part.time.isEmpty else { continue }
      let lanes = try lanes(part, grid, file)
      rx.merge(lanes.rx)
      tx.merge(lanes.tx)
      end = part.time.lowerBound
    }
    return (rx, tx)
  }
}

extension SeriesLane {
  /// Adds what another lane of the same grid knows about other times.
  mutating func merge(_ other: SeriesLane) {
    for index in known.indices where other.known[index] > 0 {
      add(other.sum[index] / other.known[index], seconds: other.known[index], to: index, roles: .average)
      add(other.high[index], seconds: 0, to: index, roles: .maximum)
      add(other.low[index], seconds: 0, to: index, roles: .minimum)
    }
  }
}
