/// The events of one device: a JSON-lines file per UTC month. Blocking.
package enum EventFile {
  /// What files hold.
  package struct Reading: Sendable, Equatable {
    /// Oldest first.
    package var events: [EventLine] = []
    /// Complete lines that are no events.
    package var badLines = 0
    /// What could not be read, in words that name the file.
    package var problem: String?
    /// Events of the window that are older than those given.
    package var leftOut = 0

    package init() {}
  }

  /// Appends events, oldest first; synced.
  package static func append(_ events: [EventLine], to directory: DeviceDirectory) throws(FileError) {
    for event in events {
      let path = directory.events(monthOf: Int(event.t))
      let line = try JSONFile.encode(event)
      do throws(FileError) {
        try AtomicFile.append(path, line, durability: .synced)
      } catch  where error.code == .missing {
        try AtomicFile.createFolder(directory.events)
        try AtomicFile.append(path, line, durability: .synced)
      }
    }
  }

  /// The events from `from` to `to` (epoch seconds), at most `limit` of the newest. Lines that are none are left out, and counted.
  ///
  /// - Parameter contents: what a file holds, from memory where it is known.
  package static func read(
    _ directory: DeviceDirectory, from: Double, to: Double, limit: Int = 1000,
    contents: (String) throws(FileError) -> Reading = { path throws(FileError) in try EventFile.contents(path) }
  ) throws(FileError) -> Reading {
    var found = Reading()
    let first = UTCTime.month(Int(max(0, from)))
    let last = UTCTime.month(Int(max(0, min(to, Double(UTCTime.range.upperBound)))))
    let files: [String]
    do throws(FileError) { files = try BoundedFile.list(directory.events) } catch  where error.code == .missing { return found }
    for file in files where file.hasSuffix(".jsonl") && (first...max(first, last)).contains(String(file.dropLast(6))) {
      let content = try contents(directory.events + "/" + file)
      found.events += content.events.filter { $0.t >= from && $0.t <= to }
      found.badLines += content.badLines
      found.problem = found.problem ?? content.problem
    }
    found.events.sort { $0.t < $1.t }
    found.leftOut = max(0, found.events.count - limit)
    found.events.removeFirst(found.leftOut)
    return found
  }

  /// Everything in one file. Behind the last newline there may be a line that is still being written.
  package static func contents(_ path: String) throws(FileError) -> Reading {
    let bytes = try BoundedFile.read(path, limit: EventLine.sizeLimit)
    let end = bytes.lastIndex(of: UInt8(ascii: "\n")) ?? bytes.startIndex
    var found = Reading()
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      if let event = JSONFile.decode(EventLine.self, Array(line)) {
        found.events.append(event)
      } else if line.startIndex < end {
        found.badLines += 1
      }
    }
    if found.badLines > 0 {
      found.problem = "\(path): \(found.badLines) \(found.badLines == 1 ? "line is no event" : "lines are no events")"
    }
    return found
  }
}
