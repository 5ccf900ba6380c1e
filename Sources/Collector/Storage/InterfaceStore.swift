import Shared

/// What of one interface waits to be written: rows of the archive and of the ledger. Pure; the owner writes and says what succeeded.
struct InterfaceStore: Sendable {
  private var resampler = SecondResampler()
  private(set) var book: LedgerBook
  /// Seconds for the archive, oldest first.
  private(set) var rows: [ArchiveRow] = []
  /// Finished rows for the ledger, oldest first.
  private(set) var ledgerRows: [LedgerRow] = []
  /// Seconds up to here stand in the archive.
  private var archivedThrough: Int
  /// The oldest reading that no row, written or waiting, accounts for in full.
  private var openSince: Double?

  /// - Parameters:
  ///   - row: the last row of the ledger, if there is one.
  ///   - archivedThrough: the archive's last update, 0 for a new one.
  init(after row: LedgerRow?, archivedThrough: Int) {
    book = row.map { LedgerBook(after: $0) } ?? LedgerBook()
    self.archivedThrough = archivedThrough
  }

  /// Takes a sample, live or replayed: both go the same way, so both give the same rows.
  mutating func add(time: Double, _ value: LiveLine.Interface) {
    let through = archivedThrough
    resampler.add(time: time, rx: value.rxRate.map { Double($0) }, tx: value.txRate.map { Double($0) }) { second, rx, tx in
      if second > through, second > rows.last?.time ?? 0 { rows.append(ArchiveRow(time: second, rx: rx, tx: tx)) }
    }
    guard let rx = value.rxCounter, let tx = value.txCounter else { return }
    let reading = LedgerBook.Reading(
      time: time, rxCounter: rx, txCounter: tx, rxBytes: value.rxBytes, txBytes: value.txBytes,
      isSampled: value.rxRate != nil && value.txRate != nil)
    if openSince == nil { openSince = book.last?.time ?? time }
    take(book.add(reading))
  }

  /// Time passes without a reading.
  mutating func advance(to now: Double) {
    let finished = book.advance(to: now)
    take(finished)
    if !finished.isEmpty { openSince = nil }
  }

  /// A clean stop: the bucket in progress is written as far as it goes.
  mutating func close() {
    take(book.close())
    openSince = nil
  }

  private mutating func take(_ finished: [LedgerRow]) {
    guard let last = finished.last else { return }
    ledgerRows += finished
    openSince = last.at
  }

  /// The first `count` rows are in the archive.
  mutating func archived(_ count: Int) {
    archivedThrough = max(archivedThrough, rows.prefix(count).last?.time ?? 0)
    rows.removeFirst(min(count, rows.count))
  }

  /// The archive was begun anew: what is known goes into it, whatever the old one held.
  mutating func archiveWasReplaced() { archivedThrough = 0 }

  /// Gives up the oldest rows; the journal still has them.
  mutating func drop(_ count: Int) { rows.removeFirst(min(count, rows.count)) }

  /// The first `count` rows are in the ledger.
  mutating func ledgerWritten(_ count: Int) { ledgerRows.removeFirst(min(count, ledgerRows.count)) }

  /// The oldest time (epoch seconds) whose journal is still needed; `nil` when everything is written.
  var journalFloor: Double? { Self.earlier(rows.first.map { Double($0.time - 2) }, ledgerFloor) }

  /// The same of the ledger alone.
  var ledgerFloor: Double? { Self.earlier(ledgerRows.first.map { Double($0.start) }, openSince) }

  private static func earlier(_ one: Double?, _ other: Double?) -> Double? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
  }
}
