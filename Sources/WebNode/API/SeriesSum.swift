import Shared

/// Adds histories in the same steps. A step is unknown where none of them knows it, else the sum of those that do; `known` tells how
/// much of all of them that is.
///
/// The mean of a sum is the sum of the means. Its peak is not the sum of the peaks, which need not fall on the same second: in steps
/// longer than one second the highest and lowest of a sum are bounds.
struct SeriesSum: Sendable {
  private struct Lane: Sendable {
    var avg: [Double]
    var max: [Double]
    var min: [Double]
    var known: [Double]

    init(count: Int) {
      avg = Array(repeating: .nan, count: count)
      (max, min) = (avg, avg)
      known = Array(repeating: 0, count: count)
    }

    mutating func add(_ band: Series.Band, offset: Int) {
      for index in band.avg.indices where band.avg[index].isFinite {
        let at = index + offset
        guard known.indices.contains(at) else { continue }
        let isFirst = !avg[at].isFinite
        avg[at] = (isFirst ? 0 : avg[at]) + band.avg[index]
        max[at] = (isFirst ? 0 : max[at]) + band.max[index]
        min[at] = (isFirst ? 0 : min[at]) + band.min[index]
        known[at] += band.known[index]
      }
    }

    func band(parts: Int) -> Series.Band {
      Series.Band(avg: avg, max: max, min: min, known: known.map { $0 / Double(Swift.max(1, parts)) })
    }
  }

  let grid: SeriesGrid
  private var rx: Lane
  private var tx: Lane

  init(grid: SeriesGrid) {
    self.grid = grid
    rx = Lane(count: grid.count)
    tx = Lane(count: grid.count)
  }

  /// Adds a history of the same step; what lies outside is left out.
  mutating func add(_ series: Series) {
    guard series.step == grid.step else { return }
    let offset = (series.t0 - grid.t0) / grid.step
    rx.add(series.rx, offset: offset)
    tx.add(series.tx, offset: offset)
  }

  /// - Parameter parts: how many there should be.
  func series(parts: Int) -> Series {
    Series(t0: grid.t0, step: grid.step, rx: rx.band(parts: parts), tx: tx.band(parts: parts))
  }
}

extension Series {
  /// Nothing known on this grid.
  static func empty(_ grid: SeriesGrid) -> Series { SeriesSum(grid: grid).series(parts: 1) }

  /// The steps in `time`, whose ends are multiples of the step.
  func cut(to time: Range<Int>) -> Series {
    let first = Swift.max(0, (time.lowerBound - t0) / step)
    let last = Swift.max(first, Swift.min(count, (time.upperBound - t0) / step))
    func cut(_ band: Band) -> Band {
      Band(
        avg: Array(band.avg[first..<last]), max: Array(band.max[first..<last]), min: Array(band.min[first..<last]),
        known: Array(band.known[first..<last]))
    }
    return Series(t0: t0 + first * step, step: step, rx: cut(rx), tx: cut(tx))
  }
}
