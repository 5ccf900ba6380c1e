internal import Glibc

/// Reads files that another program, or another machine, wrote: never follows a link, never waits on a FIFO, never reads more
/// than the caller allows. Blocking: call it off the cooperative pool.
package enum BoundedFile {
  /// What tells one version of a file from another without reading it.
  package struct Identity: Sendable, Hashable {
    package var device: UInt64
    package var inode: UInt64
    package var size: Int
    package var modifiedNanoseconds: Int
  }

  /// The whole content of a regular file.
  ///
  /// - Parameter limit: bytes; a larger file is refused, not cut.
  package static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let descriptor = try open(path)
    defer { close(descriptor) }
    let size = try regularSize(descriptor, path)
    guard size <= limit else { throw FileError(.tooLarge, "read", path, "\(size) bytes; at most \(limit) are read") }
    // One byte more than the size, to see a file that grew meanwhile.
    return try read(descriptor, path, offset: 0, count: min(limit, size + 65536))
  }

  /// At most `count` bytes from `offset`; fewer where the file ends.
  package static func read(_ path: String, offset: Int, count: Int) throws(FileError) -> [UInt8] {
    let descriptor = try open(path)
    defer { close(descriptor) }
    let size = try regularSize(descriptor, path)
    guard offset >= 0, offset < size else { return [] }
    return try read(descriptor, path, offset: offset, count: count)
  }

  /// The identity of a regular file; `nil` when there is none at the path.
  package static func identity(_ path: String) throws(FileError) -> Identity? {
    var info = stat()
    guard lstat(path, &info) == 0 else {
      let error = FileError(errno: errno, "examine", path)
      if error.code == .missing { return nil }
      throw error
    }
    guard info.st_mode & S_IFMT == S_IFREG else { throw FileError(.notRegular, "read", path, "not a regular file") }
    return Identity(
      device: UInt64(info.st_dev), inode: UInt64(info.st_ino), size: Int(info.st_size),
      modifiedNanoseconds: Int(info.st_mtim.tv_sec) &* 1_000_000_000 &+ Int(info.st_mtim.tv_nsec))
  }

  /// The names in a folder that is no link, without `.` and `..`, sorted.
  ///
  /// - Parameter limit: entries; a folder with more is refused.
  package static func list(_ path: String, limit: Int = 100_000) throws(FileError) -> [String] {
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(errno: errno, "list", path) }
    guard let stream = fdopendir(descriptor) else {
      let error = FileError(errno: errno, "list", path)
      close(descriptor)
      throw error
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      guard names.count < limit else { throw FileError(.tooLarge, "list", path, "more than \(limit) entries") }
      names.append(name)
    }
    return names.sorted()
  }

  private static func open(_ path: String) throws(FileError) -> Int32 {
    // To open a device node may be to act: a tape rewinds, a watchdog starts to count.
    var info = stat()
    if lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFCHR || info.st_mode & S_IFMT == S_IFBLK {
      throw FileError(.notRegular, "read", path, "not a regular file")
    }
    let descriptor = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(errno: errno, "open", path) }
    return descriptor
  }

  private static func regularSize(_ descriptor: Int32, _ path: String) throws(FileError) -> Int {
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { throw FileError(errno: errno, "examine", path) }
    guard info.st_mode & S_IFMT == S_IFREG else { throw FileError(.notRegular, "read", path, "not a regular file") }
    return Int(info.st_size)
  }

  private static func read(_ descriptor: Int32, _ path: String, offset: Int, count: Int) throws(FileError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let got = pread(descriptor, buffer.baseAddress! + initialized, count - initialized, off_t(offset + initialized))
        if got > 0 {
          initialized += got
        } else if got == 0 {
          break
        } else if errno != EINTR {
          failure = errno
          break
        }
      }
    }
    guard failure == 0 else { throw FileError(errno: failure, "read", path) }
    return bytes
  }
}
