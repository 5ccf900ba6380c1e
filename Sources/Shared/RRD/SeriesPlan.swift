/// Which rows of which archive fill which part of a series.
///
/// A ladder of resolutions is kept for each consolidation. The main rung suits the window; the time after its last
/// complete row comes from finer rungs, the time before its first from coarser ones.
struct SeriesPlan {
  struct Segment: Equatable {
    let archive: ArchiveHeader.Archive
    let time: Range<Int>
    var roles: SeriesLane.Roles
  }

  let segments: [Segment]

  init(header: ArchiveHeader, reader: ArchiveReader, grid: SeriesGrid, main: ArchiveHeader.Archive) {
    var segments: [Segment] = []
    let roles: [(ArchiveConsolidation, SeriesLane.Roles)] = [
      (.average, .average), (.maximum, .maximum), (.minimum, .minimum),
    ]
    for (consolidation, role) in roles {
      let ladder = Self.ladder(header, consolidation)
      for (archive, time) in Self.cover(ladder, consolidation, main: main.step, window: grid.time, reader: reader) {
        // An archive without MIN or MAX beside it is read once for all it tells.
        if let index = segments.firstIndex(where: { $0.archive == archive && $0.time == time }) {
          segments[index].roles.insert(role)
        } else {
          segments.append(Segment(archive: archive, time: time, roles: role))
        }
      }
    }
    self.segments = segments
  }

  /// The parts of `segments` that lie in `ranges` (ascending, disjoint).
  static func cut(_ segments: [Segment], _ ranges: [Range<Int>]) -> [Segment] {
    segments.flatMap { segment in
      ranges.compactMap { range in
        let time = segment.time.clamped(to: range)
        return time.isEmpty ? nil : Segment(archive: segment.archive, time: time, roles: segment.roles)
      }
    }
  }

  /// An archive for each step, finest first: of the wanted consolidation where there is one, else AVERAGE.
  static func ladder(_ header: ArchiveHeader, _ consolidation: ArchiveConsolidation) -> [ArchiveHeader.Archive] {
    var rungs: [Int: ArchiveHeader.Archive] = [:]
    for archive in header.archives where archive.consolidation == consolidation || archive.consolidation == .average {
      guard let present = rungs[archive.step] else {
        rungs[archive.step] = archive
        continue
      }
      let isBetter = archive.consolidation == consolidation && present.consolidation != consolidation
      if isBetter || (archive.consolidation == present.consolidation && archive.rows > present.rows) {
        rungs[archive.step] = archive
      }
    }
    return rungs.values.sorted { $0.step < $1.step }
  }

  /// The archive that suits a window: the coarsest that still gives `points` steps and reaches back to `from`; if none
  /// that fine reaches back, the finest that does; else the one that reaches back furthest.
  static func main(
    of ladder: [ArchiveHeader.Archive], reader: ArchiveReader, from: Int, to: Int, points: Int
  ) -> ArchiveHeader.Archive? {
    let wanted = Double(to - from) / Double(points)
    // An archive that lacks only a sliver of the window is as good: coarser rows fill its left edge.
    let sliver = (to - from) / 64
    let reaching = ladder.filter { reader.servable($0).lowerBound <= from + sliver }
    if let coarsest = reaching.last(where: { Double($0.step) <= wanted }) ?? reaching.first { return coarsest }
    // Ties go to the coarser one, which has fewer rows to read.
    return ladder.min { ($0.start, -$0.step) < ($1.start, -$1.step) }
  }

  private static func cover(
    _ ladder: [ArchiveHeader.Archive], _ consolidation: ArchiveConsolidation, main step: Int, window: Range<Int>,
    reader: ArchiveReader
  ) -> [(ArchiveHeader.Archive, Range<Int>)] {
    guard let index = ladder.firstIndex(where: { $0.step == step }) else { return [] }
    var parts: [(ArchiveHeader.Archive, Range<Int>)] = []
    func take(_ archive: ArchiveHeader.Archive, _ time: Range<Int>) {
      let part = time.clamped(to: window)
      if !part.isEmpty { parts.append((archive, part)) }
    }
    func told(_ archive: ArchiveHeader.Archive) -> Range<Int> {
      let time = reader.servable(archive)
      // Means that were spread over shorter rows tell no extremes: those come from the rows that they were made of.
      return consolidation == .average ? time : min(max(time.lowerBound, archive.extremesFrom), time.upperBound)..<time.upperBound
    }
    let centre = told(ladder[index])
    take(ladder[index], centre)
    var newest = centre.upperBound
    for archive in ladder[..<index].reversed() {
      let range = told(archive)
      guard range.upperBound > newest else { continue }
      take(archive, max(newest, range.lowerBound)..<range.upperBound)
      newest = range.upperBound
    }
    var oldest = centre.lowerBound
    let others = ladder[(index + 1)...] + ladder[..<index].reversed()
    // Where nothing tells the extremes, means are better than nothing.
    for range in others.map({ ($0, told($0)) }) + ladder.map({ ($0, reader.servable($0)) }) where range.1.lowerBound < oldest {
      take(range.0, range.1.lowerBound..<min(oldest, range.1.upperBound))
      oldest = range.1.lowerBound
    }
    return parts
  }
}
