internal import Shared

/// The rows of an archive, made of traffic models.
///
/// In the second-by-second stretch a row is the exact average of its second. Where steps are longer, each has three rows:
/// its peak, its low and the rest, so that average, minimum and maximum of the step come out right with a third of the work.
struct HistoryRows: Sendable {
  let rx: TrafficModel
  let tx: TrafficModel

  /// The rows of `from`..<`to` (whole steps), oldest first.
  func rows(from: Int, to: Int, step: Int) -> [ArchiveRow] {
    var rows: [ArchiveRow] = []
    if step == 1 {
      rows.reserveCapacity(to - from)
      var before = (rx: rx.total(second: from), tx: tx.total(second: from))
      for second in (from + 1)..<(to + 1) {
        let now = (rx: rx.total(second: second), tx: tx.total(second: second))
        rows.append(ArchiveRow(time: second, rx: Double((now.rx - before.rx) * 8), tx: Double((now.tx - before.tx) * 8)))
        before = now
      }
      return rows
    }
    rows.reserveCapacity((to - from) / step * 3)
    for start in stride(from: from, to: to, by: step) {
      let rx = Self.split(self.rx, start, step)
      let tx = Self.split(self.tx, start, step)
      rows.append(ArchiveRow(time: start + 1, rx: rx.high, tx: tx.high))
      rows.append(ArchiveRow(time: start + 2, rx: rx.low, tx: tx.low))
      rows.append(ArchiveRow(time: start + step, rx: rx.rest, tx: tx.rest))
    }
    return rows
  }

  /// Highest and lowest rate of the tenths of a step, and the rate that the other seconds need to keep the sum.
  private static func split(_ model: TrafficModel, _ start: Int, _ step: Int) -> (high: Double, low: Double, rest: Double) {
    let tenth = step / 10
    let first = model.total(second: start)
    var before = first
    var high = 0
    var low = Int.max
    for index in 1...10 {
      let now = model.total(second: start + index * tenth)
      high = max(high, now - before)
      low = min(low, now - before)
      before = now
    }
    let scale = 8 / Double(tenth)
    let rest = (Double(before - first) * 8 - Double(high + low) * scale) / Double(step - 2)
    return (Double(high) * scale, Double(low) * scale, rest)
  }
}
