/// Gathers rows of different resolutions and single live seconds into the steps of one series.
///
/// Each step holds the sum of rate times known seconds, the known seconds, minimum and maximum: one mechanism for old
/// rows, fresh rows and seconds that no archive has yet.
package struct SeriesBuilder: Sendable {
  package let grid: SeriesGrid
  /// The last second that is in the series, from an archive or added: older ones given to `add` are ignored.
  package private(set) var lastTime: Int
  var rx: SeriesLane
  var tx: SeriesLane

  /// An empty series. `lastTime`: seconds up to here are not accepted.
  package init(grid: SeriesGrid, lastTime: Int = 0) {
    self.grid = grid
    self.lastTime = lastTime
    rx = SeriesLane(count: grid.count)
    tx = SeriesLane(count: grid.count)
  }

  /// Adds the second that ends at `time`, in ascending order. Seconds already present and outside the grid are ignored,
  /// so a whole journal may be poured in; nil and what is no number are unknown.
  package mutating func add(time: Int, rx rxRate: Double?, tx txRate: Double?) {
    guard time > lastTime else { return }
    lastTime = time
    guard time > grid.t0, time <= grid.end else { return }
    let index = (time - 1 - grid.t0) / grid.step
    if let rxRate, rxRate.isFinite { rx.add(rxRate, seconds: 1, to: index, roles: .all) }
    if let txRate, txRate.isFinite { tx.add(txRate, seconds: 1, to: index, roles: .all) }
  }

  /// Adds the second that ends at `time` to a series of single seconds if it is unknown, whatever the archive says: one that was made anew
  /// has lost what the journal may still tell.
  package mutating func fill(time: Int, rx rxRate: Double, tx txRate: Double) {
    guard grid.step == 1, time > grid.t0, time <= grid.end, rxRate.isFinite, txRate.isFinite else { return }
    let index = time - 1 - grid.t0
    guard rx.known[index] == 0, tx.known[index] == 0 else { return }
    rx.add(rxRate, seconds: 1, to: index, roles: .all)
    tx.add(txRate, seconds: 1, to: index, roles: .all)
  }

  /// Takes from another builder with the same grid the steps of which it knows more seconds: a replica's history.
  package mutating func fillGaps(from other: SeriesBuilder) {
    guard other.grid == grid else { return }
    rx.fillGaps(from: other.rx)
    tx.fillGaps(from: other.tx)
  }

  /// Where both know a step, the extremes of both: for steps of which neither is known to be complete.
  package mutating func widen(by other: SeriesBuilder) {
    guard other.grid == grid else { return }
    rx.widen(by: other.rx)
    tx.widen(by: other.tx)
  }

  /// Adds what another builder gathered about other seconds, on this grid or on one whose steps fit into this one's.
  package mutating func absorb(_ other: SeriesBuilder) {
    guard grid.step % other.grid.step == 0 else { return }
    rx.absorb(other.rx, offset: other.grid.t0 - grid.t0, step: other.grid.step, perStep: grid.step)
    tx.absorb(other.tx, offset: other.grid.t0 - grid.t0, step: other.grid.step, perStep: grid.step)
  }

  /// The seconds of a step that are known in both directions.
  package func knownSeconds(_ index: Int) -> Double { min(rx.known[index], tx.known[index]) }

  /// The same of the whole series.
  package var knownSeconds: Double { (0..<grid.count).reduce(0) { $0 + knownSeconds($1) } }

  /// Forgets a step.
  package mutating func clear(_ index: Int) {
    rx.clear(index)
    tx.clear(index)
  }

  package func finish() -> Series {
    Series(t0: grid.t0, step: grid.step, rx: rx.band(), tx: tx.band())
  }
}
