/// One row of the ledger: the bytes of five minutes of one interface.
package struct LedgerRow: Sendable, Equatable {
  /// What is special about a row. Empty: the bucket was sampled throughout.
  package struct Flags: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// `g`: bytes of a gap in sampling, closed by the counters: exact in sum.
    package static let gap = Flags(rawValue: 1)
    /// `r`: the counters were reset inside: a lower bound.
    package static let reset = Flags(rawValue: 2)
    /// `p`: bytes up to `at` only, since sampling stopped or began inside; the rest of the bucket stands in another row, if it is known.
    package static let partial = Flags(rawValue: 4)

    package var text: String {
      (contains(.gap) ? "g" : "") + (contains(.reset) ? "r" : "") + (contains(.partial) ? "p" : "")
    }

    package init?(text: some StringProtocol) {
      var flags = Flags()
      for character in text.utf8 {
        switch character {
        case UInt8(ascii: "g"): flags.insert(.gap)
        case UInt8(ascii: "r"): flags.insert(.reset)
        case UInt8(ascii: "p"): flags.insert(.partial)
        default: return nil
        }
      }
      self = flags
    }
  }

  /// Seconds per bucket.
  package static let bucketSeconds = 300
  package static let header = "start,seconds_covered,rx_bytes,tx_bytes,flags,at,rx_counter,tx_counter"

  /// The bucket's epoch, a multiple of 300.
  package var start: Int
  /// The seconds of the bucket that were sampled.
  package var secondsCovered: Double
  package var rxBytes: UInt64
  package var txBytes: UInt64
  package var flags: Flags
  /// When the device gave the reading that follows: the last one up to the end of the bucket.
  package var at: Double
  package var rxCounter: UInt64
  package var txCounter: UInt64

  package init(
    start: Int, secondsCovered: Double, rxBytes: UInt64, txBytes: UInt64, flags: Flags, at: Double, rxCounter: UInt64,
    txCounter: UInt64
  ) {
    self.start = start
    self.secondsCovered = secondsCovered
    self.rxBytes = rxBytes
    self.txBytes = txBytes
    self.flags = flags
    self.at = at
    self.rxCounter = rxCounter
    self.txCounter = txCounter
  }

  /// Bytes in this row are known up to this time: the end of the bucket, or the last reading of a partial row.
  package var accountedThrough: Double { flags.contains(.partial) ? at : Double(start + Self.bucketSeconds) }

  /// The row as a line with its newline.
  package func encoded() -> [UInt8] {
    var text: [UInt8] = []
    JSONText.append(UInt64(max(0, start)), to: &text)
    text.append(UInt8(ascii: ","))
    JSONText.append(seconds: secondsCovered, to: &text)
    for number in [rxBytes, txBytes] {
      text.append(UInt8(ascii: ","))
      JSONText.append(number, to: &text)
    }
    text += ("," + flags.text + ",").utf8
    JSONText.append(seconds: at, to: &text)
    for number in [rxCounter, txCounter] {
      text.append(UInt8(ascii: ","))
      JSONText.append(number, to: &text)
    }
    text.append(UInt8(ascii: "\n"))
    return text
  }

  /// The row that a line without its newline holds; `nil` when it is none (a cut line, the header, another format).
  package init?(line: some StringProtocol) {
    let cells = line.split(separator: ",", omittingEmptySubsequences: false)
    guard cells.count == 8, let start = Int(cells[0]), let covered = Double(cells[1]),
      let rx = UInt64(cells[2]), let tx = UInt64(cells[3]), let flags = Flags(text: cells[4]), let at = Double(cells[5]),
      let rxCounter = UInt64(cells[6]), let txCounter = UInt64(cells[7])
    else { return nil }
    self.init(
      checked: start, secondsCovered: covered, rxBytes: rx, txBytes: tx, flags: flags, at: at, rxCounter: rxCounter,
      txCounter: txCounter)
  }

  /// A row of numbers that a file told; `nil` when they cannot be those of one.
  init?(
    checked start: Int, secondsCovered: Double, rxBytes: UInt64, txBytes: UInt64, flags: Flags, at: Double, rxCounter: UInt64,
    txCounter: UInt64
  ) {
    guard UTCTime.range.contains(start), start % Self.bucketSeconds == 0,
      (0...Double(Self.bucketSeconds)).contains(secondsCovered), (0...Double(UTCTime.range.upperBound)).contains(at)
    else { return nil }
    // A reading is never newer than its bucket, and that of a partial row lies inside it: a restart resumes from there.
    let end = Double(start + Self.bucketSeconds)
    guard at <= end, !flags.contains(.partial) || at >= Double(start) else { return nil }
    self.init(
      start: start, secondsCovered: secondsCovered, rxBytes: rxBytes, txBytes: txBytes, flags: flags, at: at,
      rxCounter: rxCounter, txCounter: txCounter)
  }
}
