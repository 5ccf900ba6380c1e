/// Which rows of an old file fill which rows of one archive of a new one.
///
/// In this order: the archive of the same step and consolidation, row by row as it stands; the finest rows that hold the
/// consolidation; longer rows, spread over the shorter ones that they cover; for MIN and MAX at last means.
struct ConversionPlan {
  /// Rows of an old archive, and the time for which they may speak.
  struct Source: Equatable {
    let archive: ArchiveHeader.Archive
    let time: Range<Int>
  }

  struct Segment: Equatable {
    let source: Source
    /// Rows of the new archive, counted from its oldest.
    let rows: Range<Int>
    /// Rows are taken over as they stand.
    let isExact: Bool
  }

  /// In the order in which they are asked.
  let sources: [Source]
  /// Oldest first; rows in none of them are unknown.
  let segments: [Segment]
  /// Finer rows that hold the consolidation, finest first: they tell what an exact row calls unknown because too much of it was.
  let finer: [Source]

  init(target: ArchiveHeader.Archive, old: ArchiveHeader) {
    let exact = old.archives.filter { $0.step == target.step && ($0.pdpPerRow == 1 || $0.consolidation == target.consolidation) }
      .max { $0.rows < $1.rows }.map { Source(archive: $0, time: $0.start..<$0.end) }
    let ladder = Self.ladder(target.consolidation, old)
    finer = ladder.filter { $0.archive.step < target.step }
    sources = Self.aligned((exact.map { [$0] } ?? []) + ladder + Self.standIns(target.consolidation, old), step: target.step)
    segments = Self.segments(target, sources, exact: exact == nil ? nil : sources.first)
  }

  /// Lets each source begin where the one that speaks for the time before it ends a row of its own: a longer row is used as a whole or
  /// not at all, or its mean would be counted for a part that it is not the mean of.
  private static func aligned(_ sources: [Source], step: Int) -> [Source] {
    var aligned: [Source] = []  // those that are asked later
    for source in sources.reversed() {
      var lower = source.time.lowerBound
      // A later beginning may have another one speak before it: again, until both fit.
      while lower < source.time.upperBound, let before = aligned.first(where: { $0.time.lowerBound < lower }),
        let common = leastCommonMultiple(step, before.archive.step), lower % common != 0
      {
        lower += common - lower % common
      }
      aligned.insert(Source(archive: source.archive, time: min(lower, source.time.upperBound)..<source.time.upperBound), at: 0)
    }
    return aligned
  }

  /// `nil` when it is longer than any archive reaches.
  private static func leastCommonMultiple(_ one: Int, _ other: Int) -> Int? {
    var (divisor, rest) = (one, other)
    while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    let (product, overflow) = (one / divisor).multipliedReportingOverflow(by: other)
    return overflow || product > ArchiveLayout.Limit.span ? nil : product
  }

  /// What holds the consolidation, finest first.
  static func ladder(_ consolidation: ArchiveConsolidation, _ old: ArchiveHeader) -> [Source] {
    old.archives.filter { $0.pdpPerRow == 1 || $0.consolidation == consolidation }.map { archive in
      let from = consolidation == .average ? archive.start : min(max(archive.start, archive.extremesFrom), archive.end)
      return Source(archive: archive, time: from..<archive.end)
    }.sorted { ($0.archive.step, -$0.archive.rows) < ($1.archive.step, -$1.archive.rows) }
  }

  private static func standIns(_ consolidation: ArchiveConsolidation, _ old: ArchiveHeader) -> [Source] {
    consolidation == .average ? [] : ladder(.average, old)
  }

  private static func segments(_ target: ArchiveHeader.Archive, _ sources: [Source], exact: Source?) -> [Segment] {
    var segments: [Segment] = []
    var free = [0..<target.rows]
    for source in sources {
      let rows = whole(source.time, of: target)
      for part in free.map({ $0.clamped(to: rows) }) where !part.isEmpty {
        segments.append(Segment(source: source, rows: part, isExact: source == exact))
      }
      free = free.flatMap { subtract(rows, from: $0) }
    }
    // Rows of which every source knows only a part: the ends of the rings.
    for range in free {
      let edges = Set(sources.flatMap { edgeRows($0.time, of: target) }).filter { range.contains($0) }
      for row in edges {
        let time = target.start + row * target.step..<target.start + (row + 1) * target.step
        var best: (source: Source, seconds: Int)?
        for source in sources {
          let seconds = source.time.clamped(to: time).count
          if seconds > best?.seconds ?? 0 { best = (source, seconds) }
        }
        if let best { segments.append(Segment(source: best.source, rows: row..<row + 1, isExact: false)) }
      }
    }
    return segments.sorted { $0.rows.lowerBound < $1.rows.lowerBound }
  }

  /// The rows that lie in `time` as a whole.
  private static func whole(_ time: Range<Int>, of target: ArchiveHeader.Archive) -> Range<Int> {
    let lower = SeriesGrid.floor(time.lowerBound - target.start + target.step - 1, to: target.step) / target.step
    let upper = SeriesGrid.floor(time.upperBound - target.start, to: target.step) / target.step
    let first = min(max(lower, 0), target.rows)
    return first..<min(max(upper, first), target.rows)
  }

  private static func edgeRows(_ time: Range<Int>, of target: ArchiveHeader.Archive) -> [Int] {
    guard !time.isEmpty else { return [] }
    return [time.lowerBound, time.upperBound - 1].map { SeriesGrid.floor($0 - target.start, to: target.step) / target.step }
  }

  private static func subtract(_ range: Range<Int>, from other: Range<Int>) -> [Range<Int>] {
    let part = range.clamped(to: other)
    if part.isEmpty { return [other] }
    return [other.lowerBound..<part.lowerBound, part.upperBound..<other.upperBound].filter { !$0.isEmpty }
  }

  /// Since when the rows tell extremes; 0 when all do, or the archive is not one of single seconds.
  func extremesFrom(_ target: ArchiveHeader.Archive) -> Int {
    guard target.pdpPerRow == 1 else { return 0 }
    let exact = segments.first { $0.isExact }
    let since = exact.map { max(target.start + $0.rows.lowerBound * target.step, $0.source.archive.extremesFrom) } ?? target.end
    return since > target.start ? min(since, target.end) : 0
  }
}
