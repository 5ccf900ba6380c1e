import Shared

/// The lines of a file that can be read, and how many cannot.
struct SoundLines {
  /// The sound lines as they stand, each with its newline; a ledger's header first.
  private(set) var kept: [UInt8] = []
  /// Whole lines that are not what they should be.
  private(set) var bad = 0
  /// Bytes behind the last newline: a line that was never finished.
  private(set) var halfBytes = 0
  /// A ledger whose first line is no header.
  private(set) var lacksHeader = false

  /// What lines are made of.
  enum Format: Sendable { case ledger, events, journal }

  init(_ bytes: [UInt8], _ format: Format) {
    let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    halfBytes = bytes.count - end
    let header = Array(LedgerRow.header.utf8)
    if format == .ledger {
      kept = header + [UInt8(ascii: "\n")]
      lacksHeader = !bytes.starts(with: kept)
    }
    kept.reserveCapacity(end)
    for line in bytes[..<end].split(separator: UInt8(ascii: "\n")) {
      if format == .ledger, line.elementsEqual(header) { continue }
      if Self.isSound(line, format) {
        kept += line
        kept.append(UInt8(ascii: "\n"))
      } else {
        bad += 1
      }
    }
  }

  private static func isSound(_ line: ArraySlice<UInt8>, _ format: Format) -> Bool {
    switch format {
    case .ledger: LedgerRow(line: String(decoding: line, as: UTF8.self)) != nil
    case .events: JSONFile.decode(EventLine.self, Array(line)) != nil
    case .journal: line.withUnsafeBytes { LiveLine.decode($0) } != nil
    }
  }

  var problems: [StorageFinding.Problem] {
    var problems: [StorageFinding.Problem] = []
    if halfBytes > 0 { problems.append(.repairable("the last line is not finished (\(halfBytes) bytes)", .keepSoundLines)) }
    if bad > 0 { problems.append(.repairable("\(bad) \(bad == 1 ? "line is" : "lines are") unreadable", .keepSoundLines)) }
    if lacksHeader { problems.append(.repairable("the header is missing", .keepSoundLines)) }
    return problems
  }
}
