import Shared

/// The rows that an interface's ledger will have of the last minutes, made from the journal by the same code as the collector's own:
/// the newest seconds count in totals, to the byte, before their bucket is over.
struct LiveLedger: Sendable, Equatable {
  /// Finished rows that are kept: the journal reaches back 20 minutes, and the collector writes a row when its bucket ends.
  static let kept = 8

  private var book = LedgerBook()
  private var rows: [LedgerRow] = []
  /// The bucket in which this node began to read along; its row is not the collector's.
  private var firstBucket: Int?

  init() {}

  mutating func add(time: Double, _ sample: LiveLine.Interface) {
    guard let rx = sample.rxCounter, let tx = sample.txCounter else { return }
    if firstBucket == nil { firstBucket = Int(max(0, min(time, 1e12))) / LedgerRow.bucketSeconds * LedgerRow.bucketSeconds }
    rows += book.add(
      LedgerBook.Reading(
        time: time, rxCounter: rx, txCounter: tx, rxBytes: sample.rxBytes, txBytes: sample.txBytes,
        isSampled: sample.rxRate != nil && sample.txRate != nil))
    if rows.count > Self.kept { rows.removeFirst(rows.count - Self.kept) }
  }

  /// All rows, with one for the bucket in progress, up to its last reading.
  var allRows: [LedgerRow] {
    var open = book
    return rows + open.close()
  }

  /// What follows `row` in the collector's ledger, if the journal goes on from there.
  func rows(after row: LedgerRow) -> [LedgerRow]? {
    guard let firstBucket else { return nil }
    let next = allRows.drop { Double($0.start) < row.accountedThrough }
    guard let first = next.first, Double(first.start) == row.accountedThrough, first.start > firstBucket else { return nil }
    return Array(next)
  }
}
