internal import Glibc

/// Writes below a collector's own folder: whole files replaced at once, journals and ledgers appended.
/// Blocking: call it off the cooperative pool.
package enum AtomicFile {
  /// How long the content must outlive a power cut.
  package enum Durability: Sendable { case atomic, synced }

  /// Replaces the file: readers see the old content or the new, never half.
  package static func replace(_ path: String, with bytes: [UInt8], durability: Durability) throws(FileError) {
    let temporary = path + ".tmp"  // one writer owns the folder, so one temporary name is enough, and no rubbish piles up
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(errno: errno, "create", temporary) }
    var error = writeAll(descriptor, bytes, temporary)
    if error == nil, durability == .synced, fsync(descriptor) != 0 { error = FileError(errno: errno, "sync", temporary) }
    if close(descriptor) != 0, error == nil { error = FileError(errno: errno, "close", temporary) }
    if error == nil, rename(temporary, path) != 0 { error = FileError(errno: errno, "replace", path) }
    if let error {
      unlink(temporary)
      throw error
    }
    if durability == .synced { try syncFolder(of: path) }
  }

  /// Appends in one piece: on failure the file is cut back to what it was, so a retry writes nothing twice.
  /// A last line that a crash left without its newline is closed first, so that the new line stands alone.
  package static func append(_ path: String, _ bytes: [UInt8], durability: Durability, header: [UInt8] = []) throws(FileError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(errno: errno, "open", path) }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { throw FileError(errno: errno, "examine", path) }
    guard info.st_mode & S_IFMT == S_IFREG else { throw FileError(.notRegular, "append to", path, "not a regular file") }
    var content = bytes
    if info.st_size == 0 {
      content = header + bytes
    } else {
      var last: UInt8 = 0
      guard pread(descriptor, &last, 1, info.st_size - 1) == 1 else { throw FileError(errno: errno, "read", path) }
      if last != UInt8(ascii: "\n") { content = [UInt8(ascii: "\n")] + bytes }
    }
    if let error = writeAll(descriptor, content, path) {
      ftruncate(descriptor, info.st_size)
      throw error
    }
    if durability == .synced, fsync(descriptor) != 0 {
      let error = FileError(errno: errno, "sync", path)
      ftruncate(descriptor, info.st_size)
      throw error
    }
  }

  /// Creates a folder and those above it, as far as they are missing.
  package static func createFolder(_ path: String) throws(FileError) {
    if mkdir(path, 0o755) == 0 { return }
    switch errno {
    case EEXIST:
      var info = stat()
      guard stat(path, &info) == 0 else { throw FileError(errno: errno, "examine", path) }
      guard info.st_mode & S_IFMT == S_IFDIR else {
        throw FileError(.notRegular, "create folder", path, "something else has that name")
      }
    case ENOENT:
      guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
        throw FileError(errno: ENOENT, "create folder", path)
      }
      try createFolder(String(path[..<slash]))
      if mkdir(path, 0o755) != 0, errno != EEXIST { throw FileError(errno: errno, "create folder", path) }
    default:
      throw FileError(errno: errno, "create folder", path)
    }
  }

  private static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], _ path: String) -> FileError? {
    bytes.withUnsafeBytes { buffer -> FileError? in
      var done = 0
      while done < buffer.count {
        let wrote = write(descriptor, buffer.baseAddress! + done, buffer.count - done)
        if wrote >= 0 {
          done += wrote
        } else if errno != EINTR {
          return FileError(errno: errno, "write", path)
        }
      }
      return nil
    }
  }

  private static func syncFolder(of path: String) throws(FileError) {
    guard let slash = path.lastIndex(of: "/") else { return }
    let folder = String(path[..<slash])
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(errno: errno, "open", folder) }
    defer { close(descriptor) }
    // Some network file systems cannot sync a folder; the rename itself has been made all the same.
    if fsync(descriptor) != 0, errno != EINVAL, errno != EROFS { throw FileError(errno: errno, "sync", folder) }
  }
}
