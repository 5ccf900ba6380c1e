import Glibc

/// A configuration file as read from disk.
package struct ConfigFile: Sendable {
  package let path: String
  package let document: INIDocument
  /// Permission bits of the file, e.g. `0o640`.
  package let mode: UInt32
  /// To notice a later change.
  package let stamp: FileStamp

  /// Reads and parses the file at `path`, following links: a configuration may well be one.
  /// Blocking: a few system calls on a small file.
  /// - Throws: why it cannot be read (missing, not permitted, a directory, too large), or everything wrong in it.
  package static func load(_ path: String) throws(ConfigErrors) -> ConfigFile {
    // Without O_NONBLOCK a FIFO in the file's place would hang the open.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "is a directory" : "is not a regular file"
      throw ConfigErrors(ConfigError(file: path, problem: kind, allowed: "a text file"))
    }
    let bytes = try readAll(descriptor, path: path)
    return ConfigFile(
      path: path, document: try INIDocument(parsing: bytes, file: path), mode: status.st_mode & 0o7777, stamp: FileStamp(status))
  }

  /// Whether users other than the owner and the group can read the file. World-readable is refused by the callers, readable by the
  /// group is allowed: a service's own group is the usual way to hand it its configuration (`root:tikwatch`, mode 640).
  package var permissionsExposeSecrets: Bool { mode & 0o004 != 0 }

  /// The error (or, for an `mktxp.conf`, warning) of a file that others can read and that holds a password or token; else `nil`.
  package var exposedSecret: ConfigError? {
    guard permissionsExposeSecrets else { return nil }
    for section in document.sections {
      for entry in section.entries where ConfigKey.isSecret(entry.key) && !entry.value.isEmpty && !entry.value.isNone {
        return ConfigError(
          file: path, line: entry.line, section: section.name, key: entry.key, value: entry.value.text,
          problem: "others can read this file (mode \(String(mode & 0o777, radix: 8)))", allowed: "chmod o-rwx")
      }
    }
    return nil
  }

  private static func unreadable(_ path: String, _ code: Int32) -> ConfigErrors {
    let reason = code == ENOENT ? "no such file" : "cannot be read: \(String(cString: strerror(code)))"
    return ConfigErrors(ConfigError(file: path, problem: reason))
  }

  /// The file's bytes, at most one more than ``INIDocument/sizeLimit`` so that the parser can refuse it.
  private static func readAll(_ descriptor: Int32, path: String) throws(ConfigErrors) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count <= INIDocument.sizeLimit {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path, errno) }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return bytes
  }
}

/// What tells one state of a file from another without reading it.
package struct FileStamp: Sendable, Hashable {
  private let device: UInt64
  private let inode: UInt64
  private let size: Int64
  private let seconds: Int64
  private let nanoseconds: Int64
  private let mode: UInt32

  /// The stamp of the file at `path` now, or `nil` when it is missing or out of reach. Follows links.
  package init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    seconds = Int64(status.st_mtim.tv_sec)
    nanoseconds = Int64(status.st_mtim.tv_nsec)
    mode = status.st_mode
  }
}
