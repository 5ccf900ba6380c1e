import Glibc
import Logging
import Shared

/// Appends to the journal, keeps what cannot be appended yet, and removes what nobody needs. Confined to one thread; blocking.
struct JournalWriter {
  /// Lines kept while the disk refuses them, in bytes: the oldest go first.
  static let pendingLimit = 64 << 20
  /// Seconds of journal that are kept in any case.
  static let kept = 20.0 * 60

  private let directory: CollectorDirectory
  private let durability: AtomicFile.Durability
  private let logger: Logger
  private var pending: [(path: String, bytes: [UInt8])] = []
  private var pendingBytes = 0
  private(set) var droppedLines = 0
  /// Why the last attempt failed; `nil` when it did not.
  private(set) var problem: FileError?

  init(_ directory: CollectorDirectory, isNetwork: Bool, logger: Logger) {
    self.directory = directory
    durability = isNetwork ? .synced : .atomic
    self.logger = logger
  }

  mutating func append(_ lines: [LiveLine], now: Double) {
    for line in lines {
      let bytes = line.encoded()
      let path = directory.live(minuteOf: Int(line.time))
      pendingBytes += bytes.count
      if pending.last?.path == path { pending[pending.count - 1].bytes += bytes } else { pending.append((path, bytes)) }
    }
    while pendingBytes > Self.pendingLimit, pending.count > 1 {
      let lost = pending.removeFirst().bytes
      pendingBytes -= lost.count
      droppedLines += lost.count { $0 == UInt8(ascii: "\n") }
    }
    guard directory.isPresent else {
      problem = FileError(.missing, "append to", directory.live, "the collector's folder is gone: is the root still mounted?")
      return
    }
    problem = nil
    while let next = pending.first {
      do throws(FileError) {
        try write(next.path, next.bytes, now: now)
      } catch {
        problem = error
        return
      }
      pendingBytes -= next.bytes.count
      pending.removeFirst()
    }
  }

  private func write(_ path: String, _ bytes: [UInt8], now: Double) throws(FileError) {
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
