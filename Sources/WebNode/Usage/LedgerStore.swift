import Shared
import Synchronization

/// Ledger files, read once and kept while they stay the same, within a bound. Any number of threads may use it; its reads block.
final class LedgerStore: Sendable {
  /// What a month's file holds.
  struct Month: Sendable {
    var rows: [LedgerRow]
    /// Complete lines that are no rows.
    var badLines: Int
  }

  /// The longest file that is read: a month has 8,928 buckets, partial rows add few.
  static let sizeLimit = 8 << 20

  private struct Kept: Sendable {
    var identity: BoundedFile.Identity
    var content: LedgerRows
    /// The last bytes that were taken, by which a file that grew is told from another one.
    var tail: [UInt8]
    var cost: Int { content.rows.count * MemoryLayout<LedgerRow>.stride + 512 }
  }

  private static let tailLength = 128
  /// Two days of rows, mostly.
  private static let recentLength = 64 << 10
  private let shelf: Mutex<KeptFiles<Kept>>
  private let reader: any HandoffReader

  init(byteLimit: Int = 64 << 20, reader: any HandoffReader = DiskReader()) {
    shelf = Mutex(KeptFiles(byteLimit: byteLimit))
    self.reader = reader
  }

  /// Bytes that the kept rows take.
  var size: Int { shelf.withLock { $0.bytes } }

  /// The rows of a file; `nil` when there is none. Blocking.
  func month(_ path: String) throws(FileError) -> Month? {
    guard let identity = try reader.identity(path) else {
      forget(path)
      return nil
    }
    let known = shelf.withLock { $0.use(path) }
    if let known, known.identity == identity { return Month(rows: known.content.rows, badLines: known.content.badLines) }
    guard identity.size <= Self.sizeLimit else { throw Self.tooLarge(path, identity) }
    let fresh: Kept
    if let more = try grown(known, path, identity) { fresh = more } else { fresh = try whole(path, identity) }
    keep(fresh, path)
    return Month(rows: fresh.content.rows, badLines: fresh.content.badLines)
  }

  /// Which version of a file there is; `nil` when there is none, or nothing that may be read. Blocking.
  func identity(_ path: String) -> BoundedFile.Identity? { (try? reader.identity(path)) ?? nil }

  /// The same, and why it cannot be told. Blocking.
  func version(_ path: String) throws(FileError) -> BoundedFile.Identity? { try reader.identity(path) }

  /// The rows of a file that are needed once. Blocking.
  func unkept(_ path: String) throws(FileError) -> Month? {
    guard let identity = try reader.identity(path) else { return nil }
    guard identity.size <= Self.sizeLimit else { throw Self.tooLarge(path, identity) }
    let content = try whole(path, identity).content
    return Month(rows: content.rows, badLines: content.badLines)
  }

  /// The newest rows of a file, back to `since` at least, read from its end and not kept; `nil` when there is none. Blocking.
  func recent(_ path: String, since: Int) throws(FileError) -> Month? {
    guard let identity = try reader.identity(path) else { return nil }
    guard identity.size <= Self.sizeLimit else { throw Self.tooLarge(path, identity) }
    var count = Self.recentLength
    while true {
      let offset = max(0, identity.size - count)
      var bytes = try reader.read(path, offset: offset, count: count)[...]
      // The first line is cut in two, unless the file begins with it.
      if offset > 0 { bytes = bytes.drop { $0 != UInt8(ascii: "\n") }.dropFirst() }
      var content = LedgerRows()
      content.append(Array(bytes))
      if offset == 0 || content.rows.first.map({ $0.start < since }) ?? false {
        return Month(rows: content.rows, badLines: content.badLines)
      }
      count *= 4
    }
  }

  private static func tooLarge(_ path: String, _ identity: BoundedFile.Identity) -> FileError {
    FileError(.tooLarge, "read", path, "\(identity.size) bytes; at most \(sizeLimit) are read")
  }

  private func whole(_ path: String, _ identity: BoundedFile.Identity) throws(FileError) -> Kept {
    var content = LedgerRows()
    let bytes = try reader.read(path, limit: Self.sizeLimit)
    content.append(bytes)
    return Kept(identity: identity, content: content, tail: Self.tail(bytes[..<content.consumed]))
  }

  /// What was known and the lines that were appended since; `nil` when it is not the same file, or was changed otherwise.
  private func grown(_ known: Kept?, _ path: String, _ identity: BoundedFile.Identity) throws(FileError) -> Kept? {
    guard var known, known.identity.inode == identity.inode, known.identity.device == identity.device,
      identity.size > known.content.consumed, !known.tail.isEmpty
    else { return nil }
    let from = known.content.consumed - known.tail.count
    let bytes = try reader.read(path, offset: from, count: identity.size - from)
    guard bytes.starts(with: known.tail) else { return nil }
    let before = known.content.consumed
    known.content.append(Array(bytes[known.tail.count...]))
    known.identity = identity
    known.tail = Self.tail(bytes[..<(known.tail.count + known.content.consumed - before)])
    return known
  }

  private static func tail(_ bytes: ArraySlice<UInt8>) -> [UInt8] { Array(bytes.suffix(tailLength)) }

  private func keep(_ kept: Kept, _ path: String) { shelf.withLock { $0.keep(kept, cost: kept.cost, path) } }

  private func forget(_ path: String) { shelf.withLock { $0.forget(path) } }
}
