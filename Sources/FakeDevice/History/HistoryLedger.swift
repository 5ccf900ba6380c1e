internal import Shared

/// The ledger of one interface over past time: the readings that a collector would have taken at the ends of buckets.
struct HistoryLedger: Sendable {
  let counters: InterfaceCounters
  /// Times of being away, ascending, in epochs.
  let absences: [(from: Double, to: Double)]

  /// All rows from `start` to `until`, the last one partial when `until` is inside a bucket.
  func rows(from start: Int, to until: Int) -> [LedgerRow] {
    var book = LedgerBook()
    var rows: [LedgerRow] = []
    var previous: (time: Double, rx: UInt64, tx: UInt64)?
    for time in times(from: start, to: until) {
      let now = counters.bytes(at: time)
      var reading = LedgerBook.Reading(
        time: time, rxCounter: now.rx, txCounter: now.tx, rxBytes: nil, txBytes: nil, isSampled: previous != nil)
      if let previous {
        let isReset = counters.origin(at: time) != counters.origin(at: previous.time)
        reading.isSampled = !isReset && !absences.contains { $0.from <= time && previous.time < $0.to }
        if !isReset {
          reading.rxBytes = counters.rx.bytes(from: previous.time, to: time)
          reading.txBytes = counters.tx.bytes(from: previous.time, to: time)
        }
      }
      rows += book.add(reading)
      previous = (time, now.rx, now.tx)
    }
    return rows + book.close()
  }

  /// The beginning, shortly after it, each end of a bucket, the last and first moments around absences and resets, and the end.
  private func times(from start: Int, to until: Int) -> [Double] {
    let bucket = LedgerRow.bucketSeconds
    var times = Set(stride(from: start, through: until, by: bucket).map { Double($0) })
    // So that the first row reaches to its bucket's end.
    times.insert(Double(min(start + bucket - 1, until)))
    times.insert(Double(until))
    for absence in absences { times.formUnion([absence.from - 1, absence.to + 1]) }
    for origin in counters.origins { times.formUnion([origin - 1, origin + 1]) }
    return times.filter { time in
      Double(start) <= time && time <= Double(until) && !absences.contains { $0.from <= time && time < $0.to }
    }.sorted()
  }
}
