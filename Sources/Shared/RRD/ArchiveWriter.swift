import Glibc

/// One second to be stored: the rates (bit/s) during the second that ends at `time`; nil is unknown.
package struct ArchiveRow: Sendable, Equatable {
  /// Epoch second at which the interval ends.
  package var time: Int
  package var rx: Double?
  package var tx: Double?

  package init(time: Int, rx: Double?, tx: Double?) {
    self.time = time
    self.rx = rx
    self.tx = tx
  }
}

/// Creates archives and adds rows to them through librrd.
///
/// One owner per file: librrd's lock does not keep threads of one process apart. All calls block on the disk.
package struct ArchiveWriter: Sendable {
  /// Seconds without an update until librrd itself calls the time unknown. Rows that follow a gap are written so that the
  /// missing seconds are unknown whatever this is; it matters only to other programs that update the file.
  package var heartbeat: Int
  private let reader = ArchiveReader()

  package init(heartbeat: Int = 900) {
    self.heartbeat = heartbeat
  }

  /// Creates a new file whose first row may be that of the second ending at `start + 1`. An existing file is an error.
  ///
  /// librrd writes beside the target and renames, and allocates the whole size: a full disk fails here, not later.
  package func create(at path: String, retention: Retention, start: Int) throws(ArchiveError) {
    guard start > 0, start < ArchiveLayout.Limit.time else {
      throw ArchiveError(.badRequest, path: path, detail: "cannot begin at \(start)")
    }
    try RRDLibrary.checkPath(path)
    try Self.checkFolder(of: path, needs: retention.bytes)
    try RRDLibrary.create(at: path, retention: retention, start: start, heartbeat: heartbeat)
  }

  /// Finds what librrd reports without a reason: no folder, no permission, no space.
  private static func checkFolder(of path: String, needs bytes: Int) throws(ArchiveError) {
    let end = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
    let folder = end == path.startIndex ? "/" : String(path[..<end])
    guard access(folder, W_OK | X_OK) == 0 else {
      throw .system("cannot create in its folder", path: path, errno: errno)
    }
    var space = statvfs()
    guard statvfs(folder, &space) == 0 else {
      throw .system("cannot examine its file system", path: path, errno: errno)
    }
    let (free, overflow) = UInt64(space.f_bavail).multipliedReportingOverflow(by: UInt64(space.f_frsize))
    guard overflow || free >= UInt64(bytes) else {
      throw ArchiveError(.full, path: path, detail: "cannot create: needs \(bytes) bytes, \(free) are free")
    }
  }

  /// Appends rows, oldest first, in one update. Seconds between rows, and since the file's last update, become unknown.
  ///
  /// Rows not newer than what the file has are skipped, so the same rows can be given again after any failure. When this
  /// throws `.locked` nothing was written. The header is validated first: a damaged file never reaches librrd.
  ///
  /// - Parameter span: how many seconds, ending at its time, one row may stand for; below `heartbeat`. More than one is for data that
  ///   was consolidated before it came here: up to so many seconds between rows get the value of the later row.
  package func append(_ rows: [ArchiveRow], to path: String, span: Int = 1) throws(ArchiveError) {
    guard (1...max(1, heartbeat)).contains(span) else {
      throw ArchiveError(.badRequest, path: path, detail: "one row cannot stand for \(span) seconds")
    }
    guard !rows.isEmpty else { return }
    try RRDLibrary.checkPath(path)
    let header = try reader.header(at: path)
    guard header.isWritable else {
      throw ArchiveError(.foreign, path: path, detail: "its data sources are not plain rates")
    }
    var batch = UpdateBatch(capacity: rows.count + 8)
    var last = header.lastUpdate
    for row in rows where row.time > last {
      guard row.time < ArchiveLayout.Limit.time else {
        throw ArchiveError(.badRequest, path: path, detail: "row at \(row.time) lies beyond any calendar")
      }
      if row.time > last + span { batch.append(time: row.time - 1, rx: nil, tx: nil) }
      batch.append(time: row.time, rx: row.rx, tx: row.tx)
      last = row.time
    }
    let isPlain = header.dataSources.count == 2 && header.rxColumn == 0
    try RRDLibrary.update(at: path, template: isPlain ? nil : "rx:tx", updates: batch)
  }
}
