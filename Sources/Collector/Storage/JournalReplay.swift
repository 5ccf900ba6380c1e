import Logging
import Shared

/// Reads the journal at start. Blocking. What is no journal is skipped with a log line: no file here is a reason not to start.
struct JournalReplay {
  /// The largest file that is read: a minute of ten thousand interfaces takes a fifth of it.
  static let sizeLimit = 256 << 20

  let directory: CollectorDirectory
  let logger: Logger

  /// `202611202036.jsonl`.
  static func isJournal(_ name: String) -> Bool {
    name.utf8.count == 18 && name.hasSuffix(".jsonl") && name.utf8.prefix(12).allSatisfy { (48...57).contains($0) }
  }

  /// Hands over every complete line, oldest file first, and tells after each file.
  ///
  /// - Parameter from: epoch seconds; files of earlier minutes are left out.
  func run(from: Double? = nil, line: (LiveLine) -> Void, endOfFile: () -> Void) {
    // A sample may stand in the file of a minute after its own, never before.
    let first = from.map { UTCTime.minute(Int(max(0, $0 - 60))) } ?? ""
    let names: [String]
    do throws(FileError) { names = try BoundedFile.list(directory.live).filter(Self.isJournal) } catch {
      if error.code != .missing { logger.warning("The journal cannot be read", metadata: [LogKey.error: "\(error)"]) }
      return
    }
    for name in names where name >= first {
      let path = directory.live + "/" + name
      do throws(FileError) {
        let bytes = try BoundedFile.read(path, limit: Self.sizeLimit)
        let bad = Self.lines(bytes, line)
        if bad > 0 {
          logger.warning("Journal lines are not readable", metadata: [LogKey.file: "\(path)", LogKey.count: "\(bad)"])
        }
      } catch {
        logger.warning("A journal file cannot be read", metadata: [LogKey.error: "\(error)"])
      }
      endOfFile()
    }
  }

  /// The complete lines of a file. A last line without its newline was being written when the collector died: it does not count.
  /// - Returns: how many lines were none.
  static func lines(_ bytes: [UInt8], _ body: (LiveLine) -> Void) -> Int {
    var bad = 0
    bytes.withUnsafeBytes { buffer in
      var start = 0
      while let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
        if end > start {
          if let line = LiveLine.decode(UnsafeRawBufferPointer(rebasing: buffer[start..<end])) { body(line) } else { bad += 1 }
        }
        start = end + 1
      }
    }
    return bad
  }
}
