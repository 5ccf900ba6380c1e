internal import Glibc
internal import Shared

/// Keeps collectors out of a collector's folder while past data are written there: the same lock that they take.
final class FolderLock: Sendable {
  private let descriptor: Int32

  /// - Throws: `Failure` when a collector holds the folder.
  init(_ directory: CollectorDirectory) throws(Failure) {
    do throws(FileError) { try AtomicFile.createFolder(directory.path) } catch { throw Failure(error.description) }
    let descriptor = open(directory.lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Failure(FileError(errno: errno, "open", directory.lock).description) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let error = errno
      close(descriptor)
      if error == EWOULDBLOCK { throw Failure("\(directory.path) is held by a running collector; stop it first") }
      throw Failure(FileError(errno: error, "lock", directory.lock).description)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
