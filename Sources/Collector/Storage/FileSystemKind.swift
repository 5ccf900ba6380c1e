import Glibc
import Shared

/// What kind of file system a path is on.
enum FileSystemKind {
  private static let network: Set<Substring> = [
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "fuse.glusterfs", "fuse.ceph", "fuse.sshfs", "fuse.mfs",
    "fuse.juicefs", "fuse.seaweedfs", "lustre", "beegfs", "afs", "9p", "ocfs2", "gfs2", "moosefs",
  ]

  /// Whether other machines may read what is at `path`, and see only what has been synced. Unknown counts as local. Blocking.
  static func isNetwork(_ path: String) -> Bool {
    guard let resolved = realpath(path, nil) else { return false }
    defer { free(resolved) }
    // proc(5): what cannot be read says nothing.
    guard let table = try? BoundedFile.read("/proc/self/mountinfo", limit: 1 << 20) else { return false }
    return kind(of: String(cString: resolved), mounts: String(decoding: table, as: UTF8.self)).map(network.contains) ?? false
  }

  /// The type of the file system that holds the absolute path `path`, from the text of `mountinfo`: that of the longest mount point above it,
  /// of several at one place the last.
  static func kind(of path: String, mounts: String) -> Substring? {
    var best: (length: Int, kind: Substring)?
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 5, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else { continue }
      let point = unescaped(fields[4])
      guard path == point || path.hasPrefix(point == "/" ? "/" : point + "/"), point.utf8.count >= best?.length ?? 0 else {
        continue
      }
      best = (point.utf8.count, fields[dash + 1])
    }
    return best?.kind
  }

  /// Blanks and the like stand as three octal digits.
  private static func unescaped(_ text: Substring) -> String {
    guard text.contains("\\") else { return String(text) }
    return String(text).replacing("\\040", with: " ").replacing("\\011", with: "\t").replacing("\\012", with: "\n")
      .replacing("\\134", with: "\\")
  }
}
