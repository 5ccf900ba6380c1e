import Foundation
import Shared
import TestSupport

@testable import WebNode

/// A device whose counters are known at any time, and collectors that watch it now and then.
struct MeterSite {
  /// Sizes of one test's site.
  static let bucket = LedgerRow.bucketSeconds

  let start: Int
  let seconds: Int
  let width: Int?
  /// Bytes since the beginning at each whole second, resets left out.
  private(set) var rx: [UInt64] = [0]
  private(set) var tx: [UInt64] = [0]
  /// Times at which the counters begin again at zero.
  let resets: [Double]
  private let base: (rx: UInt64, tx: UInt64)

  init(
    start: Int, seconds: Int, resets: [Double] = [], wraps: Bool = false, peak: UInt64 = 2_000_000,
    random: inout SeededGenerator
  ) {
    self.start = start
    self.seconds = seconds
    self.resets = resets
    width = wraps ? 32 : nil
    base =
      wraps
      ? (4_294_000_000, 4_290_000_000) : (.random(in: 0...1 << 45, using: &random), .random(in: 0...1 << 45, using: &random))
    var level = (rx: peak / 2, tx: peak / 9)
    for _ in 0..<seconds {
      if Int.random(in: 0..<40, using: &random) == 0 {
        // Now and then silence, now and then a burst.
        level.rx = Bool.random(using: &random) ? 0 : .random(in: 0...peak, using: &random)
        level.tx = .random(in: 0...peak / 5, using: &random)
      }
      rx.append(rx[rx.count - 1] + .random(in: 0...level.rx, using: &random))
      tx.append(tx[tx.count - 1] + .random(in: 0...level.tx, using: &random))
    }
  }

  /// Bytes that the device carried up to a time.
  func carried(_ time: Double) -> (rx: UInt64, tx: UInt64) {
    let place = min(max(time - Double(start), 0), Double(seconds))
    let second = min(Int(place), seconds - 1)
    let part = place - Double(second)
    func at(_ list: [UInt64]) -> UInt64 { list[second] + UInt64((Double(list[second + 1] - list[second]) * part).rounded(.down)) }
    return (at(rx), at(tx))
  }

  /// What its counters show.
  func counters(_ time: Double) -> (rx: UInt64, tx: UInt64) {
    let now = carried(time)
    if let reset = resets.last(where: { $0 <= time }) {
      let then = carried(reset)
      return (now.rx - then.rx, now.tx - then.tx)
    }
    let mask: UInt64 = width == nil ? .max : UInt64(UInt32.max)
    return ((base.rx + now.rx) & mask, (base.tx + now.tx) & mask)
  }

  /// The ledger of a collector that samples once a second apart from its outages, `late` seconds after the full second.
  ///
  /// - Parameters:
  ///   - outages: seconds since the start of nothing being sampled. `killed`: the collector was away, and `stopped` cleanly.
  ///   - skew: by how much its clock is ahead.
  func rows(_ outages: [Range<Int>], late: Double, skew: Double = 0, from: Int = 0, to: Int? = nil, cleanStops: Bool = false)
    -> [LedgerRow]
  {
    var book = LedgerBook()
    var rows: [LedgerRow] = []
    for (reading, wasAway) in readings(outages, late: late, skew: skew, from: from, to: to) {
      if wasAway, cleanStops { rows += book.close() }
      rows += book.add(reading)
    }
    return rows + book.close()
  }

  /// What a web node makes of the last `journal` seconds of that collector's journal.
  func live(_ outages: [Range<Int>], late: Double, skew: Double = 0, from: Int = 0, to: Int? = nil, journal: Int = 1200)
    -> LiveLedger
  {
    var live = LiveLedger()
    let all = readings(outages, late: late, skew: skew, from: from, to: to)
    let end = all.last?.reading.time ?? 0
    for (reading, _) in all where reading.time > end - Double(journal) {
      live.add(
        time: reading.time,
        LiveLine.Interface(
          rxRate: reading.isSampled ? reading.rxBytes.map { $0 * 8 } : nil,
          txRate: reading.isSampled ? reading.txBytes.map { $0 * 8 } : nil, rxBytes: reading.rxBytes, txBytes: reading.txBytes,
          rxCounter: reading.rxCounter, txCounter: reading.txCounter))
    }
    return live
  }

  /// Its readings, and whether it was away before each.
  private func readings(_ outages: [Range<Int>], late: Double, skew: Double, from: Int, to: Int?)
    -> [(reading: LedgerBook.Reading, wasAway: Bool)]
  {
    var readings: [(reading: LedgerBook.Reading, wasAway: Bool)] = []
    var previous: (time: Double, rx: UInt64, tx: UInt64)?
    var wasAway = false
    for second in from..<(to ?? seconds) {
      if outages.contains(where: { $0.contains(second) }) {
        wasAway = true
        continue
      }
      let time = Double(start + second) + late
      let now = counters(time)
      let wasReset = previous.map { last in resets.contains { $0 > last.time && $0 <= time } } ?? false
      var bytes: (rx: UInt64, tx: UInt64)?
      if let previous, !wasReset {
        let mask: UInt64 = width == nil ? .max : UInt64(UInt32.max)
        bytes = ((now.rx &- previous.rx) & mask, (now.tx &- previous.tx) & mask)
      }
      readings.append(
        (
          LedgerBook.Reading(
            time: ((time + skew) * 1000).rounded() / 1000, rxCounter: now.rx, txCounter: now.tx, rxBytes: bytes?.rx,
            txBytes: bytes?.tx, isSampled: bytes != nil && !wasAway), wasAway
        ))
      previous = (time, now.rx, now.tx)
      wasAway = false
    }
    return readings
  }
}
