import Shared
import TestSupport
import Testing

@Suite struct LedgerBookTests {
  private struct Truth {
    var rx: UInt64 = 7_000
    var tx: UInt64 = 9_000
    var first: (rx: UInt64, tx: UInt64)?
    var total: (rx: UInt64, tx: UInt64) {
      guard let first else { return (0, 0) }
      return (rx - first.rx, tx - first.tx)
    }
  }

  /// Random traffic, gaps, crashes (state lost, journal replayed) and clean stops: the rows add up to the truth, always.
  @Test(arguments: 0..<200)
  func rowsAddUpToTheTruth(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    var book = LedgerBook()
    var written: [LedgerRow] = []
    var journal: [LedgerBook.Reading] = []
    var truth = Truth()
    var time = 1_795_219_200.0 + Double.random(in: 0..<300, using: &generator)
    var gap = true
    for _ in 0..<600 {
      var step = Double.random(in: 0.8...1.2, using: &generator)
      switch Int.random(in: 0..<100, using: &generator) {
      case 0:  // an outage, up to a quarter of an hour
        step = Double.random(in: 5...900, using: &generator)
        gap = true
        written += book.advance(to: time + step)
      case 1:  // kill -9: what was not written is replayed from the journal
        book = restarted(written, journal, &written)
        gap = true
        step = Double.random(in: 0.1...400, using: &generator)
      case 2:  // clean stop
        written += book.close()
        book = restarted(written, journal, &written)
        gap = true
        step = Double.random(in: 0.1...400, using: &generator)
      case 3...9: step = Double.random(in: 1...40, using: &generator)  // slow sampling
      default: break
      }
      time += step
      truth.rx += UInt64.random(in: 0...2_000_000_000, using: &generator)
      truth.tx += UInt64.random(in: 0...50, using: &generator)
      let last = journal.last
      let reading = LedgerBook.Reading(
        time: time, rxCounter: truth.rx, txCounter: truth.tx, rxBytes: last.map { truth.rx - $0.rxCounter },
        txBytes: last.map { truth.tx - $0.txCounter }, isSampled: !gap)
      if truth.first == nil { truth.first = (truth.rx, truth.tx) }
      gap = false
      journal.append(reading)
      written += book.add(reading)
    }
    written += book.close()
    #expect(written.reduce(0) { $0 + $1.rxBytes } == truth.total.rx)
    #expect(written.reduce(0) { $0 + $1.txBytes } == truth.total.tx)
    expectSound(written)
  }

  private static func reading(_ time: Double, _ counter: UInt64, _ bytes: UInt64?) -> LedgerBook.Reading {
    LedgerBook.Reading(time: time, rxCounter: counter, txCounter: counter, rxBytes: bytes, txBytes: bytes, isSampled: false)
  }

  /// Beyond the calendar, before it, or no time at all.
  @Test(arguments: [Double.infinity, -.infinity, .nan, 253_402_300_799, 253_402_300_800, 1e18, -1])
  func aReadingWhoseTimeIsNoneChangesNothing(_ time: Double) {
    var book = LedgerBook()
    #expect(book.add(Self.reading(time, 5, nil)).isEmpty)
    #expect(book.last == nil)
    _ = book.add(Self.reading(1_795_219_200, 1000, nil))
    let before = book
    #expect(book.add(Self.reading(time, 2000, 1000)).isEmpty)
    #expect(book == before)
  }

  /// Rows for every five minutes of years would say nothing: the bytes stand where they were read.
  @Test(arguments: [401.0 * 86400, 80 * 365 * 86400.0, 250_000_000_000])
  func aReadingYearsAheadKeepsTheSumInFewRows(_ ahead: Double) {
    var book = LedgerBook()
    let start = 1_795_219_200.0
    var rows = book.add(Self.reading(start + 10, 1000, nil))
    rows += book.add(Self.reading(start + 20, 1500, 500))
    rows += book.add(Self.reading(start + 20 + ahead, 9_500, 8_000))
    rows += book.add(Self.reading(start + 21 + ahead, 9_600, 100))
    rows += book.close()
    #expect(rows.map(\.rxBytes) == [500, 8_100])
    #expect(rows.allSatisfy { $0.flags.contains(.gap) })
    #expect(rows.last?.rxCounter == 9_600)
    for row in rows { #expect(LedgerRow(line: String(decoding: row.encoded().dropLast(), as: UTF8.self)) == row) }
  }

  /// Just below that, the increase is spread as ever.
  @Test func anOutageOfAYearIsSpread() {
    var book = LedgerBook()
    let start = 1_795_219_200.0
    _ = book.add(Self.reading(start, 0, nil))
    let rows = book.add(Self.reading(start + 365 * 86400, 1_000_000_000, 1_000_000_000))
    // The bucket in which sampling began has a row up to there, and one for the rest.
    #expect(rows.count == 365 * 288 + 1)
    #expect(rows.reduce(0) { $0 + $1.rxBytes } == 1_000_000_000)
  }

  @Test func aBucketIsOneRowWithTheLastReadingAsReceipt() {
    var book = LedgerBook()
    var rows: [LedgerRow] = []
    for second in 0...900 {
      let counter = UInt64(second) * 1000
      rows += book.add(
        .init(
          time: 1_795_219_200 + Double(second), rxCounter: counter, txCounter: 2 * counter, rxBytes: second == 0 ? nil : 1000,
          txBytes: second == 0 ? nil : 2000, isSampled: second > 0))
    }
    // Sampling began exactly at the bucket's start: its row is closed at the reading before its end, the rest is a row of its own.
    let whole = rows.filter { $0.start == 1_795_219_500 }
    #expect(whole.count == 1)
    #expect(whole.first?.rxBytes == 300_000)
    #expect(whole.first?.txBytes == 600_000)
    #expect(whole.first?.secondsCovered == 300)
    #expect(whole.first?.flags == [])
    #expect(whole.first?.at == 1_795_219_800)
    #expect(whole.first?.rxCounter == 600_000)
  }

  @Test func aResetIsALowerBound() {
    var book = LedgerBook()
    let start = 1_795_219_200.0
    _ = book.add(.init(time: start, rxCounter: 5000, txCounter: 5000, rxBytes: nil, txBytes: nil, isSampled: false))
    _ = book.add(.init(time: start + 10, rxCounter: 6000, txCounter: 5000, rxBytes: 1000, txBytes: 0, isSampled: true))
    _ = book.add(.init(time: start + 20, rxCounter: 70, txCounter: 30, rxBytes: nil, txBytes: nil, isSampled: false))
    let rows = book.close()
    #expect(rows.map(\.rxBytes) == [1070])
    #expect(rows.map(\.txBytes) == [30])
    #expect(rows.first?.flags == [.reset, .partial])
    #expect(rows.first?.secondsCovered == 10)
  }

  @Test func aCounterThatDidNotBeginAtZeroAddsNothing() {
    var book = LedgerBook()
    func reading(_ time: Double, _ counter: UInt64, _ bytes: UInt64?) -> LedgerBook.Reading {
      .init(time: time, rxCounter: counter, txCounter: 5, rxBytes: bytes, txBytes: bytes.map { _ in 0 }, isSampled: bytes != nil)
    }
    _ = book.add(reading(3000, 100, nil))
    _ = book.add(reading(3001, 1_000_000_000_000_000, nil))
    _ = book.add(reading(3002, 1_000_000_000_000_700, 700))
    let rows = book.close()
    #expect(rows.map(\.rxBytes) == [700])
    #expect(rows.map(\.flags) == [[.reset, .partial]])
  }

  @Test func aGapLongerThanABucketFillsEveryBucket() {
    var book = LedgerBook(
      after: LedgerRow(
        start: 1_795_219_200, secondsCovered: 300, rxBytes: 1, txBytes: 1, flags: [], at: 1_795_219_499.5, rxCounter: 1000,
        txCounter: 0))
    let rows = book.add(
      .init(time: 1_795_220_400.5, rxCounter: 91_100, txCounter: 0, rxBytes: 90_100, txBytes: 0, isSampled: false))
    #expect(rows.map(\.start) == [1_795_219_500, 1_795_219_800, 1_795_220_100])
    #expect(rows.allSatisfy { $0.flags == .gap && $0.secondsCovered == 0 })
    // The half second before the end of the first bucket was accounted for by its row.
    let sum = (rows + book.close()).reduce(0) { $0 + $1.rxBytes }
    #expect(sum == 90_050)
  }

  @Test func readingsOutOfOrderAreIgnored() {
    var book = LedgerBook()
    _ = book.add(.init(time: 100, rxCounter: 10, txCounter: 10, rxBytes: nil, txBytes: nil, isSampled: false))
    _ = book.add(.init(time: 90, rxCounter: 20, txCounter: 20, rxBytes: 10, txBytes: 10, isSampled: true))
    #expect(book.last?.rxCounter == 10)
  }

  /// What a start does: the last row that was written, then the journal.
  private func restarted(_ rows: [LedgerRow], _ journal: [LedgerBook.Reading], _ written: inout [LedgerRow]) -> LedgerBook {
    var book = rows.last.map { LedgerBook(after: $0) } ?? LedgerBook()
    for reading in journal { written += book.add(reading) }
    return book
  }

  private func expectSound(_ rows: [LedgerRow]) {
    for (row, next) in zip(rows, rows.dropFirst()) {
      #expect(row.start <= next.start)
      #expect(row.at <= next.at)
    }
    for (start, group) in Dictionary(grouping: rows, by: \.start) {
      #expect(start % 300 == 0)
      #expect(group.reduce(0) { $0 + $1.secondsCovered } <= 300.001)
      #expect(group.filter { !$0.flags.contains(.partial) }.count <= 1, "a bucket ends once")
    }
    for row in rows {
      #expect(LedgerRow(line: String(decoding: row.encoded().dropLast(), as: UTF8.self))?.rxBytes == row.rxBytes)
    }
  }
}
