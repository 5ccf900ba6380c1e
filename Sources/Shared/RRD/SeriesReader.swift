/// Makes series for graphs and the API out of an archive. All calls block on the disk.
package struct SeriesReader: Sendable {
  private let reader: ArchiveReader

  package init(reader: ArchiveReader = ArchiveReader()) {
    self.reader = reader
  }

  /// Highest number of points that may be asked for; up to twice as many come back.
  package static let maximumPoints = 4000

  /// The history from `from` to `to` (epoch seconds) in at least `points` steps where the archives are fine enough, at most
  /// twice as many, never finer than a second.
  package func series(at path: String, from: Int, to: Int, points: Int) throws(ArchiveError) -> Series {
    try builder(at: path, from: from, to: to, points: points).finish()
  }

  /// The same before its end, to add live seconds after the archive's last update or a replica's history.
  package func builder(at path: String, from: Int, to: Int, points: Int) throws(ArchiveError) -> SeriesBuilder {
    guard from >= 0, to > from, to <= ArchiveLayout.Limit.time else {
      throw ArchiveError(.badRequest, path: path, detail: "no window: from \(from) to \(to)")
    }
    guard (1...Self.maximumPoints).contains(points) else {
      throw ArchiveError(.badRequest, path: path, detail: "\(points) points; 1 to \(Self.maximumPoints) are allowed")
    }
    return try build(at: path) { header in
      let ladder = SeriesPlan.ladder(header, .average)
      guard let main = SeriesPlan.main(of: ladder, reader: reader, from: from, to: to, points: points) else { return nil }
      return (main, Self.grid(from: from, to: to, points: points, main: main))
    }
  }

  /// The history on a given grid, for example that of a replica.
  package func builder(at path: String, grid: SeriesGrid) throws(ArchiveError) -> SeriesBuilder {
    guard grid.step >= 1, grid.t0 >= 0, grid.end <= 2 * ArchiveLayout.Limit.time, grid.count <= 3 * Self.maximumPoints else {
      throw ArchiveError(.badRequest, path: path, detail: "no grid: \(grid.count) steps of \(grid.step) s from \(grid.t0)")
    }
    return try build(at: path) { header in main(header, grid).map { ($0, grid) } }
  }

  /// Only the seconds in `ranges` (ascending, disjoint) on a grid, from the rows that suit the whole grid.
  package func builder(at path: String, grid: SeriesGrid, ranges: [Range<Int>]) throws(ArchiveError) -> SeriesBuilder {
    guard grid.step >= 1, grid.t0 >= 0, grid.end <= 2 * ArchiveLayout.Limit.time, grid.count <= 3 * Self.maximumPoints else {
      throw ArchiveError(.badRequest, path: path, detail: "no grid: \(grid.count) steps of \(grid.step) s from \(grid.t0)")
    }
    return try build(at: path, ranges: ranges) { header in main(header, grid).map { ($0, grid) } }
  }

  /// What an archive can tell about a window, before anything is read: see ``SeriesSurvey``.
  package func survey(at path: String, from: Int, to: Int, points: Int) throws(ArchiveError) -> SeriesSurvey {
    guard from >= 0, to > from, to <= ArchiveLayout.Limit.time, (1...Self.maximumPoints).contains(points) else {
      throw ArchiveError(.badRequest, path: path, detail: "no window: from \(from) to \(to), \(points) points")
    }
    let header = try reader.header(at: path)
    let ladder = SeriesPlan.ladder(header, .average)
    guard let main = SeriesPlan.main(of: ladder, reader: reader, from: from, to: to, points: points) else {
      throw ArchiveError(.foreign, path: path, detail: "has no AVERAGE archive")
    }
    let grid = Self.grid(from: from, to: to, points: points, main: main)
    return SeriesSurvey(
      grid: grid, rungs: ladder.map { SeriesSurvey.Rung(step: $0.step, from: reader.servable($0).lowerBound) })
  }

  /// How long the rows are that `builder` reads for this grid.
  package func parts(at path: String, grid: SeriesGrid) throws(ArchiveError) -> SeriesParts {
    let header = try reader.header(at: path)
    guard let main = main(header, grid) else { return SeriesParts([]) }
    let plan = SeriesPlan(header: header, reader: reader, grid: grid, main: main)
    return SeriesParts(plan.segments.map { SeriesParts.Part(time: $0.time, step: $0.archive.step) })
  }

  /// Rows that fit the grid's steps where there are such: others would smear over their neighbours.
  private func main(_ header: ArchiveHeader, _ grid: SeriesGrid) -> ArchiveHeader.Archive? {
    let ladder = SeriesPlan.ladder(header, .average)
    let fitting = ladder.filter { grid.step % $0.step == 0 }
    return SeriesPlan.main(
      of: fitting.isEmpty ? ladder : fitting, reader: reader, from: grid.t0, to: max(grid.end, grid.t0 + 1),
      points: max(1, grid.count))
  }

  /// At most twice as many steps as points, also where the window's edges do not meet the steps.
  private static func grid(from: Int, to: Int, points: Int, main: ArchiveHeader.Archive) -> SeriesGrid {
    let step = main.step * max(1, (to - from) / points / main.step)
    let grid = SeriesGrid(from: from, to: to, step: step)
    return grid.count > 2 * points ? SeriesGrid(from: from, to: to, step: step * 2) : grid
  }

  private func build(
    at path: String, ranges: [Range<Int>]? = nil, _ choose: (ArchiveHeader) -> (ArchiveHeader.Archive, SeriesGrid)?
  ) throws(ArchiveError) -> SeriesBuilder {
    try reader.withStableFile(at: path) { file, header throws(ArchiveError) in
      guard let (main, grid) = choose(header) else {
        throw ArchiveError(.foreign, path: path, detail: "has no AVERAGE archive")
      }
      var builder = SeriesBuilder(grid: grid, lastTime: header.lastUpdate)
      let width = header.dataSources.count
      let plan = SeriesPlan(header: header, reader: reader, grid: grid, main: main).segments
      for segment in ranges.map({ SeriesPlan.cut(plan, $0) }) ?? plan {
        let archive = segment.archive
        // Rows that only touch the segment are read too; the clip keeps their outside away.
        let lower = SeriesGrid.floor(segment.time.lowerBound, to: archive.step)
        let upper = SeriesGrid.floor(segment.time.upperBound + archive.step - 1, to: archive.step)
        try reader.scan(file, header, archive, lower..<upper) { values, start in
          guard let base = values.baseAddress else { return }
          func run(_ column: Int) -> RowRun {
            RowRun(values: base + column, stride: width, count: values.count / width, start: start, step: archive.step)
          }
          builder.rx.add(run(header.rxColumn), clip: segment.time, grid: grid, roles: segment.roles)
          builder.tx.add(run(header.txColumn), clip: segment.time, grid: grid, roles: segment.roles)
        }
      }
      return builder
    }
  }
}
