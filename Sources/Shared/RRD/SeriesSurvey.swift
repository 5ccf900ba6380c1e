/// What an archive can tell about a window.
package struct SeriesSurvey: Sendable, Equatable {
  /// One resolution and how far back it reaches, epoch seconds.
  package struct Rung: Sendable, Equatable {
    package let step: Int
    package let from: Int
  }

  /// The steps that suit the window.
  package let grid: SeriesGrid
  /// Finest first.
  package let rungs: [Rung]

  /// Seconds of the finest rows that reach back to `time`; of the coarsest where none does.
  package func grain(at time: Int) -> Int { (rungs.first { $0.from <= time } ?? rungs.last)?.step ?? 1 }

  /// The beginning of the oldest row of all.
  package var oldest: Int { rungs.map(\.from).min() ?? 0 }
}

/// Which time of a series is read from rows of which length.
package struct SeriesParts: Sendable, Equatable {
  package struct Part: Sendable, Equatable {
    package let time: Range<Int>
    package let step: Int
  }

  private let parts: [Part]

  package init(_ parts: [Part]) { self.parts = parts }

  /// What lies in `range` and can be read apart from what lies beside it: no row crosses its ends.
  package func wholeRows(in range: Range<Int>) -> Range<Int>? {
    let first = step(around: range.lowerBound)
    let last = step(around: range.upperBound)
    let from = SeriesGrid.floor(range.lowerBound + first - 1, to: first)
    let to = SeriesGrid.floor(range.upperBound, to: last)
    return from < to ? from..<to : nil
  }

  private func step(around time: Int) -> Int {
    parts.filter { $0.time.lowerBound <= time && time <= $0.time.upperBound }.map(\.step).max() ?? 1
  }
}
