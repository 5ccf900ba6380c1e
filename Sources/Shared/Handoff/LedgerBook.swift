/// The ledger of one interface in the making: readings go in, finished rows come out. Pure; the owner writes the rows.
///
/// Bytes are never lost or counted twice: an increase that spans bucket ends is split by time with the sum kept, and after a
/// restart `init(after:)` resumes from the last row and from the readings that the journal replays.
package struct LedgerBook: Sendable, Equatable {
  /// One reading of an interface, as the journal holds it.
  package struct Reading: Sendable, Equatable {
    /// Epoch seconds.
    package var time: Double
    package var rxCounter: UInt64
    package var txCounter: UInt64
    /// Increase since the previous reading; `nil` when it is not known (the first reading, or a reset).
    package var rxBytes: UInt64?
    package var txBytes: UInt64?
    /// Whether the time since the previous reading was sampled, and is no gap.
    package var isSampled: Bool

    package init(time: Double, rxCounter: UInt64, txCounter: UInt64, rxBytes: UInt64?, txBytes: UInt64?, isSampled: Bool) {
      self.time = time
      self.rxCounter = rxCounter
      self.txCounter = txCounter
      self.rxBytes = rxBytes
      self.txBytes = txBytes
      self.isSampled = isSampled
    }
  }

  private struct Bucket: Sendable, Equatable {
    var start: Int
    var seconds = 0.0
    var rx: UInt64 = 0
    var tx: UInt64 = 0
    var flags: LedgerRow.Flags = []
    var end: Int { start + LedgerRow.bucketSeconds }
  }

  /// The last reading, if there was one.
  package private(set) var last: Reading?
  /// Bytes up to this time stand in rows already written.
  private var accountedThrough: Double
  private var bucket: Bucket?
  /// Sampling began inside the bucket: its row must not pretend to be whole.
  private var beganInside = false

  /// A ledger without a past.
  package init() { accountedThrough = 0 }

  /// Resumes behind the last row that was written.
  package init(after row: LedgerRow) {
    last = Reading(
      time: row.at, rxCounter: row.rxCounter, txCounter: row.txCounter, rxBytes: nil, txBytes: nil, isSampled: false)
    accountedThrough = row.accountedThrough
  }

  /// Takes a reading and returns the rows that it completes. A reading not newer than the last one is ignored.
  package mutating func add(_ reading: Reading) -> [LedgerRow] {
    guard let previous = last else {
      last = reading
      bucket = Bucket(start: Self.bucketStart(reading.time))
      beganInside = true
      return []
    }
    guard reading.time > previous.time else { return [] }
    var flags: LedgerRow.Flags = reading.isSampled ? [] : .gap
    var rx = Self.increase(reading.rxBytes, from: previous.rxCounter, to: reading.rxCounter)
    var tx = Self.increase(reading.txBytes, from: previous.txCounter, to: reading.txCounter)
    // More than the reading itself tells: a reading in between was lost on its way here, and the counters close that gap.
    if rx != reading.rxBytes || tx != reading.txBytes { flags.insert(.gap) }
    if rx == nil || tx == nil {
      // The counters began again at zero somewhere in between, so what they show is certain, and what was before is not.
      flags = .reset
      rx = Self.sinceReset(reading.rxCounter, seconds: reading.time - previous.time)
      tx = Self.sinceReset(reading.txCounter, seconds: reading.time - previous.time)
    }
    return split(from: previous, to: reading, rx: rx ?? 0, tx: tx ?? 0, flags: flags)
  }

  /// Time passes without a reading: a bucket that ended `grace` seconds ago is written as far as it is known.
  package mutating func advance(to now: Double, grace: Double = 60) -> [LedgerRow] {
    guard let open = bucket, now >= Double(open.end) + grace else { return [] }
    return close()
  }

  /// Writes what is known of the bucket in progress, as a partial row: at a clean stop, or when readings stop.
  package mutating func close() -> [LedgerRow] {
    guard let open = bucket, let last else { return [] }
    bucket = nil
    beganInside = false
    guard last.time > accountedThrough || open.seconds > 0 || open.rx > 0 || open.tx > 0 else { return [] }
    accountedThrough = last.time
    return [row(open, partial: true, last)]
  }

  private mutating func split(from previous: Reading, to reading: Reading, rx: UInt64, tx: UInt64, flags: LedgerRow.Flags)
    -> [LedgerRow]
  {
    var rows: [LedgerRow] = []
    let span = reading.time - previous.time
    var from = previous.time
    var given = (rx: UInt64(0), tx: UInt64(0))
    while from < reading.time {
      let start = Self.bucketStart(from)
      let end = Double(start + LedgerRow.bucketSeconds)
      let to = min(end, reading.time)
      // Shares come from the running total, so that they add up to the increase exactly.
      let share = to == reading.time ? 1 : (to - previous.time) / span
      let upTo = share >= 1 ? (rx: rx, tx: tx) : (rx: Self.part(rx, share), tx: Self.part(tx, share))
      if to > accountedThrough {
        var open = bucket ?? Bucket(start: start)
        if open.start != start { open = Bucket(start: start) }
        if beganInside, to == end {
          // The row of the bucket in which sampling began ends at its last reading; the rest is a row of its own.
          rows.append(row(open, partial: true, previous))
          open = Bucket(start: start)
          beganInside = false
        }
        open.rx += upTo.rx - given.rx
        open.tx += upTo.tx - given.tx
        if !flags.contains(.gap), !flags.contains(.reset) { open.seconds += to - from }
        open.flags.formUnion(flags)
        bucket = open
        if to == end {
          let receipt = to == reading.time ? reading : previous
          rows.append(row(open, partial: false, receipt))
          accountedThrough = end
          bucket = nil
        }
      }
      given = upTo
      from = to
    }
    last = reading
    if bucket == nil { bucket = Bucket(start: Self.bucketStart(reading.time)) }
    return rows
  }

  private static func increase(_ told: UInt64?, from previous: UInt64, to counter: UInt64) -> UInt64? {
    guard let told else { return nil }
    return counter >= previous ? max(told, counter - previous) : told
  }

  /// What a counter that began again within the last `seconds` says. More than any link carries in that time (800 Gbit/s, and ten seconds
  /// for counters that are read out late) means that it did not begin at zero: then nothing is certain.
  private static func sinceReset(_ counter: UInt64, seconds: Double) -> UInt64 {
    Double(counter) <= 1e11 * (seconds + 10) ? counter : 0
  }

  private func row(_ bucket: Bucket, partial: Bool, _ receipt: Reading) -> LedgerRow {
    LedgerRow(
      start: bucket.start, secondsCovered: min(bucket.seconds, Double(LedgerRow.bucketSeconds)), rxBytes: bucket.rx,
      txBytes: bucket.tx,
      flags: partial ? bucket.flags.union(.partial) : bucket.flags, at: receipt.time, rxCounter: receipt.rxCounter,
      txCounter: receipt.txCounter)
  }

  private static func bucketStart(_ time: Double) -> Int {
    let second = Int(min(max(time, 0), Double(UTCTime.range.upperBound)))
    return second - second % LedgerRow.bucketSeconds
  }

  private static func part(_ bytes: UInt64, _ share: Double) -> UInt64 {
    min(bytes, UInt64((Double(bytes) * min(max(share, 0), 1)).rounded(.down)))
  }
}
