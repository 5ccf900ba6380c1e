import Glibc
import Shared
import Synchronization

/// Keeps a second collector out of a collector's folder: `flock` on `.lock`, for as long as this value lives.
final class CollectorLock: Sendable {
  /// The folder belongs to somebody else.
  struct Refusal: Error, CustomStringConvertible {
    var folder: String
    /// `process 123 on edge-1`.
    var owner: String
    var advice: String

    var description: String { "\(folder) is in use by \(owner): \(advice)" }
  }

  /// A heartbeat counts as alive for this many seconds: it is written every two.
  static let heartbeatLife = 15.0
  /// Seconds for which the heartbeat of another host is watched: clocks of hosts differ, so only its going on tells that it is alive.
  static let watch = 6.0

  private let descriptor: Mutex<Int32>
  private let directory: CollectorDirectory
  private let host: String
  private let pid: Int

  /// Takes the folder, which exists. Blocking, for some seconds where another host wrote the last heartbeat.
  ///
  /// - Parameter rest: waits for so many seconds.
  /// - Throws: ``Refusal``, or ``FileError`` when the lock file cannot be used.
  init(_ directory: CollectorDirectory, host: String, pid: Int, rest: (Double) -> Void = { usleep(UInt32($0 * 1e6)) }) throws {
    self.directory = directory
    self.host = host
    self.pid = pid
    descriptor = Mutex(try Self.open(directory, host: host, pid: pid, rest))
  }

  deinit { _ = close(descriptor.withLock { $0 }) }

  /// Makes sure that the folder at this path is the one that was taken, and takes it where it is another: a root that was mounted again has
  /// lost the lock. Blocking.
  ///
  /// - Throws: ``FileError`` when the folder is gone, or has been taken by somebody else meanwhile.
  func hold() throws(FileError) {
    try descriptor.withLock { descriptor throws(FileError) in
      let there: FileStatus
      do throws(FileError) { there = try FileStatus(directory.lock) } catch {
        guard error.code == .missing else { throw error }
        throw FileError(.missing, "write to", directory.path, "the collector's folder is gone: is the root still mounted?")
      }
      // The held file cannot be examined any more where the mount that it was on has died.
      let held = try? FileStatus(descriptor: descriptor, directory.lock)
      if held?.identity == there.identity { return }
      let fresh: Int32
      do {
        fresh = try Self.open(directory, host: host, pid: pid) { usleep(UInt32($0 * 1e6)) }
      } catch let error as FileError {
        throw error
      } catch {
        throw FileError(.permission, "take", directory.path, String(describing: error))
      }
      _ = close(descriptor)
      descriptor = fresh
    }
  }

  private static func open(_ directory: CollectorDirectory, host: String, pid: Int, _ rest: (Double) -> Void) throws -> Int32 {
    let path = directory.lock
    // Opened without waiting, should something else than a file stand there.
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(errno: errno, "open", path) }
    do {
      try Self.take(descriptor, directory, host: host, pid: pid, rest)
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  private static func take(_ descriptor: Int32, _ directory: CollectorDirectory, host: String, pid: Int, _ rest: (Double) -> Void)
    throws
  {
    guard try FileStatus(descriptor: descriptor, directory.lock).kind == .file else {
      throw FileError(.notRegular, "lock", directory.lock, "not a regular file")
    }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let number = errno
      guard number == EWOULDBLOCK else { throw FileError(errno: number, "lock", directory.lock) }
      throw Refusal(
        folder: directory.path, owner: owner(descriptor), advice: "stop it, or give this collector an id of its own")
    }
    // A lock does not reach other machines on every network file system; a heartbeat does. On this host the lock is enough.
    if let alive = liveOwner(directory, host: host, rest) {
      throw Refusal(
        folder: directory.path, owner: "process \(alive.pid) on \(alive.host)",
        advice: "its heartbeat goes on; stop it, or give this collector an id of its own")
    }
    let text = Array("pid \(pid) host \(host)\n".utf8)
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
      throw FileError(errno: errno, "write", directory.lock)
    }
  }

  /// The heartbeat of another host if it goes on while it is watched.
  private static func liveOwner(_ directory: CollectorDirectory, host: String, _ rest: (Double) -> Void) -> Heartbeat? {
    func read() -> Heartbeat? {
      // Looking through the folder makes a network file system ask its server again.
      _ = try? BoundedFile.list(directory.path)
      return (try? Heartbeat.read(directory.heartbeat)).flatMap { $0.host == host ? nil : $0 }
    }
    guard let first = read() else { return nil }
    let step = 0.5
    for _ in 0..<Int(watch / step) {
      rest(step)
      if let later = read(), later.sequence != first.sequence || later.started != first.started { return later }
    }
    return nil
  }

  private static func owner(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 300)
    let count = max(0, pread(descriptor, &bytes, bytes.count, 0))
    let words = String(decoding: bytes[..<count], as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard words.count >= 4, words[0] == "pid", words[2] == "host", let pid = Int(words[1]) else { return "another process" }
    return "process \(pid) on \(words[3].prefix(100))"
  }
}

extension CollectorDirectory {
  /// Whether the folder that was locked is still there: a root can be unmounted under a running collector. Blocking.
  var isPresent: Bool { access(lock, F_OK) == 0 }
}
