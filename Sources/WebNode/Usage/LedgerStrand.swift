import Shared

/// What one ledger says of one interface, as stretches of time in order, each with the device's counters at its ends.
///
/// A row tells its bytes up to the end of its bucket, but the counters only as they were at its last reading, a moment before. That
/// moment's bytes are never below zero, and zero at a row that ends with its reading (flag `p`): so, over all rows that follow each
/// other, the highest (reading − bytes so far) is the counter at the beginning, and the counters at every bucket's end follow from it.
struct LedgerStrand: Sendable, Equatable {
  /// Ascending, none overlapping another.
  private(set) var stretches: [Stretch] = []
  /// The counters have 32 bits: they were seen to begin again without a reset.
  private(set) var wraps = false

  /// Rows that follow each other without a reset.
  private struct Run {
    var first: Int
    var firstCounters: MeterReading
    var lastCounters: MeterReading
    var lastAt: Double
    /// Bytes since the beginning of the run, and at the last distinct reading.
    var total = MeterReading(rx: 0, tx: 0)
    var totalAtReading = MeterReading(rx: 0, tx: 0)
    /// Counters at the beginning of the run, relative to `firstCounters`.
    var origin: (rx: Int64, tx: Int64)
  }

  init(_ unsorted: [LedgerRow]) {
    var rows = unsorted
    if zip(rows, rows.dropFirst()).contains(where: { Self.order($0) > Self.order($1) }) {
      rows.sort { Self.order($0) < Self.order($1) }
    }
    wraps = rows.contains { Self.hasWrapped($0) } || zip(rows, rows.dropFirst()).contains { Self.isWrap($0, $1) }
    stretches.reserveCapacity(rows.count)
    var run: Run?
    var through: Double?
    for row in rows {
      let end = row.accountedThrough
      // Said already: the row stands twice, or beside another that covers it.
      if let through, end <= through { continue }
      let follows = through.map { $0 >= Double(row.start) } ?? false
      let start = follows ? through ?? Double(row.start) : Self.beginning(row, notBefore: through)
      if !follows { finish(&run) }
      let counters = MeterReading(rx: row.rxCounter, tx: row.txCounter)
      var stretch = Stretch(
        from: start, to: end, rx: row.rxBytes, tx: row.txBytes, flags: row.flags.subtracting(.partial),
        sampled: row.secondsCovered, begin: nil, end: nil)
      if row.flags.contains(.reset) || (run.map { !goesOn($0, row) } ?? false) {
        finish(&run)
        stretch.flags.insert(.reset)
        if let last = stretches.last, last.to == start { stretch.begin = last.end }
        stretches.append(stretch)
        // What follows is counted from the new beginning; a further reset starts over.
        run = Run(
          first: stretches.count, firstCounters: counters, lastCounters: counters, lastAt: row.at, origin: (0, 0))
      } else {
        stretches.append(stretch)
        extend(&run, row, counters, index: stretches.count - 1)
      }
      through = end
    }
    finish(&run, isLast: true)
  }

  /// What a join says, as one ledger.
  init(_ joined: [Stretch], wraps: Bool) {
    stretches = joined
    self.wraps = wraps
  }

  /// Bytes up to which stretches of 32-bit counters become one: how often those went round must remain certain.
  private static let wrapRoom: UInt64 = 1 << 29

  /// From `start` on in few stretches: those that were sampled and follow each other become one, and so do closed gaps. Sums and readings
  /// stay; where inside a stretch its bytes belong is given up.
  func condensed(from start: Double) -> LedgerStrand {
    var result: [Stretch] = []
    for stretch in stretches where stretch.to > start {
      guard let last = result.last, last.from >= start, last.flags == stretch.flags, !last.flags.contains(.reset),
        last.end != nil,
        last.end == stretch.begin, abs(last.to - stretch.from) < 0.001,
        !wraps || max(last.rx, last.tx, stretch.rx, stretch.tx) < Self.wrapRoom
      else {
        result.append(stretch)
        continue
      }
      result[result.count - 1].to = stretch.to
      result[result.count - 1].end = stretch.end
      result[result.count - 1].rx = Saturating.add(last.rx, stretch.rx)
      result[result.count - 1].tx = Saturating.add(last.tx, stretch.tx)
      result[result.count - 1].sampled += stretch.sampled
    }
    return LedgerStrand(result, wraps: wraps)
  }

  private static func order(_ row: LedgerRow) -> (Int, Double) { (row.start, row.accountedThrough) }

  /// More bytes than the counters show at the end of them, in a row that says that nothing was reset.
  private static func hasWrapped(_ row: LedgerRow) -> Bool {
    row.flags.contains(.partial) && !row.flags.contains(.reset) && max(row.rxCounter, row.txCounter) <= UInt64(UInt32.max)
      && (row.rxBytes > row.rxCounter || row.txBytes > row.txCounter)
  }

  /// Counters that are lower than before, in rows that say that nothing was reset.
  private static func isWrap(_ one: LedgerRow, _ next: LedgerRow) -> Bool {
    guard !next.flags.contains(.reset), next.start - one.start <= LedgerRow.bucketSeconds, next.at > one.at else { return false }
    let limit = UInt64(UInt32.max)
    return (next.rxCounter < one.rxCounter || next.txCounter < one.txCounter)
      && max(one.rxCounter, one.txCounter, next.rxCounter, next.txCounter) <= limit
  }

  /// Whether the row's counters can be those after the run's.
  private func goesOn(_ run: Run, _ row: LedgerRow) -> Bool {
    wraps || row.at == run.lastAt || (row.rxCounter >= run.lastCounters.rx && row.txCounter >= run.lastCounters.tx)
  }

  /// Where the time of a row begins that does not go on from another: sampling began inside, or rows before it were lost. What was not
  /// sampled of it is not claimed to be known.
  private static func beginning(_ row: LedgerRow, notBefore earliest: Double?) -> Double {
    max(Double(row.start), earliest ?? 0, row.accountedThrough - row.secondsCovered)
  }

  private func extend(_ run: inout Run?, _ row: LedgerRow, _ counters: MeterReading, index: Int) {
    guard var open = run else {
      let total = MeterReading(rx: row.rxBytes, tx: row.txBytes)
      run = Run(
        first: index, firstCounters: counters, lastCounters: counters, lastAt: row.at, total: total, totalAtReading: total,
        origin: (0 &- Int64(bitPattern: row.rxBytes), 0 &- Int64(bitPattern: row.txBytes)))
      return
    }
    open.total = MeterReading(rx: open.total.rx &+ row.rxBytes, tx: open.total.tx &+ row.txBytes)
    if row.at != open.lastAt {
      let moved = (
        rx: Double(open.total.rx &- open.totalAtReading.rx), tx: Double(open.total.tx &- open.totalAtReading.tx)
      )
      let step = open.lastCounters.distance(to: counters, wraps: wraps, estimate: moved)
      open.lastCounters = MeterReading(
        rx: open.lastCounters.rx &+ UInt64(bitPattern: step.rx), tx: open.lastCounters.tx &+ UInt64(bitPattern: step.tx))
      open.lastAt = row.at
      open.totalAtReading = open.total
      let since = open.firstCounters.distance(to: open.lastCounters, wraps: false)
      open.origin.rx = max(open.origin.rx, since.rx &- Int64(bitPattern: open.total.rx))
      open.origin.tx = max(open.origin.tx, since.tx &- Int64(bitPattern: open.total.tx))
    }
    run = open
  }

  /// The run is over: the counters at the ends of its stretches are known now.
  private mutating func finish(_ run: inout Run?, isLast: Bool = false) {
    defer { run = nil }
    guard let done = run else { return }
    var counters = MeterReading(
      rx: done.firstCounters.rx &+ UInt64(bitPattern: done.origin.rx),
      tx: done.firstCounters.tx &+ UInt64(bitPattern: done.origin.tx))
    // Of several resets in a row only the last one's reading is of the new count.
    let goesOn = isLast || done.first < stretches.count
    if goesOn, done.first > 0, stretches[done.first - 1].flags.contains(.reset), stretches[done.first - 1].end == nil {
      stretches[done.first - 1].end = counters
    }
    for index in done.first..<max(done.first, stretches.count) {
      stretches[index].begin = counters
      counters = MeterReading(rx: counters.rx &+ stretches[index].rx, tx: counters.tx &+ stretches[index].tx)
      stretches[index].end = counters
    }
  }
}
