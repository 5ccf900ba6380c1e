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

  /// The longest time over which an increase is spread, in seconds. What a longer one brought is told where it was read: a row for each
  /// five minutes of years would say nothing, and a clock gone wild would make millions of them.
  package static let longestSpread = 400.0 * 86400

  /// Takes a reading and returns the rows that it completes. A reading not newer than the last one is ignored, and so is one whose time is
  /// none.
  package mutating func add(_ reading: Reading) -> [LedgerRow] {
    guard reading.time >= 0, reading.time < Double(UTCTime.range.upperBound - LedgerRow.bucketSeconds) else { return [] }
    guard let previous = last else {
      last = reading
      bucket = Bucket(start: Self.bucketStart(reading.time))
      beganInside = true
      return []
    }
    guard reading.time > previous.time else { return [] }
    let (rx, tx, flags) = Self.bytes(from: previous, to: reading)
    guard reading.time - previous.time <= Self.longestSpread else { return leap(to: reading, rx: rx, tx: tx, flags: flags) }
    return split(from: previous, to: reading, rx: rx, tx: tx, flags: flags)
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

  /// A reading after years: the bucket of before ends, and all bytes since go into that of the reading.
  private mutating func leap(to reading: Reading, rx: UInt64, tx: UInt64, flags: LedgerRow.Flags) -> [LedgerRow] {
    let rows = close()
    var open = Bucket(start: Self.bucketStart(reading.time))
    open.rx = rx
    open.tx = tx
    open.flags = flags.union(.gap)
    bucket = open
    last = reading
    return rows
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
        open.rx = Self.sum(open.rx, upTo.rx - given.rx)
        open.tx = Self.sum(open.tx, upTo.tx - given.tx)
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

  /// Journals may be damaged: no sum is a reason to stop.
  private static func sum(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let (sum, isOverflow) = one.addingReportingOverflow(other)
    return isOverflow ? .max : sum
  }

  private static func part(_ bytes: UInt64, _ share: Double) -> UInt64 {
    min(bytes, UInt64((Double(bytes) * min(max(share, 0), 1)).rounded(.down)))
  }
}

extension LedgerBook {
  /// What is certain about the bytes from `previous` to `reading`.
  ///
  /// A reading tells its own increase; where the counters rose by more, readings in between were lost on their way here, and the counters
  /// close that gap. Every doubt makes a lower bound, and is flagged as one.
  private static func bytes(from previous: Reading, to reading: Reading) -> (rx: UInt64, tx: UInt64, flags: LedgerRow.Flags) {
    guard let rx = reading.rxBytes, let tx = reading.txBytes else {
      let seconds = reading.time - previous.time
      return (
        sinceReset(previous.rxCounter, reading.rxCounter, seconds: seconds),
        sinceReset(previous.txCounter, reading.txCounter, seconds: seconds), .reset
      )
    }
    let rose = reading.rxCounter > previous.rxCounter || reading.txCounter > previous.txCounter
    // No bytes and yet higher counters: they jumped by more than the link can carry.
    if !reading.isSampled, rx == 0, tx == 0, rose { return (0, 0, .reset) }
    let all = (
      increase(rx, from: previous.rxCounter, to: reading.rxCounter), increase(tx, from: previous.txCounter, to: reading.txCounter)
    )
    // Lower counters that no wrap explains, or higher ones that no link does: with the readings in between, a reset or a jump was lost.
    let seconds = reading.time - previous.time
    guard let allRx = all.0, let allTx = all.1, allRx == rx || arePossible(allRx, seconds: seconds),
      allTx == tx || arePossible(allTx, seconds: seconds)
    else { return (rx, tx, .reset) }
    return (allRx, allTx, reading.isSampled && allRx == rx && allTx == tx ? [] : .gap)
  }

  /// The increase since the reading before; `nil` when the counters began again meanwhile.
  private static func increase(_ told: UInt64, from previous: UInt64, to counter: UInt64) -> UInt64? {
    if counter >= previous { return max(told, counter - previous) }
    // A 32-bit counter that wrapped; between lost readings it may have done so unseen.
    guard previous <= UInt64(UInt32.max) else { return nil }
    let wrapped = counter + (1 << 32) - previous
    return told <= counter ? nil : max(told, wrapped) == wrapped ? wrapped : nil
  }

  /// What is certain when counters began again somewhere in between, or may have: one that is lower now shows what came since, one that is
  /// higher has risen by the difference at least. More than any link carries in that time (800 Gbit/s, and ten seconds for counters that
  /// are read out late) means that it did not begin at zero: then nothing is certain.
  private static func sinceReset(_ previous: UInt64, _ counter: UInt64, seconds: Double) -> UInt64 {
    let certain = counter >= previous ? counter - previous : counter
    return arePossible(certain, seconds: seconds) ? certain : 0
  }

  private static func arePossible(_ bytes: UInt64, seconds: Double) -> Bool { Double(bytes) <= 1e11 * (seconds + 10) }
}
