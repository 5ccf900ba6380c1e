import Shared

/// Follows one collector's live journal from minute file to minute file, reading each byte once.
///
/// A last line without its newline is left for the next look. What is no line is counted and passed over.
struct JournalTail: Sendable {
  /// Minute files read when the journal is met for the first time.
  static let startFiles = 21
  /// Bytes per call: a node that starts beside a large journal publishes what it has in between.
  static let budget = 16 << 20
  /// Bytes of one file that are read at all: a minute of a thousand devices with a hundred interfaces each.
  static let backlog = 512 << 20
  /// A file or line this far ahead of our clock is not believed: it would be the newest for ever.
  static let farthestFuture = 300

  let folder: String
  private var file: String?
  private var offset = 0
  private var identity: BoundedFile.Identity?
  private var nextListing = 0.0

  /// Lines that could not be read so far.
  private(set) var badLines = 0
  /// Why the present file cannot be read.
  private(set) var problem: FileError?

  init(folder: String) { self.folder = folder }

  /// The new lines, oldest first. Blocking.
  mutating func advance(now: Double, reader: some HandoffReader) -> [LiveLine] {
    var lines: [LiveLine] = []
    var spent = 0
    while spent < Self.budget {
      if file != nil {
        let count = readMore(now: now, reader: reader, into: &lines)
        spent += count
        if count > 0 { continue }
      }
      guard now >= nextListing || spent > 0 else { return lines }
      guard let next = nextFile(now: now, reader: reader) else {
        nextListing = now + 1
        return lines
      }
      // The old file may have got its last lines between our last look and the new file's birth.
      if file != nil {
        spent += readMore(now: now, reader: reader, into: &lines)
        if problem != nil { badLines += 1 } else if let size = identity?.size, offset < size { badLines += 1 }
      }
      file = next
      offset = 0
      identity = nil
      problem = nil
    }
    return lines
  }

  /// Reads what the present file has beyond `offset`; the number of bytes taken, 0 when there is nothing new.
  private mutating func readMore(now: Double, reader: some HandoffReader, into lines: inout [LiveLine]) -> Int {
    guard let file else { return 0 }
    let path = folder + "/" + file
    do throws(FileError) {
      guard let found = try reader.identity(path) else { return 0 }
      if let identity, found.inode != identity.inode || found.device != identity.device || found.size < offset {
        // Another file under the old name: samples already seen are not newer, and so are ignored.
        offset = 0
      }
      identity = found
      problem = nil
      guard found.size > offset else { return 0 }
      if found.size - offset > Self.backlog {
        // No collector writes so much in a minute: what is newest stands at the end.
        badLines += 1
        offset = found.size - Self.budget
      }
      let bytes = try reader.read(path, offset: offset, count: min(found.size - offset, LiveLine.lengthLimit))
      guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else {
        // No line is that long: it is no journal, or one that lost its newlines.
        if bytes.count >= LiveLine.lengthLimit {
          badLines += 1
          offset += bytes.count
          return bytes.count
        }
        return 0
      }
      decode(bytes[...end], now: now, into: &lines)
      offset += end + 1
      return end + 1
    } catch {
      problem = error
      return 0
    }
  }

  private mutating func decode(_ bytes: ArraySlice<UInt8>, now: Double, into lines: inout [LiveLine]) {
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let decoded = line.withUnsafeBytes { LiveLine.decode($0) }
      if let decoded, decoded.time <= now + Double(Self.farthestFuture) { lines.append(decoded) } else { badLines += 1 }
    }
  }

  private mutating func nextFile(now: Double, reader: some HandoffReader) -> String? {
    let latest = UTCTime.minute(Int(now) + Self.farthestFuture)
    do throws(FileError) {
      let names = try reader.list(folder).filter { Self.isJournal($0) && $0.dropLast(6) <= latest }
      guard let file else { return names.suffix(Self.startFiles).first }
      return names.first { $0 > file }
    } catch {
      problem = error.code == .missing ? nil : error
      return nil
    }
  }

  private static func isJournal(_ name: String) -> Bool {
    name.hasSuffix(".jsonl") && name.utf8.count == 18
      && name.utf8.prefix(12).allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
