internal import Glibc

/// Writes configuration files with secrets: readable by their owner alone, and whole or not at all. Blocking.
package enum PrivateFile {
  /// Makes a file that must not be there yet, mode 600.
  /// - Throws: ``FileError``; where something has that name already, its reason says so and nothing is changed.
  package static func create(_ path: String, _ bytes: [UInt8]) throws(FileError) {
    let temporary = try writeBeside(path, bytes, mode: 0o600, owner: nil)
    defer { unlink(temporary) }
    // Unlike rename, link never replaces anything.
    guard link(temporary, path) == 0 else { throw FileError(errno: errno, "create", path) }
    sync(folderOf: path)
  }

  /// Replaces a file, keeping its owner and permissions but for those of others. A link is followed: what it leads to is replaced.
  package static func replace(_ path: String, _ bytes: [UInt8]) throws(FileError) {
    guard let resolved = realpath(path, nil) else { throw FileError(errno: errno, "replace", path) }
    defer { free(resolved) }
    let target = String(cString: resolved)
    var status = stat()
    guard stat(target, &status) == 0 else { throw FileError(errno: errno, "examine", target) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(.notRegular, "replace", path, "not a regular file") }
    let temporary = try writeBeside(target, bytes, mode: status.st_mode & 0o770, owner: (status.st_uid, status.st_gid))
    guard rename(temporary, target) == 0 else {
      let error = FileError(errno: errno, "replace", target)
      unlink(temporary)
      throw error
    }
    sync(folderOf: target)
  }

  private static func writeBeside(
    _ path: String, _ bytes: [UInt8], mode: mode_t, owner: (user: uid_t, group: gid_t)?
  ) throws(FileError) -> String {
    let temporary = path + ".new-\(getpid())"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileError(errno: errno, "create", temporary) }
    var error: FileError?
    var done = 0
    while done < bytes.count, error == nil {
      let wrote = bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if wrote > 0 { done += wrote } else if wrote < 0, errno != EINTR { error = FileError(errno: errno, "write", temporary) }
    }
    if let owner, error == nil, owner.user != geteuid() || owner.group != getegid(),
      fchown(descriptor, owner.user, owner.group) != 0
    {
      error = FileError(errno: errno, "keep the owner of", path)
    }
    if error == nil, fchmod(descriptor, mode) != 0 { error = FileError(errno: errno, "set the permissions of", temporary) }
    if error == nil, fsync(descriptor) != 0 { error = FileError(errno: errno, "sync", temporary) }
    if close(descriptor) != 0, error == nil { error = FileError(errno: errno, "close", temporary) }
    if let error {
      unlink(temporary)
      throw error
    }
    return temporary
  }

  /// The file itself is safe by now: a folder that cannot be synced is no failure.
  private static func sync(folderOf path: String) {
    let folder = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
    let descriptor = open(folder.isEmpty ? "/" : String(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
