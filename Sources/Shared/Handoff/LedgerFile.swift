/// The ledger files of one interface: a CSV per UTC month. Blocking.
package struct LedgerFile: Sendable {
  /// The longest file that is read: a month has 8,928 buckets; partial rows add few.
  package static let sizeLimit = 64 << 20

  package let directory: DeviceDirectory
  package let key: String

  package init(directory: DeviceDirectory, key: String) {
    self.directory = directory
    self.key = key
  }

  /// Appends rows, oldest first, each to the file of its month; synced. Rows of one month go in one write, so a failure leaves
  /// them all out, and the count of rows written before it is returned with the error's month left to be tried again.
  ///
  /// - Returns: how many rows were written; fewer than given only when `failure` is set.
  package func append(_ rows: [LedgerRow]) -> (written: Int, failure: FileError?) {
    var written = 0
    do throws(FileError) {
      while written < rows.count {
        let month = UTCTime.month(rows[written].start)
        let batch = rows[written...].prefix { UTCTime.month($0.start) == month }
        let path = directory.ledger(key, monthOf: rows[written].start)
        let bytes = batch.flatMap { $0.encoded() }
        let header = Array((LedgerRow.header + "\n").utf8)
        do throws(FileError) {
          try AtomicFile.append(path, bytes, durability: .synced, header: header)
        } catch  where error.code == .missing {
          try AtomicFile.createFolder(directory.ledger(key))
          try AtomicFile.append(path, bytes, durability: .synced, header: header)
        }
        written += batch.count
      }
      return (written, nil)
    } catch {
      return (written, error)
    }
  }

  /// The months that have a file, oldest first.
  package func months() throws(FileError) -> [String] {
    do throws(FileError) {
      return try BoundedFile.list(directory.ledger(key)).filter { $0.hasSuffix(".csv") && $0.utf8.count == 11 }.map {
        String($0.dropLast(4))
      }
    } catch  where error.code == .missing {
      return []
    }
  }

  /// All rows of a month in the order of the file. Lines that are no rows are left out and counted.
  package func rows(month: String) throws(FileError) -> (rows: [LedgerRow], badLines: Int) {
    let bytes = try BoundedFile.read(directory.ledger(key) + "/" + month + ".csv", limit: Self.sizeLimit)
    // Without its newline the last line may be half, and half a number is a number.
    let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    var rows: [LedgerRow] = []
    var bad = end < bytes.count ? 1 : 0
    for line in bytes[..<end].split(separator: UInt8(ascii: "\n")) {
      let text = String(decoding: line, as: UTF8.self)
      if let row = LedgerRow(line: text) { rows.append(row) } else if text != LedgerRow.header { bad += 1 }
    }
    return (rows, bad)
  }

  /// The last row written, from which a restart resumes; `nil` when there is none.
  package func lastRow() throws(FileError) -> LedgerRow? {
    for month in try months().reversed() {
      let path = directory.ledger(key) + "/" + month + ".csv"
      guard let identity = try BoundedFile.identity(path) else { continue }
      let tail = 65536
      let bytes = try BoundedFile.read(path, offset: max(0, identity.size - tail), count: tail)
      let complete = bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes[..<$0] } ?? []
      for line in complete.split(separator: UInt8(ascii: "\n")).reversed() {
        if let row = LedgerRow(line: String(decoding: line, as: UTF8.self)) { return row }
      }
    }
    return nil
  }
}
