import Foundation
import Shared
import TestSupport
import Testing

extension CollectorRig {
  /// The lines that wait in the spool.
  func spooled() throws -> Int {
    guard let files = FileManager.default.enumerator(atPath: spool) else { return 0 }
    var count = 0
    for case let name as String in files where name.hasSuffix(".jsonl") {
      // A file can have been emptied since it was listed.
      guard let bytes = try? BoundedFile.read(spool + "/" + name, limit: 64 << 20) else { continue }
      count += bytes.count { $0 == UInt8(ascii: "\n") }
    }
    return count
  }

  /// Whether all that the journal tells stands once, in order, in ledger and archive, and nothing else.
  ///
  /// - Parameter longestGap: seconds between two samples.
  func expectTruth(_ device: String, _ key: String, longestGap: Double = 1.9) throws {
    let journal = try journal(device, key)
    let first = try #require(journal.first)
    let last = try #require(journal.last)
    for (one, next) in zip(journal, journal.dropFirst()) {
      #expect(next.time > one.time, "in order, and none twice")
      #expect(next.time - one.time < longestGap, "no sample from \(one.time) to \(next.time)")
    }
    let rows = try ledger(device, key)
    #expect(rows.reduce(0) { $0 + $1.rxBytes } == (last.value.rxCounter ?? 0) - (first.value.rxCounter ?? 0))
    #expect(rows.reduce(0) { $0 + $1.txBytes } == (last.value.txCounter ?? 0) - (first.value.txCounter ?? 0))
    #expect(rows.last?.rxCounter == last.value.rxCounter)
    #expect(rows.allSatisfy { !$0.flags.contains(.reset) })

    var resampler = SecondResampler()
    var expected: [Int: Double] = [:]
    for (time, value) in journal {
      resampler.add(time: time, rx: value.rxRate.map { Double($0) }, tx: value.txRate.map { Double($0) }) { second, rx, _ in
        expected[second] = rx
      }
    }
    let stored = try ArchiveReader(guardSeconds: 0).rows(
      at: directory.device(device).archive(key), consolidation: .average, step: 1, from: Int(first.time), to: Int(last.time) + 1)
    for (second, rx) in expected {
      let value = stored.rx[second - 1 - stored.start]
      #expect(abs(value - rx) < 1, "second \(second): \(value), not \(rx)")
    }
    #expect(stored.rx.count { !$0.isNaN } == expected.count)
  }
}
