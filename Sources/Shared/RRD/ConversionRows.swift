import Glibc

/// Computes rows of a new archive out of an old file and writes them where they belong in the ring.
struct ConversionRows: ~Copyable {
  private let old: ArchiveHeader
  private let descriptor: Int32
  private let path: String
  private let reader = ArchiveReader(guardSeconds: 0)
  /// Two values a row: `rx`, `tx`.
  private var values: [Double] = []

  /// Rows that are computed at once: half a megabyte of them.
  private static let chunk = 32_768

  init(old: ArchiveHeader, descriptor: Int32, path: String) {
    self.old = old
    self.descriptor = descriptor
    self.path = path
  }

  /// Fills one archive of the new file. `progress` is called with numbers of rows.
  mutating func fill(
    _ target: ArchiveHeader.Archive, from file: borrowing ArchiveFile, _ progress: (Int) -> Void
  ) throws(ArchiveError) {
    let plan = ConversionPlan(target: target, old: old)
    for segment in plan.segments {
      var row = segment.rows.lowerBound
      while row < segment.rows.upperBound {
        let rows = row..<min(segment.rows.upperBound, row + Self.chunk)
        if segment.isExact {
          try copy(segment.source, rows, target, file)
          try complete(rows, target, segment.source, plan.finer, file)
        } else {
          values = try consolidated(segment.source, rows, target, file)
        }
        try write(rows, target)
        progress(rows.count)
        row = rows.upperBound
      }
    }
  }

  private mutating func copy(
    _ source: ConversionPlan.Source, _ rows: Range<Int>, _ target: ArchiveHeader.Archive, _ file: borrowing ArchiveFile
  ) throws(ArchiveError) {
    values = [Double](repeating: .nan, count: rows.count * 2)
    let time = time(rows, target)
    let (rx, tx, width) = (old.rxColumn, old.txColumn, old.dataSources.count)
    try reader.scan(file, old, source.archive, time) { run, start in
      var place = (start - time.lowerBound) / target.step * 2
      for row in stride(from: 0, to: run.count, by: width) {
        values[place] = run[row + rx]
        values[place + 1] = run[row + tx]
        place += 2
      }
    }
  }

  /// Gives unknown rows what finer rows know of them, where the old file was stricter than ours are about rows known in part.
  private mutating func complete(
    _ rows: Range<Int>, _ target: ArchiveHeader.Archive, _ exact: ConversionPlan.Source, _ finer: [ConversionPlan.Source],
    _ file: borrowing ArchiveFile
  ) throws(ArchiveError) {
    let points = Double(exact.archive.pdpPerRow)
    guard exact.archive.xff * points < points - 1, values.contains(where: { $0.isNaN }) else { return }
    for source in finer {
      let known = try consolidated(source, rows, target, file)
      for index in values.indices where values[index].isNaN { values[index] = known[index] }
    }
  }

  private func consolidated(
    _ source: ConversionPlan.Source, _ rows: Range<Int>, _ target: ArchiveHeader.Archive, _ file: borrowing ArchiveFile
  ) throws(ArchiveError) -> [Double] {
    let time = time(rows, target)
    let (rx, tx) = try lanes(source, SeriesGrid(from: time.lowerBound, to: time.upperBound, step: target.step), file)
    var result = [Double](repeating: .nan, count: rows.count * 2)
    for index in 0..<rows.count {
      result[2 * index] = rx.value(target.consolidation, index)
      result[2 * index + 1] = tx.value(target.consolidation, index)
    }
    return result
  }

  /// What a source knows about the steps of a grid.
  func lanes(
    _ source: ConversionPlan.Source, _ grid: SeriesGrid, _ file: borrowing ArchiveFile
  ) throws(ArchiveError) -> (rx: SeriesLane, tx: SeriesLane) {
    var rx = SeriesLane(count: grid.count)
    var tx = SeriesLane(count: grid.count)
    let clip = source.time.clamped(to: grid.time)
    guard !clip.isEmpty else { return (rx, tx) }
    let step = source.archive.step
    // Rows that only touch the grid are read too; the clip keeps their outside away.
    let window = SeriesGrid.floor(clip.lowerBound, to: step)..<SeriesGrid.floor(clip.upperBound + step - 1, to: step)
    let (rxColumn, txColumn, width) = (old.rxColumn, old.txColumn, old.dataSources.count)
    try reader.scan(file, old, source.archive, window) { values, start in
      guard let base = values.baseAddress else { return }
      func run(_ column: Int) -> RowRun {
        RowRun(values: base + column, stride: width, count: values.count / width, start: start, step: step)
      }
      // A mean stands for its row's extremes where nothing better does; the plan decides when.
      rx.add(run(rxColumn), clip: clip, grid: grid, roles: .all)
      tx.add(run(txColumn), clip: clip, grid: grid, roles: .all)
    }
    return (rx, tx)
  }

  private func time(_ rows: Range<Int>, _ target: ArchiveHeader.Archive) -> Range<Int> {
    target.start + rows.lowerBound * target.step..<target.start + rows.upperBound * target.step
  }

  private func write(_ rows: Range<Int>, _ target: ArchiveHeader.Archive) throws(ArchiveError) {
    // A new file is filled with unknown already.
    if values.allSatisfy({ $0.isNaN }) { return }
    var row = rows.lowerBound
    while row < rows.upperBound {
      // The ring's oldest row stands behind the current one.
      let position = (target.currentRow + 1 + row) % target.rows
      let count = min(rows.upperBound - row, target.rows - position)
      let first = (row - rows.lowerBound) * 2
      try PositionedFile.write(descriptor, values[first..<first + count * 2], at: target.offset + position * 16, path: path)
      row += count
    }
  }
}

extension SeriesLane {
  /// One step as a row of an archive; NaN when nothing of it is known.
  fileprivate func value(_ consolidation: ArchiveConsolidation, _ index: Int) -> Double {
    guard known[index] > 0 else { return .nan }
    return switch consolidation {
    case .average: sum[index] / known[index]
    case .maximum: high[index]
    case .minimum: low[index]
    }
  }
}

/// Writes at a place in a file that is already as long as it will be.
enum PositionedFile {
  static func write<Value: BitwiseCopyable>(
    _ descriptor: Int32, _ content: ArraySlice<Value>, at offset: Int, path: String
  ) throws(ArchiveError) {
    var failure: Int32 = 0
    content.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      var done = 0
      while done < bytes.count {
        let count = pwrite(descriptor, base + done, bytes.count - done, off_t(offset + done))
        if count >= 0 {
          done += count
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    guard failure == 0 else { throw .system("cannot write", path: path, errno: failure) }
  }
}
