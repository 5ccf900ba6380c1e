import Glibc

/// Gives an archive another retention without losing what it holds.
///
/// The new file is made beside the old one by librrd, filled here from the old one's rows, checked, and put in its place by one
/// rename: whatever interrupts that leaves the old file as it was. The caller owns the file: nobody updates it meanwhile, and if
/// somebody does, the old file stays. Blocking.
package struct ArchiveConverter: Sendable {
  package enum Outcome: Sendable, Equatable {
    /// The file has this retention already; nothing was written.
    case unchanged
    case converted
  }

  /// Least seconds without an update until librrd calls the time unknown; an old file that had more keeps it.
  package var heartbeat = 900
  /// Called with the share of the work that is done, 0 to 1, as it grows.
  package var progress: @Sendable (Double) -> Void = { _ in }

  package init() {}

  /// What stands beside an archive while it is converted.
  package static func temporary(of path: String) -> String { path + ".migrate.tmp" }

  package func convert(_ path: String, to retention: Retention) throws(ArchiveError) -> Outcome {
    try RRDLibrary.checkPath(path)
    let file = try ArchiveFile(path: path)
    guard !file.isWriteLocked() else { throw ArchiveError(.locked, path: path, detail: "cannot convert: somebody writes it") }
    let (old, bytes) = try ArchiveReader.header(of: file)
    if old.matches(retention) { return .unchanged }
    if let fault = old.obstacle { throw ArchiveError(.foreign, path: path, detail: "cannot convert: \(fault)") }
    let temporary = Self.temporary(of: path)
    // Left by a conversion that was interrupted: it never counted.
    unlink(temporary)
    do throws(ArchiveError) {
      let longest = old.dataSources.map { Int(clamping: min($0.heartbeat, 1 << 31)) }.max() ?? 0
      try ArchiveWriter(heartbeat: max(heartbeat, longest)).create(at: temporary, retention: retention, start: old.lastUpdate)
      try fill(temporary, retention, from: file, old, bytes)
      guard try ArchiveReader.header(of: file).bytes == bytes, !file.isWriteLocked() else {
        throw ArchiveError(.busy, path: path, detail: "somebody updated it while it was converted: nothing was changed")
      }
      guard rename(temporary, path) == 0 else { throw .system("cannot replace", path: path, errno: errno) }
    } catch {
      unlink(temporary)
      throw error
    }
    try Self.syncFolder(of: path)
    return .converted
  }

  private func fill(
    _ path: String, _ retention: Retention, from file: borrowing ArchiveFile, _ old: ArchiveHeader, _ oldBytes: [UInt8]
  ) throws(ArchiveError) {
    let fresh = try ArchiveReader.header(of: ArchiveFile(path: path))
    let descriptor = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("cannot open", path: path, errno: errno) }
    defer { close(descriptor) }
    try Self.takeOwner(of: file, descriptor, path)
    let state = ConversionState(old: old, oldBytes: oldBytes, new: fresh.header)
    var header = fresh.bytes
    var rows = ConversionRows(old: old, descriptor: descriptor, path: path)
    let total = Double(max(1, fresh.header.archives.reduce(0) { $0 + $1.rows }))
    var done = 0
    for target in fresh.header.archives {
      let before = done
      try rows.fill(target, from: file) { count in
        done += count
        progress(Double(done) / total)
      }
      done = before + target.rows
      if target.pdpPerRow == 1 {
        let at = ArchiveLayout.archiveOffset(target.index, dataSources: 2)
        ArchiveMark.store(extremesFrom: ConversionPlan(target: target, old: old).extremesFrom(target), in: &header, at: at)
      } else if !state.carryRow(of: target, into: &header) {
        let making = try rows.rowInTheMaking(target, lastUpdate: old.lastUpdate, old, file)
        for (source, row) in making.enumerated() { state.store(row, of: target, source: source, into: &header) }
      }
    }
    state.carryPoints(into: &header)
    try PositionedFile.write(descriptor, header[...], at: 0, path: path)
    guard fsync(descriptor) == 0 else { throw .system("cannot sync", path: path, errno: errno) }
    try Self.check(path, retention, like: old)
    progress(1)
  }

  private static func check(_ path: String, _ retention: Retention, like old: ArchiveHeader) throws(ArchiveError) {
    let header = try ArchiveReader().header(at: path)
    guard header.matches(retention), header.lastUpdate == old.lastUpdate,
      header.lastUpdateMicroseconds == old.lastUpdateMicroseconds
    else { throw ArchiveError(.corrupt, path: path, detail: "the new file is not what it should be: the old one stays") }
  }

  /// Whoever runs this, the collector must be able to write the file as before.
  private static func takeOwner(of file: borrowing ArchiveFile, _ descriptor: Int32, _ path: String) throws(ArchiveError) {
    let old = try file.status()
    var new = stat()
    guard fstat(descriptor, &new) == 0 else { throw .system("cannot examine", path: path, errno: errno) }
    if new.st_uid != old.st_uid || new.st_gid != old.st_gid {
      guard fchown(descriptor, old.st_uid, old.st_gid) == 0 else {
        throw .system("cannot keep the owner of the old file", path: path, errno: errno)
      }
    }
    guard fchmod(descriptor, old.st_mode & 0o7777) == 0 else {
      throw .system("cannot keep the mode of the old file", path: path, errno: errno)
    }
  }

  private static func syncFolder(of path: String) throws(ArchiveError) {
    let end = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
    let folder = end == path.startIndex ? "/" : String(path[..<end])
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("cannot open", path: folder, errno: errno) }
    defer { close(descriptor) }
    // Some network file systems cannot sync a folder; the rename itself has been made all the same.
    if fsync(descriptor) != 0, errno != EINVAL, errno != EROFS { throw .system("cannot sync", path: folder, errno: errno) }
  }
}
