/// The events of one device: a JSON-lines file per UTC month. Blocking.
package enum EventFile {
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

  /// The events from `from` to `to` (epoch seconds), oldest first, at most `limit` of the newest. Lines that are none are left out.
  package static func read(_ directory: DeviceDirectory, from: Double, to: Double, limit: Int = 1000) throws(FileError)
    -> [EventLine]
  {
    var events: [EventLine] = []
    let first = UTCTime.month(Int(max(0, from)))
    let last = UTCTime.month(Int(max(0, min(to, Double(UTCTime.range.upperBound)))))
    let files: [String]
    do throws(FileError) { files = try BoundedFile.list(directory.events) } catch  where error.code == .missing { return [] }
    for file in files where file.hasSuffix(".jsonl") && (first...max(first, last)).contains(String(file.dropLast(6))) {
      let bytes = try BoundedFile.read(directory.events + "/" + file, limit: EventLine.sizeLimit)
      for line in bytes.split(separator: UInt8(ascii: "\n")) {
        guard let event = JSONFile.decode(EventLine.self, Array(line)), event.t >= from, event.t <= to else { continue }
        events.append(event)
      }
    }
    return events.sorted { $0.t < $1.t }.suffix(limit)
  }
}
