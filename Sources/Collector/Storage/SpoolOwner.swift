import Glibc
import Shared
import Synchronization

/// Keeps a second collector of this host out of a spool: `flock` on `<spool>.lock`, held from when it is first needed.
///
/// As long as the root is in use its own lock does that; without the root this is all there is.
final class SpoolOwner: Sendable {
  /// The spool belongs to somebody else.
  struct Refusal: Error, CustomStringConvertible {
    var path: String
    var description: String {
      "\(path) is held by another process: a collector with this id and root is running, and its root is away as well"
    }
  }

  private let path: String
  private let descriptor = Mutex<Int32?>(nil)

  /// - Parameter spool: the folder of the spool.
  init(spool: String) { path = spool + ".lock" }

  deinit {
    if let descriptor = descriptor.withLock({ $0 }) { close(descriptor) }
  }

  /// Takes it, or makes sure that it is taken. Blocking on local disk.
  ///
  /// - Throws: ``Refusal``, or ``FileError`` when the lock file cannot be used.
  func take() throws {
    try descriptor.withLock { descriptor in
      guard descriptor == nil else { return }
      if let end = path.lastIndex(of: "/") { try AtomicFile.createFolder(String(path[..<end])) }
      let fresh = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o644)
      guard fresh >= 0 else { throw FileError(errno: errno, "open", path) }
      guard flock(fresh, LOCK_EX | LOCK_NB) == 0 else {
        let error = errno
        _ = close(fresh)
        guard error == EWOULDBLOCK else { throw FileError(errno: error, "lock", path) }
        throw Refusal(path: path)
      }
      descriptor = fresh
    }
  }
}
