import Shared

/// One replica's say of one interface: rows of its files and of its journal.
struct LedgerPart: Sendable {
  var rows: [LedgerRow]
  var live: LiveLedger
  /// Why nothing could be read.
  var problem: String?
  /// Files that were read, with what is wrong with them.
  var files: [(path: String, text: String?)] = []

  /// How far beyond a span rows are looked at: a gap that begins in it may end outside.
  static let reach = 86_400

  /// The time whose rows tell of `span`, as far as it has passed.
  static func reach(of span: Range<Int>, now: Double) -> Range<Int> {
    let lower = max(0, span.lowerBound - reach)
    return lower..<max(lower + 1, min(span.upperBound, Int(max(0, min(now, 1e12)))) + reach)
  }

  /// One strand where the journal goes on from the last row, else two that are joined by their readings.
  var strands: [LedgerStrand] {
    let tail = live.allRows
    guard let last = rows.last else { return tail.isEmpty ? [] : [LedgerStrand(tail)] }
    if let next = live.rows(after: last) { return [LedgerStrand(rows + next)] }
    return tail.isEmpty ? [LedgerStrand(rows)] : [LedgerStrand(rows), LedgerStrand(tail)]
  }

  /// The files of the months that `span` touches.
  static func paths(_ source: InterfaceView.Source, _ span: Range<Int>) -> [String] {
    var paths: [String] = []
    var month = span.lowerBound
    while true {
      let path = source.directory.ledger(source.key, monthOf: min(month, span.upperBound))
      if paths.last != path { paths.append(path) }
      if month >= span.upperBound { return paths }
      month += 28 * 86_400
    }
  }

  /// One replica's rows of `span`. Blocking.
  ///
  /// - Parameter find: a file's rows; `nil` where there is none.
  static func read(
    _ source: InterfaceView.Source, _ span: Range<Int>, _ live: LiveLedger,
    _ find: (String) throws(FileError) -> LedgerStore.Month?
  ) -> LedgerPart {
    var part = LedgerPart(rows: [], live: live, problem: nil)
    for path in paths(source, span) {
      do throws(FileError) {
        guard let found = try find(path) else { continue }
        part.rows += found.rows.lazy.filter {
          $0.start < span.upperBound && $0.start + LedgerRow.bucketSeconds > span.lowerBound
        }
        part.files.append((path, found.badLines == 0 ? nil : "\(path): \(found.badLines) lines are no rows of a ledger"))
      } catch {
        part.files.append((path, error.description))
      }
    }
    return part
  }

  /// Tells the board what is wrong with the files, and what no longer is.
  func report(to problems: ProblemBoard, device: String) {
    for (path, text) in files {
      if let text { problems.report(text, path: path, device: device) } else { problems.clear(path: path) }
    }
  }
}
