import Dispatch  // whose C half the compiler takes for the home of struct stat and timespec
import Glibc
import Shared

/// Mends what can be mended without losing a byte: what cannot be read is moved beside, sound lines stay where they are, and only
/// files of ours that were never finished are removed. The caller holds the folder. Blocking.
struct StorageRepair {
  struct Step: Sendable, Equatable {
    /// Below the collector's folder.
    var path: String
    var remedy: StorageFinding.Problem.Remedy
    var reason: String

    var text: String {
      switch remedy {
      case .putAside: "put aside: \(path): \(reason)"
      case .keepSoundLines: "keep sound lines: \(path): \(reason)"
      case .remove: "remove: \(path): \(reason)"
      }
    }
  }

  let directory: CollectorDirectory
  let now: Double

  /// What is to be done about findings, one step a file.
  static func plan(_ findings: [StorageFinding]) -> [Step] {
    findings.compactMap { finding in
      let steps = finding.problems.compactMap { problem in problem.remedy.map { (problem.text, $0) } }
      guard let first = steps.first else { return nil }
      return Step(path: finding.path, remedy: first.1, reason: steps.map(\.0).joined(separator: "; "))
    }
  }

  /// Does one step.
  /// - Returns: where the original stands now; `nil` when it was removed.
  func perform(_ step: Step) throws(FileError) -> String? {
    let path = directory.path + "/" + step.path
    guard let entry = try FileStatus(ifAny: path) else { throw FileError(.missing, "repair", path, "it is gone") }
    switch step.remedy {
    case .remove:
      guard entry.kind == .file else { throw FileError(.notRegular, "remove", path, "not a regular file") }
      guard unlink(path) == 0 else { throw FileError(errno: errno, "remove", path) }
      return nil
    case .putAside:
      let target = try asidePath(path, word: entry.kind == .file ? "corrupt" : "foreign")
      guard rename(path, target) == 0 else { throw FileError(errno: errno, "put aside", path) }
      return target
    case .keepSoundLines:
      return try keepSoundLines(path)
    }
  }

  private func keepSoundLines(_ path: String) throws(FileError) -> String {
    guard let format = Self.format(path) else { throw FileError(.other, "repair", path, "not made of lines") }
    let bytes = try BoundedFile.read(path, limit: format.sizeLimit)
    let temporary = path + ".repair.tmp"
    try write(SoundLines(bytes, format).kept, to: temporary, like: path)
    let target = try asidePath(path, word: "corrupt")
    // With a second name for the original there is no moment without the file; not every file system has those.
    if link(path, target) != 0 {
      guard errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK || errno == ENOSYS else {
        throw FileError(errno: errno, "put aside", path)
      }
      guard rename(path, target) == 0 else { throw FileError(errno: errno, "put aside", path) }
    }
    guard rename(temporary, path) == 0 else { throw FileError(errno: errno, "replace", path) }
    return target
  }

  private static func format(_ path: String) -> SoundLines.Format? {
    if path.hasSuffix(".csv") { return .ledger }
    guard path.hasSuffix(".jsonl") else { return nil }
    return path.split(separator: "/").dropLast().last == "live" ? .journal : .events
  }

  /// A new file with owner and mode of another.
  private func write(_ bytes: [UInt8], to path: String, like original: String) throws(FileError) {
    let status = try FileStatus(original, followsLinks: false)
    try AtomicFile.replace(path, with: bytes, durability: .synced)
    if status.owner != geteuid() || status.group != getegid(), lchown(path, status.owner, status.group) != 0 {
      let error = FileError(errno: errno, "keep the owner of", original)
      unlink(path)
      throw error
    }
    guard chmod(path, status.permissions) == 0 else { throw FileError(errno: errno, "keep the mode of", original) }
  }

  /// A free name beside the file: what was put aside before stays.
  private func asidePath(_ path: String, word: String) throws(FileError) -> String {
    let base = "\(path).\(word)-\(Int(now))"
    for count in 0..<1000 {
      let target = count == 0 ? base : "\(base)-\(count)"
      if try FileStatus(ifAny: target) == nil { return target }
    }
    throw FileError(.other, "put aside", path, "a thousand names are taken")
  }
}
