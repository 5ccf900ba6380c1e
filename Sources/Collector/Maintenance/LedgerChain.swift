import Shared

/// Checks rows of one ledger against each other: their order, and their sums against the readings that they carry.
///
/// The bytes of a row are the increase up to the end of its bucket, its reading is the last one before that end. What came between
/// is the carry: the rows' bytes minus the difference of their readings, added up. It is never negative, never more than the device
/// counted up to the next reading, and nothing after a partial row, which ends with its reading. After a reset it is not known
/// until something bounds it again.
struct LedgerChain {
  private var last: LedgerRow?
  /// Bounds of the carry; no upper one: not known.
  private var rx = Carry()
  private var tx = Carry()

  struct Carry: Equatable {
    var low: Int128 = 0
    var high: Int128?
  }

  /// Takes the next row of the file, oldest first, and tells what is wrong with it.
  mutating func add(_ row: LedgerRow) -> [String] {
    defer { last = row }
    guard let last else {
      settle(row)
      return row.at <= Double(row.start + LedgerRow.bucketSeconds) ? [] : ["\(row.start): its reading is later than its bucket"]
    }
    var faults = orderFaults(row, after: last)
    if row.flags.contains(.reset) || !faults.isEmpty {
      (rx, tx) = (Carry(), Carry())
    } else {
      let isNew = row.at > last.at
      faults += fault(&rx, row.rxBytes, from: last.rxCounter, to: row.rxCounter, isNew, "rx", row)
      faults += fault(&tx, row.txBytes, from: last.txCounter, to: row.txCounter, isNew, "tx", row)
    }
    settle(row)
    return faults
  }

  private mutating func settle(_ row: LedgerRow) {
    if row.flags.contains(.partial) { (rx, tx) = (Carry(low: 0, high: 0), Carry(low: 0, high: 0)) }
  }

  private func orderFaults(_ row: LedgerRow, after last: LedgerRow) -> [String] {
    if row.start < last.start { return ["\(row.start): stands behind \(last.start), which is later"] }
    if row.start == last.start, !last.flags.contains(.partial) { return ["\(row.start): the bucket ended in the row before"] }
    if row.at < last.at { return ["\(row.start): its reading is older than that of the row before"] }
    if row.at > Double(row.start + LedgerRow.bucketSeconds) { return ["\(row.start): its reading is later than its bucket"] }
    return []
  }

  private func fault(
    _ carry: inout Carry, _ bytes: UInt64, from: UInt64, to: UInt64, _ isNew: Bool, _ name: String, _ row: LedgerRow
  ) -> [String] {
    guard let increase = Self.increase(from: from, to: to, bytes: bytes) else {
      carry = Carry()
      return ["\(row.start): \(name)_counter goes down from \(from) to \(to), and the row does not tell of a reset"]
    }
    // What was carried over is part of what the device counted up to the next reading.
    if isNew { carry.high = min(carry.high ?? increase, increase) }
    var next = Carry(low: carry.low + Int128(bytes) - increase, high: carry.high.map { $0 + Int128(bytes) - increase })
    let isPartial = row.flags.contains(.partial)
    let isSound = carry.high.map { carry.low <= $0 } ?? true
    let isPossible = (next.high ?? 0) >= 0 && (!isPartial || next.low <= 0)
    guard isSound, isPossible else {
      carry = Carry()
      return [
        "\(row.start): \(name)_bytes is \(bytes), the readings differ by \(increase)"
          + (carryText(next, isPartial).map { ", \($0)" } ?? "")
      ]
    }
    next.low = max(0, next.low)
    carry = next
    return []
  }

  private func carryText(_ carry: Carry, _ isPartial: Bool) -> String? {
    if let high = carry.high, high < 0 { return "\(-high) bytes are missing" }
    return isPartial && carry.low > 0 ? "\(carry.low) bytes too many" : nil
  }

  /// The increase of a counter; `nil` when it went down. Counters of 32 bits wrap, at speed several times in a bucket: as often as
  /// brings the increase nearest to the row's bytes.
  private static func increase(from: UInt64, to: UInt64, bytes: UInt64) -> Int128? {
    let difference = Int128(to) - Int128(from)
    let wrap: Int128 = 1 << 32
    guard from < 1 << 32, to < 1 << 32 else { return difference >= 0 ? difference : nil }
    let wraps = (Int128(bytes) - difference + wrap / 2) / wrap
    let increase = difference + max(0, wraps) * wrap
    return increase >= 0 ? increase : increase + wrap
  }
}
