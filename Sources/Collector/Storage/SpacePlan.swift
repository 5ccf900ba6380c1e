import Glibc
import Shared

/// What space there is for archives, and what of it is spoken for. Pure but for ``look(at:)``.
struct SpacePlan: Sendable, Equatable {
  /// A file system's space, in bytes.
  struct Disk: Sendable, Equatable {
    var free: Int
    var total: Int
  }

  var disk: Disk
  /// Bytes of archives that are still to be created.
  var missing = 0
  /// Bytes that archives which are there have not been given yet: copied or restored ones may be sparse.
  var unbacked = 0

  /// Journal, ledgers and everybody else on that disk need room too: 1 % of it and 256 MiB at least, but on a small disk no more than a tenth.
  var reserve: Int { min(max(disk.total / 100, 256 << 20), disk.total / 10) }

  /// Bytes that archives will still take.
  var needed: Int { Self.sum(missing, unbacked) }

  /// Whether an archive may be created: afterwards the reserve, and what existing archives still need, must be left.
  func allows(_ bytes: Int) -> Bool { disk.free - bytes >= Self.sum(reserve, unbacked) }

  /// Soon something will not fit: what is needed is there with less than twice the reserve beside it.
  var isLow: Bool { disk.free < Self.sum(needed, 2 * reserve) }

  /// Why an archive of so many bytes is not created.
  func refusal(_ bytes: Int) -> String {
    let kept =
      unbacked > 0 ? "\(reserve) bytes stay free and existing archives still need \(unbacked)" : "\(reserve) bytes stay free"
    return "not created: it takes \(bytes) bytes, \(disk.free) are free and \(kept); "
      + "make room or choose a smaller retention (storage size tells)"
  }

  /// Blocking.
  static func look(at path: String) throws(FileError) -> Disk {
    var info = statvfs()
    guard statvfs(path, &info) == 0 else { throw FileError(errno: errno, "examine the file system of", path) }
    func bytes(_ blocks: UInt) -> Int {
      let (bytes, isOverflow) = blocks.multipliedReportingOverflow(by: UInt(info.f_frsize))
      return isOverflow ? .max / 4 : min(Int(clamping: bytes), .max / 4)
    }
    return Disk(free: bytes(UInt(info.f_bavail)), total: bytes(UInt(info.f_blocks)))
  }

  /// Bytes that a file lacks on disk for its size; `nil` when there is no file. Blocking.
  static func unbacked(_ path: String) -> Int? {
    guard let status = try? FileStatus(path, followsLinks: false) else { return nil }
    return max(0, status.size - status.allocated)
  }

  private static func sum(_ one: Int, _ other: Int) -> Int {
    let (sum, isOverflow) = one.addingReportingOverflow(other)
    return isOverflow ? .max : sum
  }
}
