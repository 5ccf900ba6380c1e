import Glibc
import Shared

/// Holds a collector's folder while its files are changed: no collector starts meanwhile, and none is running.
final class MaintenanceLock: Sendable {
  private let lock: CollectorLock

  /// Blocking.
  /// - Throws: ``CommandFailure`` naming the owner.
  init(_ directory: CollectorDirectory, host: String, now: Double) throws {
    try Self.prepare(directory)
    // Caution costs nothing here: whoever wrote a fresh heartbeat elsewhere is taken to be alive without watching.
    if let heartbeat = try? Heartbeat.read(directory.heartbeat), heartbeat.host != host, let written = heartbeat.writtenEpoch,
      abs(now - written) < CollectorLock.heartbeatLife
    {
      throw CommandFailure.failure(
        "\(directory.path) is in use by process \(heartbeat.pid) on \(heartbeat.host): stop it first; nothing was changed")
    }
    do {
      lock = try CollectorLock(directory, host: host, pid: Int(getpid()))
    } catch let refusal as CollectorLock.Refusal {
      throw CommandFailure.failure("\(refusal.folder) is in use by \(refusal.owner): stop it first; nothing was changed")
    } catch let error as FileError {
      throw CommandFailure.failure(error)
    }
  }

  /// A lock file that is made here belongs to the folder's owner: the collector, which may be another user, must be able to open it.
  private static func prepare(_ directory: CollectorDirectory) throws {
    do throws(FileError) {
      guard let folder = try FileStatus(ifAny: directory.path), folder.kind == .folder else {
        throw FileError(.missing, "lock", directory.path, "no such folder: nothing was written yet")
      }
      guard try FileStatus(ifAny: directory.lock) == nil else { return }
      let descriptor = open(directory.lock, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else {
        // Somebody was faster; taking it tells the rest.
        if errno == EEXIST { return }
        throw FileError(errno: errno, "create", directory.lock)
      }
      defer { close(descriptor) }
      if folder.owner != geteuid(), fchown(descriptor, folder.owner, folder.group) != 0 {
        let error = FileError(errno: errno, "give to the folder's owner", directory.lock)
        unlink(directory.lock)
        throw error
      }
    } catch {
      throw CommandFailure.failure(error)
    }
  }
}
