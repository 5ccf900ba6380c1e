import Foundation
import Shared

/// What can be said of one direction in a view. `Assets/series.js` computes the same.
struct GraphStatistics: Equatable {
  /// Mean over the known time.
  var average: Double?
  var peak: Double?
  /// Beginning of the point with the peak, epoch seconds.
  var peakAt: Int?
  var lowest: Double?
  /// Nearest rank over the points shown.
  var percentile: Double?
  /// Seconds without value before the newest known one.
  var missing: Int

  init(_ band: Series.Band, t0: Int, step: Int, from: Int, to: Int, end: Int) {
    var known: [Double] = []
    var total = 0.0
    var seconds = 0
    missing = 0
    for index in band.avg.indices {
      let start = t0 + index * step
      guard start + step > from, start < to else { continue }
      let covered = max(0, min(to, start + step, end) - max(from, start))
      let value = band.avg[index]
      guard value.isFinite else {
        missing += covered
        continue
      }
      known.append(value)
      total += value * Double(covered)
      seconds += covered
      if band.max[index] > peak ?? -.infinity {
        peak = band.max[index]
        peakAt = start
      }
      if band.min[index] < lowest ?? .infinity { lowest = band.min[index] }
    }
    guard !known.isEmpty, seconds > 0 else { return }
    known.sort()
    average = total / Double(seconds)
    percentile = known[Int((Double(known.count) * 0.95).rounded(.up)) - 1]
  }

  /// The end of the newest point of which anything is known; `t0` when nothing is.
  static func end(_ series: Series) -> Int {
    let last = series.rx.avg.indices.last { series.rx.avg[$0].isFinite || series.tx.avg[$0].isFinite }
    return last.map { series.t0 + ($0 + 1) * series.step } ?? series.t0
  }
}

/// A view as a table of a few rows.
struct GraphValues {
  private static let steps = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600,
    2_592_000, 7_776_000,
  ]

  struct Row {
    var from: Int
    var rx: GraphStatistics
    var tx: GraphStatistics
    var isKnown: Bool { rx.average != nil || tx.average != nil }
  }

  var rows: [Row] = []

  /// - Parameter atLeast: seconds of a row, where those of another series must fit.
  init(_ series: Series, from: Int, to: Int, end: Int, atLeast: Int = 1) {
    guard to > from else { return }
    let wanted = Self.steps.first { (to - from) / $0 <= 36 } ?? (to - from) / 24
    let step = max(series.step, wanted, atLeast)
    var start = from / step * step
    while start < min(to, end) {
      let (left, right) = (max(from, start), min(to, start + step))
      rows.append(
        Row(
          from: start,
          rx: GraphStatistics(series.rx, t0: series.t0, step: series.step, from: left, to: right, end: end),
          tx: GraphStatistics(series.tx, t0: series.t0, step: series.step, from: left, to: right, end: end)))
      start += step
    }
  }
}
