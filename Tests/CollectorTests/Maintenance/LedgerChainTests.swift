import Shared
import TestSupport
import Testing

@testable import Collector

@Suite struct LedgerChainTests {
  private static let start = 1_795_219_200

  /// What the ledger's own book makes of traffic, gaps, stops, resets and wraps.
  private func rows(_ generator: inout SeededGenerator, is32Bit: Bool) -> [LedgerRow] {
    var book = LedgerBook()
    var rows: [LedgerRow] = []
    var time = Double(Self.start) + Double.random(in: 0..<300, using: &generator)
    var counter = (rx: UInt64(1000), tx: UInt64.random(in: 0..<4_000_000_000, using: &generator))
    var isKnown = false
    for _ in 0..<900 {
      var step = Double.random(in: 0.8...1.2, using: &generator)
      var isSampled = isKnown
      let fate = Int.random(in: 0..<120, using: &generator)
      if fate == 0 {
        step = Double.random(in: 5...1500, using: &generator)
        isSampled = false
        rows += book.advance(to: time + step)
      } else if fate == 1 {
        rows += book.close()
        book = rows.last.map { LedgerBook(after: $0) } ?? LedgerBook()
        isSampled = false
      } else if fate < 10 {
        step = Double.random(in: 1...40, using: &generator)
      }
      time += step
      let moved = (rx: UInt64.random(in: 0...125_000_000, using: &generator), tx: UInt64.random(in: 0...9, using: &generator))
      var increase: (rx: UInt64, tx: UInt64)? = moved
      if fate == 119 {
        counter = (moved.rx, moved.tx)
        increase = nil
        isSampled = false
      } else {
        counter = (counter.rx + moved.rx, counter.tx + moved.tx)
        if is32Bit { counter = (counter.rx % (1 << 32), counter.tx % (1 << 32)) }
      }
      rows += book.add(
        .init(
          time: time, rxCounter: counter.rx, txCounter: counter.tx, rxBytes: isKnown ? increase?.rx : nil,
          txBytes: isKnown ? increase?.tx : nil, isSampled: isSampled))
      isKnown = true
    }
    return rows + book.close()
  }

  private func faults(_ rows: [LedgerRow]) -> [String] {
    var chain = LedgerChain()
    return rows.flatMap { chain.add($0) }
  }

  @Test(arguments: 0..<100, [false, true]) func whatTheBookWritesIsSound(_ seed: Int, _ is32Bit: Bool) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let rows = rows(&generator, is32Bit: is32Bit)
    #expect(rows.count > 3)
    let found = faults(rows)
    #expect(found == [], "seed \(seed)")
  }

  private func row(_ index: Int, rx: UInt64 = 300_000, flags: LedgerRow.Flags = [], at: Double? = nil, counter: UInt64? = nil)
    -> LedgerRow
  {
    let start = Self.start + index * 300
    return LedgerRow(
      start: start, secondsCovered: 300, rxBytes: rx, txBytes: 0, flags: flags, at: at ?? Double(start) + 300,
      rxCounter: counter ?? (1 << 40) + UInt64(index + 1) * 300_000, txCounter: 0)
  }

  @Test func soundRowsHaveNoFault() { #expect(faults((0..<9).map { row($0) }) == []) }

  @Test func aByteTooFewOrTooManyShows() {
    // Between readings at the very ends of the buckets there is nothing to carry, as the partial row before says.
    var rows = [row(0, flags: .partial)] + (1..<9).map { row($0, flags: .partial) }
    rows[4] = row(4, rx: 299_999, flags: .partial)
    #expect(
      faults(rows).first?.contains("rx_bytes is 299999, the readings differ by 300000, 1 bytes are missing") == true,
      "\(faults(rows))")
    rows[4] = row(4, rx: 300_001, flags: .partial)
    #expect(faults(rows).first?.contains("1 bytes too many") == true, "\(faults(rows))")
  }

  @Test func moreThanTheCarryCanBeShowsInWholeRows() {
    var rows = (0..<9).map { row($0) }
    rows[4] = row(4, rx: 900_001)
    #expect(faults(rows).count == 1)
    rows[4] = row(4, rx: 0)
    rows[5] = row(5, rx: 0)
    rows[6] = row(6, rx: 0)
    #expect(!faults(rows).isEmpty)
  }

  @Test func aBucketThatEndedTwiceShows() {
    #expect(faults([row(0), row(1), row(1)]).first?.contains("the bucket ended in the row before") == true)
    // A partial row may be followed by the rest of its bucket.
    let half = row(1, rx: 100, flags: .partial, at: Double(Self.start) + 400, counter: (1 << 40) + 300_100)
    #expect(faults([row(0, flags: .partial), half, row(1, rx: 299_900)]) == [])
  }

  @Test func rowsOutOfOrderShow() {
    #expect(faults([row(1), row(0)]).first?.contains("which is later") == true)
    #expect(faults([row(0), row(1, at: Double(Self.start) + 10)]).first?.contains("older than that of the row before") == true)
    #expect(faults([row(0), row(1, at: Double(Self.start) + 900)]).first?.contains("later than its bucket") == true)
  }

  @Test func aCounterThatGoesDownNeedsAReset() {
    #expect(faults([row(0), row(1, counter: 5)]).first?.contains("does not tell of a reset") == true)
    #expect(faults([row(0), row(1, rx: 5, flags: .reset, counter: 5), row(2, rx: 300_000, counter: 300_005)]) == [])
  }

  @Test func the64BitLimitIsNoTrap() {
    let big = LedgerRow(
      start: Self.start, secondsCovered: 0, rxBytes: .max, txBytes: .max, flags: [], at: Double(Self.start), rxCounter: .max,
      txCounter: 0)
    var next = big
    next.start += 300
    next.txCounter = .max
    var last = next
    last.start += 300
    last.rxCounter = 0
    #expect(faults([big, next, last]).count >= 1)
  }
}
