import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// Ledger files are read once, and again only when they are other ones.
@Suite struct LedgerStoreTests {
  private func rows(_ range: Range<Int>, bytes: UInt64 = 1000) -> [LedgerRow] {
    range.map {
      LedgerRow(
        start: 1_795_200_000 + $0 * 300, secondsCovered: 300, rxBytes: bytes, txBytes: 1, flags: [],
        at: Double(1_795_200_299 + $0 * 300), rxCounter: UInt64($0), txCounter: 1)
    }
  }

  @Test func aFileThatGrewIsReadOn() throws {
    let folder = try TemporaryDirectory()
    let reader = CountingReader()
    let store = LedgerStore(reader: reader)
    let ledger = LedgerFile(directory: DeviceDirectory(path: folder.path), key: "e")
    let path = ledger.directory.ledger("e", monthOf: 1_795_200_000)
    #expect(try store.month(path) == nil)
    #expect(ledger.append(rows(0..<1000)).failure == nil)
    #expect(try store.month(path)?.rows == rows(0..<1000))
    let first = reader.count
    #expect(try store.month(path)?.rows.count == 1000)
    #expect(reader.count == first)
    #expect(ledger.append(rows(1000..<1002)).failure == nil)
    #expect(try store.month(path)?.rows == rows(0..<1002))
    #expect(reader.count - first < 400)
    // Half a line more is no row yet.
    let half = try #require(FileHandle(forWritingAtPath: path))
    try half.seekToEnd()
    try half.write(contentsOf: Data("1795500300,300.000,5".utf8))
    try half.close()
    let month = try #require(try store.month(path))
    #expect(month.rows.count == 1002 && month.badLines == 0)
  }

  @Test func anotherFileUnderTheNameIsReadAnew() throws {
    let folder = try TemporaryDirectory()
    let store = LedgerStore()
    let ledger = LedgerFile(directory: DeviceDirectory(path: folder.path), key: "e")
    let path = ledger.directory.ledger("e", monthOf: 1_795_200_000)
    _ = ledger.append(rows(0..<10))
    #expect(try store.month(path)?.rows.count == 10)
    // The same inode, longer, with other content before what was read.
    let text = LedgerRow.header + "\n" + String(decoding: rows(0..<20, bytes: 77).flatMap { $0.encoded() }, as: UTF8.self)
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
    #expect(try store.month(path)?.rows == rows(0..<20, bytes: 77))
    try FileManager.default.removeItem(atPath: path)
    #expect(try store.month(path) == nil)
    #expect(store.size == 0)
  }

  @Test func theNewestRowsAreReadFromTheEndOnly() throws {
    let folder = try TemporaryDirectory()
    let reader = CountingReader()
    let store = LedgerStore(reader: reader)
    let ledger = LedgerFile(directory: DeviceDirectory(path: folder.path), key: "e")
    // 2026-11-01 00:00:00 UTC and the whole month.
    let begin = 1_793_491_200
    let month = (0..<8640).map {
      LedgerRow(
        start: begin + $0 * 300, secondsCovered: 300, rxBytes: UInt64($0), txBytes: 1, flags: [],
        at: Double(begin + 299 + $0 * 300),
        rxCounter: UInt64($0), txCounter: 1)
    }
    #expect(ledger.append(month).failure == nil)
    let path = ledger.directory.ledger("e", monthOf: begin)
    #expect(try store.recent(path, since: begin + 8639 * 300)?.rows.last == month.last)
    #expect(reader.count <= 65_536)
    #expect(store.size == 0)
    for first in [0, 1, 500, 4000, 8000] {
      let rows = try #require(try store.recent(path, since: begin + first * 300)).rows
      #expect(rows.filter { $0.start >= begin + first * 300 } == Array(month[first...]))
    }
    #expect(try store.recent(path + "x", since: begin) == nil)
  }

  @Test func memoryStaysWithinItsBound() throws {
    let folder = try TemporaryDirectory()
    let limit = 400 << 10
    let store = LedgerStore(byteLimit: limit)
    for key in 0..<40 {
      let ledger = LedgerFile(directory: DeviceDirectory(path: folder.path), key: "e\(key)")
      _ = ledger.append(rows(0..<500))
      #expect(try store.month(ledger.directory.ledger("e\(key)", monthOf: 1_795_200_000))?.rows.count == 500)
      #expect(store.size <= limit)
    }
    #expect(store.size > limit / 2)
  }
}
