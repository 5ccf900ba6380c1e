import Glibc
import Logging
import Shared

/// Appends to the journal in the root, and removes what nobody needs. Confined to one thread; blocking.
struct JournalWriter {
  /// Seconds of journal that are kept in any case.
  static let kept = 20.0 * 60

  private let directory: CollectorDirectory
  private let lock: CollectorLock?
  private let durability: AtomicFile.Durability
  private let logger: Logger

  /// - Parameter lock: what keeps others out of the folder; made sure of before each write.
  init(_ directory: CollectorDirectory, lock: CollectorLock? = nil, isNetwork: Bool, logger: Logger) {
    self.directory = directory
    self.lock = lock
    durability = isNetwork ? .synced : .atomic
    self.logger = logger
  }

  /// Appends lines, oldest first, each to the file of its minute.
  /// - Throws: at the first file that refuses; what goes to later files is left out too, so that the order holds.
  func append(_ lines: [LiveLine], now: Double) throws(FileError) {
    try checkFolder()
    for (path, bytes) in grouped(lines) { try write(path, bytes.flatMap { $0 }, now: now, durability) }
  }

  /// Appends those of the lines that the journal does not hold yet, and syncs them: afterwards they need no other place.
  ///
  /// A write that hung can have happened all the same, and a process can have died between this and the removal of its source.
  func appendMissing(_ lines: [LiveLine], now: Double) throws(FileError) {
    try checkFolder()
    for (path, encoded) in grouped(lines) {
      let known = try existing(path)
      let missing = encoded.filter { !known.contains($0[...].dropLast()) }
      if !missing.isEmpty { try write(path, missing.flatMap { $0 }, now: now, .synced) }
    }
  }

  private func grouped(_ lines: [LiveLine]) -> [(path: String, lines: [[UInt8]])] {
    var groups: [(path: String, lines: [[UInt8]])] = []
    for line in lines {
      let path = directory.live(minuteOf: Int(line.time))
      if groups.last?.path == path {
        groups[groups.count - 1].lines.append(line.encoded())
      } else {
        groups.append((path, [line.encoded()]))
      }
    }
    return groups
  }

  /// The complete lines of a file, without their newlines.
  private func existing(_ path: String) throws(FileError) -> Set<ArraySlice<UInt8>> {
    do throws(FileError) {
      let bytes = try BoundedFile.read(path, limit: JournalReplay.sizeLimit)
      let end = bytes.lastIndex(of: UInt8(ascii: "\n")) ?? 0
      return Set(bytes[..<end].split(separator: UInt8(ascii: "\n")))
    } catch {
      // What is no file is put aside by the write.
      if error.code == .missing || error.code == .notRegular { return [] }
      throw error
    }
  }

  private func checkFolder() throws(FileError) {
    if let lock { return try lock.hold() }
    guard directory.isPresent else {
      throw FileError(.missing, "append to", directory.live, "the collector's folder is gone: is the root still mounted?")
    }
  }

  private func write(_ path: String, _ bytes: [UInt8], now: Double, _ durability: AtomicFile.Durability) throws(FileError) {
    do throws(FileError) {
      try Quarantine.clearing(path, now: now) { () throws(FileError) in
        try AtomicFile.append(path, bytes, durability: durability)
      }
    } catch  where error.code == .missing {
      try AtomicFile.createFolder(directory.live)
      try AtomicFile.append(path, bytes, durability: durability)
    }
  }

  /// Removes files older than `kept` whose content stands in archives and ledgers.
  ///
  /// - Parameter floor: the oldest time that is not written yet.
  func prune(now: Double, floor: Double?) {
    // A minute more: a line may be written a little after its samples were taken.
    let threshold = min(now - Self.kept, (floor ?? now) - 60) - 60
    guard threshold > 0 else { return }
    let oldest = UTCTime.minute(Int(threshold)) + ".jsonl"
    do throws(FileError) {
      for name in try BoundedFile.list(directory.live) where JournalReplay.isJournal(name) && name < oldest {
        let path = directory.live + "/" + name
        if unlink(path) != 0, errno != ENOENT, errno != EISDIR { throw FileError(errno: errno, "remove", path) }
      }
    } catch {
      if error.code != .missing { logger.warning("Old journal files stay", metadata: [LogKey.error: "\(error)"]) }
    }
  }
}
