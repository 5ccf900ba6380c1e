import Glibc
import Logging
import Shared
import Synchronization

/// Journal lines on local disk that the root did not take: files of lines in the journal's own format, numbered in their order.
///
/// One thread appends, another takes the oldest file away; neither waits for the other, since no root is touched here. Blocking on the
/// local disk only. The folder is made with the first line, so that a collector whose root never fails leaves no trace.
final class Spool: Sendable {
  /// A file that may be moved into the journal.
  struct File: Sendable, Equatable {
    var number: Int
    var path: String
    var bytes: Int
  }

  /// How full it is, and what had to be given up.
  struct Status: Sendable, Equatable {
    var bytes = 0
    var droppedSamples = 0
    /// Why the last attempt to write failed.
    var problem: String?
  }

  private struct State: Sendable {
    var files: [File] = []
    var next = 1
    /// Number of the file that is appended to.
    var open: Int?
    /// Number of the file that is being written to at this moment.
    var appending: Int?
    /// Number of the file that is being moved into the journal.
    var taken: Int?
    var openedAt = 0.0
    var syncedAt = 0.0
    var status = Status()
    /// Given up since the last ``takeLosses()``, by device.
    var losses: [String: Int] = [:]
  }

  /// Seconds after which what was appended is synced.
  static let syncInterval = 5.0
  /// Seconds that one file spans.
  static let fileSpan = 60.0

  let folder: String
  let limit: Int
  private let logger: Logger
  private let state = Mutex(State())

  /// - Parameters:
  ///   - folder: this collector's own, for this root.
  ///   - limit: bytes; beyond, the oldest lines are given up.
  init(folder: String, limit: Int, logger: Logger) throws(FileError) {
    self.folder = folder
    self.limit = limit
    self.logger = logger
    let names: [String]
    do throws(FileError) { names = try BoundedFile.list(folder, limit: 1_000_000) } catch  where error.code == .missing { return }
    var files: [File] = []
    for name in names {
      guard let number = Self.number(name), let identity = try BoundedFile.identity(folder + "/" + name) else { continue }
      files.append(File(number: number, path: folder + "/" + name, bytes: identity.size))
    }
    files.sort { $0.number < $1.number }
    state.withLock {
      $0.files = files
      $0.next = (files.last?.number ?? 0) + 1
      $0.status.bytes = files.reduce(0) { $0 + $1.bytes }
    }
    if !files.isEmpty {
      logger.notice(
        "Samples of an earlier run are in the spool", metadata: [LogKey.path: "\(folder)", LogKey.count: "\(files.count)"])
    }
  }

  /// The folder below `base` for a collector and its root: the same id may be in use with several roots.
  static func folder(below base: String, collector: String, root: String) -> String {
    let digest = Digest.sha256(Array(root.utf8)).prefix(4)
    let word = digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    return base + "/" + FolderName.escape(collector) + "/" + word
  }

  /// `000000000012.jsonl`.
  private static func number(_ name: String) -> Int? {
    guard name.utf8.count == 18, name.hasSuffix(".jsonl") else { return nil }
    return Int(name.dropLast(6)).flatMap { $0 > 0 ? $0 : nil }
  }

  private func path(_ number: Int) -> String {
    let digits = String(number)
    return folder + "/" + String(repeating: "0", count: max(0, 12 - digits.utf8.count)) + digits + ".jsonl"
  }

  var status: Status { state.withLock { $0.status } }
  var isEmpty: Bool { state.withLock { $0.files.isEmpty } }
  /// Oldest first, those of an earlier run included.
  var files: [File] { state.withLock { $0.files } }

  // MARK: Filling

  /// Appends lines behind all others. Called by one thread.
  func append(_ lines: [LiveLine], now: Double, isLast: Bool = false) throws(FileError) {
    guard !lines.isEmpty else { return }
    let bytes = lines.flatMap { $0.encoded() }
    makeRoom(for: bytes.count)
    let (number, isSynced) = state.withLock { state -> (Int, Bool) in
      let number = state.open ?? state.next
      if state.open == nil {
        state.open = number
        state.next = number + 1
        state.openedAt = now
        state.files.append(File(number: number, path: path(number), bytes: 0))
      }
      state.appending = number
      return (
        number,
        isLast || now - state.syncedAt >= Self.syncInterval || now - state.openedAt >= Self.fileSpan || now < state.openedAt
      )
    }
    do throws(FileError) {
      try write(path(number), bytes, isSynced ? .synced : .atomic)
    } catch {
      state.withLock { state in
        state.appending = nil
        state.status.problem = error.description
        if let place = state.files.lastIndex(where: { $0.number == number }), state.files[place].bytes == 0 {
          state.files.remove(at: place)
          state.open = nil
        }
      }
      throw error
    }
    state.withLock { state in
      state.appending = nil
      state.status.problem = nil
      state.status.bytes += bytes.count
      if let place = state.files.lastIndex(where: { $0.number == number }) { state.files[place].bytes += bytes.count }
      if isSynced { state.syncedAt = now }
      // A file is closed only once all of it is synced.
      let isFull = (state.files.last?.bytes ?? 0) >= max(1 << 16, min(4 << 20, limit / 8))
      if isSynced, isFull || now - state.openedAt >= Self.fileSpan || now < state.openedAt { state.open = nil }
    }
  }

  private func write(_ path: String, _ bytes: [UInt8], _ durability: AtomicFile.Durability) throws(FileError) {
    do throws(FileError) { try AtomicFile.append(path, bytes, durability: durability) } catch  where error.code == .missing {
      try AtomicFile.createFolder(folder)
      try AtomicFile.append(path, bytes, durability: durability)
    }
  }

  /// Gives up the oldest files until `count` more bytes fit.
  private func makeRoom(for count: Int) {
    while true {
      let victim = state.withLock { state -> File? in
        guard state.status.bytes + count > limit,
          let place = state.files.firstIndex(where: { $0.number != state.taken && $0.number != state.open })
            ?? state.files.firstIndex(where: { $0.number != state.taken })
        else { return nil }
        let file = state.files.remove(at: place)
        if state.open == file.number { state.open = nil }
        state.status.bytes -= file.bytes
        return file
      }
      guard let victim else { return }
      let lost = samples(in: victim)
      let isFirst = state.withLock { state in
        let isFirst = state.losses.isEmpty
        state.losses.merge(lost) { $0 + $1 }
        state.status.droppedSamples += lost.values.reduce(0, +)
        return isFirst
      }
      unlink(victim.path)
      if isFirst {
        logger.error(
          "The spool is full: its oldest samples are given up", metadata: [LogKey.path: "\(folder)", LogKey.bytes: "\(limit)"])
      }
    }
  }

  private func samples(in file: File) -> [String: Int] {
    var counts: [String: Int] = [:]
    // A file that cannot be read is lost either way, uncounted.
    for line in (try? lines(file)) ?? [] { for device in line.devices.keys { counts[device, default: 0] += 1 } }
    return counts
  }

  // MARK: Emptying

  /// The oldest file, which is appended to no more; ``remove(_:)`` or ``putBack(_:)`` follows.
  func takeOldest() -> File? {
    state.withLock { state in
      guard let first = state.files.first, state.appending != first.number else { return nil }
      if state.open == first.number { state.open = nil }
      state.taken = first.number
      return first
    }
  }

  func putBack(_ file: File) { state.withLock { $0.taken = nil } }

  /// The lines of a file; a last one that a crash cut is left out.
  func lines(_ file: File) throws(FileError) -> [LiveLine] {
    var lines: [LiveLine] = []
    let bad = JournalReplay.lines(try BoundedFile.read(file.path, limit: JournalReplay.sizeLimit)) { lines.append($0) }
    if bad > 0 {
      logger.warning("Spooled lines are not readable", metadata: [LogKey.file: "\(file.path)", LogKey.count: "\(bad)"])
    }
    return lines
  }

  /// Its lines have reached the journal.
  func remove(_ file: File) throws(FileError) {
    if unlink(file.path) != 0, errno != ENOENT { throw FileError(errno: errno, "remove", file.path) }
    forget(file)
  }

  /// Something stands in the file's place that cannot be read: it stays on disk under another name.
  func putAside(_ file: File, now: Double) throws(FileError) {
    _ = try Quarantine.move(file.path, word: "corrupt", now: now)
    forget(file)
  }

  private func forget(_ file: File) {
    state.withLock { state in
      guard let place = state.files.firstIndex(where: { $0.number == file.number }) else { return }
      state.status.bytes -= state.files[place].bytes
      state.files.remove(at: place)
      state.taken = nil
    }
  }

  /// How many samples of which device were given up since the last call.
  func takeLosses() -> [String: Int] {
    state.withLock {
      let losses = $0.losses
      $0.losses = [:]
      return losses
    }
  }
}
