import Shared
import TestSupport
import Testing

/// Two decoders of ledger rows say the same of everything.
@Suite struct LedgerRowsTests {
  private func decoded(_ text: [UInt8]) -> (LedgerRows, rows: [LedgerRow], bad: Int) {
    var quick = LedgerRows()
    quick.append(text)
    var rows: [LedgerRow] = []
    var bad = 0
    let end = text.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    for line in text[..<end].split(separator: UInt8(ascii: "\n")) {
      let line = String(decoding: line, as: UTF8.self)
      if let row = LedgerRow(line: line) { rows.append(row) } else if line != LedgerRow.header { bad += 1 }
    }
    return (quick, rows, bad)
  }

  @Test func everyRowComesBack() {
    var random = SeededGenerator(seed: 3)
    var rows: [LedgerRow] = []
    for index in 0..<500 {
      let start = 1_795_200_000 + index * 300
      let covered: Double = Double(Int.random(in: 0...300_000, using: &random)) / 1000
      let at: Double = Double(start) + Double(Int.random(in: 0...300_000, using: &random)) / 1000
      let flags = LedgerRow.Flags(rawValue: .random(in: 0...7, using: &random))
      let any = UInt64.random(in: 0 ... .max, using: &random)
      let rounded = (at * 1000).rounded() / 1000
      rows.append(
        LedgerRow(
          start: start, secondsCovered: covered, rxBytes: any, txBytes: any / 3, flags: flags, at: rounded, rxCounter: any / 7,
          txCounter: UInt64(index)))
    }
    var quick = LedgerRows()
    quick.append(Array((LedgerRow.header + "\n").utf8) + rows.flatMap { $0.encoded() })
    #expect(quick.rows == rows)
    #expect(quick.badLines == 0)
  }

  @Test func bothAgreeOnDamagedFiles() {
    var random = SeededGenerator(seed: 4)
    let sound = Array(
      (LedgerRow.header + "\n1795211100,300.000,352500000,45000000,,1795211399.731,1236711000,144120000\n"
        + "1795211400,120.5,1,2,gp,1795211520,3,4\n1795211700,1e2,1,2,r,1795211720.1234,3,4\n").utf8)
    for _ in 0..<4000 {
      var bytes = sound
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = .random(in: 32...126, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.insert(bytes.randomElement(using: &random) ?? 0, at: place)
        }
      }
      let (quick, rows, bad) = decoded(bytes)
      #expect(quick.rows == rows)
      #expect(quick.badLines == bad)
    }
  }
}
