/// A history in steps of equal length: value `i` covers `[t0 + i·step, t0 + (i + 1)·step)`, epoch seconds. Rates in bit/s.
package struct Series: Sendable, Equatable {
  /// One direction. All arrays have the same length; NaN is a gap.
  package struct Band: Sendable, Equatable {
    /// Mean over the known seconds of each step.
    package var avg: [Double]
    package var max: [Double]
    package var min: [Double]
    /// Seconds of each step whose value is known. A consolidated row counts as known in full.
    package var known: [Double]

    package init(avg: [Double], max: [Double], min: [Double], known: [Double]) {
      self.avg = avg
      self.max = max
      self.min = min
      self.known = known
    }
  }

  package var t0: Int
  package var step: Int
  package var rx: Band
  package var tx: Band

  package init(t0: Int, step: Int, rx: Band, tx: Band) {
    self.t0 = t0
    self.step = step
    self.rx = rx
    self.tx = tx
  }

  package var count: Int { rx.avg.count }

  /// The share of the window's seconds that are known in both directions, 0 to 1.
  package func coverage(from: Int, to: Int) -> Double {
    guard to > from else { return 0 }
    var known = 0.0
    for index in rx.known.indices {
      let overlap = Swift.min(to, t0 + (index + 1) * step) - Swift.max(from, t0 + index * step)
      if overlap > 0 { known += Swift.min(Double(overlap), rx.known[index], tx.known[index]) }
    }
    return Swift.min(1, known / Double(to - from))
  }
}

/// The steps a series is made of.
package struct SeriesGrid: Sendable, Equatable {
  /// A multiple of `step`.
  package let t0: Int
  package let step: Int
  package let count: Int

  /// The steps of `step` seconds that touch the window `from ..< to`.
  package init(from: Int, to: Int, step: Int) {
    self.step = step
    t0 = Self.floor(from, to: step)
    count = Swift.max(0, (to - t0 + step - 1) / step)
  }

  package var end: Int { t0 + count * step }
  var time: Range<Int> { t0..<end }

  static func floor(_ time: Int, to step: Int) -> Int {
    let rest = time % step
    return rest < 0 ? time - rest - step : time - rest
  }
}
