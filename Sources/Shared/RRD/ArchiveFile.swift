import Glibc

/// An archive opened for reading with `pread` only: a file that shrinks gives a short read, never a signal.
struct ArchiveFile: ~Copyable {
  let path: String
  /// Bytes at the time of opening.
  let size: Int
  private let descriptor: Int32

  /// Opens a regular file; links are not followed and a FIFO does not hang.
  init(path: String) throws(ArchiveError) {
    guard !path.utf8.contains(0) else { throw ArchiveError(.badPath, path: "(path with NUL)", detail: "has a NUL byte") }
    // To open a device node may be to act: a tape rewinds, a watchdog starts to count.
    var node = stat()
    if lstat(path, &node) == 0, node.st_mode & S_IFMT == S_IFCHR || node.st_mode & S_IFMT == S_IFBLK {
      throw ArchiveError(.notRegularFile, path: path, detail: "is not a regular file")
    }
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("cannot open", path: path, errno: errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let number = errno
      close(descriptor)
      throw .system("cannot examine", path: path, errno: number)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw ArchiveError(.notRegularFile, path: path, detail: "is not a regular file")
    }
    self.path = path
    self.size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Fills `buffer` from `offset` on; less than asked for is an error.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(ArchiveError) {
    guard let base = buffer.baseAddress else { return }
    var done = 0
    while done < buffer.count {
      let count = pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
      if count > 0 {
        done += count
      } else if count == 0 {
        throw ArchiveError(.corrupt, path: path, detail: "ends at byte \(offset + done), while it is being read")
      } else if errno != EINTR {
        throw .system("cannot read", path: path, errno: errno)
      }
    }
  }

  /// Owner, mode and size as they are now.
  func status() throws(ArchiveError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("cannot examine", path: path, errno: errno) }
    return status
  }

  /// Whether some process holds librrd's write lock.
  ///
  /// The lock is only asked about, never taken: librrd's writers fail at once when they meet a reader's lock. Asking as
  /// an open file description also sees a lock of this very process. Where locks are not supported: false.
  func isWriteLocked() -> Bool {
    var lock = flock()
    lock.l_type = Int16(F_RDLCK)
    lock.l_whence = Int16(SEEK_SET)
    let askOpenFileDescription: Int32 = 36  // F_OFD_GETLK, which glibc declares under _GNU_SOURCE only
    guard fcntl(descriptor, askOpenFileDescription, &lock) == 0 else { return false }
    return lock.l_type == Int16(F_WRLCK)
  }
}
