import Glibc
import Shared

/// Puts aside what stands where a file of ours belongs: it is renamed, never deleted. Blocking.
enum Quarantine {
  /// Renames `path` to `PATH.WORD-EPOCH`.
  /// - Returns: the new path.
  static func move(_ path: String, word: String, now: Double) throws(FileError) -> String {
    let target = "\(path).\(word)-\(Int(now))"
    guard rename(path, target) == 0 else { throw FileError(errno: errno, "put aside", path) }
    return target
  }

  /// Runs `body`; where something that is no regular file stands in its way, puts that aside and runs it once more.
  static func clearing(_ path: String, now: Double, _ body: () throws(FileError) -> Void) throws(FileError) {
    do throws(FileError) { try body() } catch  where error.code == .notRegular {
      _ = try move(path, word: "foreign", now: now)
      try body()
    }
  }
}
