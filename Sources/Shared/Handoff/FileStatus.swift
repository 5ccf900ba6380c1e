internal import Glibc

/// What the system tells of a file without opening it (`stat`, `lstat`, `fstat`).
package struct FileStatus: Sendable, Equatable {
  package enum Kind: Sendable, Equatable { case file, folder, link, other }

  package var kind: Kind
  /// Device and inode: two paths with the same ones are one file.
  package var identity: Identity
  /// Bytes of content.
  package var size: Int
  /// Bytes that have a place on disk already.
  package var allocated: Int
  /// The twelve bits of `chmod`.
  package var permissions: UInt32
  package var owner: UInt32
  package var group: UInt32
  /// Last change of the content, epoch seconds.
  package var modified: Double

  package struct Identity: Sendable, Hashable {
    var device: UInt64
    var inode: UInt64
  }

  /// Blocking.
  package init(_ path: String, followsLinks: Bool = true) throws(FileError) {
    var info = stat()
    guard (followsLinks ? stat(path, &info) : lstat(path, &info)) == 0 else { throw FileError(errno: errno, "examine", path) }
    self.init(info)
  }

  /// Of what stands at the path itself, a link too; `nil` when there is nothing. Blocking.
  package init?(ifAny path: String) throws(FileError) {
    do throws(FileError) { try self.init(path, followsLinks: false) } catch {
      if error.code == .missing { return nil }
      throw error
    }
  }

  /// - Parameter path: for the error.
  package init(descriptor: Int32, _ path: String) throws(FileError) {
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { throw FileError(errno: errno, "examine", path) }
    self.init(info)
  }

  private init(_ info: stat) {
    kind =
      switch info.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    identity = Identity(device: UInt64(info.st_dev), inode: UInt64(info.st_ino))
    size = Int(info.st_size)
    allocated = Int(info.st_blocks) * 512
    permissions = info.st_mode & 0o7777
    owner = info.st_uid
    group = info.st_gid
    modified = Double(info.st_mtim.tv_sec) + Double(info.st_mtim.tv_nsec) / 1e9
  }
}
