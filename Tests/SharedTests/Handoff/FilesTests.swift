import Foundation
import Shared
import TestSupport
import Testing

@Suite struct FilesTests {
  let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  @Test func replacingLeavesTheNewContentAndNothingElse() throws {
    let path = folder.file("a.json")
    for text in ["one", "two"] { try AtomicFile.replace(path, with: Array(text.utf8), durability: .synced) }
    #expect(try BoundedFile.read(path, limit: 100) == Array("two".utf8))
    #expect(try BoundedFile.list(folder.path) == ["a.json"])
  }

  @Test func aFailedReplacementKeepsTheOldContent() throws {
    let path = folder.file("dir")
    try AtomicFile.createFolder(path)
    #expect { try AtomicFile.replace(path, with: [1], durability: .atomic) } throws: { ($0 as? FileError)?.path == path }
    #expect(try BoundedFile.list(folder.path) == ["dir"])
  }

  @Test func appendingClosesALineThatACrashLeftOpen() throws {
    let path = try folder.write("a.csv", "head\nhalf".utf8)
    try AtomicFile.append(path, Array("next\n".utf8), durability: .synced, header: Array("head\n".utf8))
    #expect(try text(path) == "head\nhalf\nnext\n")
  }

  @Test func theHeaderStandsOnce() throws {
    let path = folder.file("a.csv")
    for _ in 0..<2 { try AtomicFile.append(path, Array("row\n".utf8), durability: .atomic, header: Array("head\n".utf8)) }
    #expect(try text(path) == "head\nrow\nrow\n")
  }

  @Test func whatIsNoRegularFileIsRefused() throws {
    let fifo = folder.file("fifo")
    #expect(mkfifo(fifo, 0o600) == 0)
    let link = folder.file("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: try folder.write("target", [1]))
    for path in [fifo, folder.path, link, "/dev/null"] {
      #expect(throws: FileError.self, "\(path)") { try BoundedFile.read(path, limit: 100) }
      #expect(throws: FileError.self, "\(path)") { try AtomicFile.append(path, [1], durability: .atomic) }
    }
    #expect(try BoundedFile.identity(folder.file("none")) == nil)
  }

  @Test func largeFilesAreRefusedNotCut() throws {
    let path = try folder.write("big", [UInt8](repeating: 1, count: 101))
    #expect { try BoundedFile.read(path, limit: 100) } throws: { ($0 as? FileError)?.code == .tooLarge }
    #expect(try BoundedFile.read(path, offset: 99, count: 10).count == 2)
    #expect(try BoundedFile.read(path, offset: 500, count: 10).isEmpty)
  }

  @Test func foldersAreCreatedAsFarAsTheyAreMissing() throws {
    let path = folder.file("a/b/c")
    try AtomicFile.createFolder(path)
    try AtomicFile.createFolder(path)
    try folder.write("file", [1])
    #expect { try AtomicFile.createFolder(folder.file("file")) } throws: { ($0 as? FileError)?.code == .notRegular }
  }

  @Test func ledgerRowsComeBackAndBadLinesAreCounted() throws {
    let ledger = LedgerFile(directory: DeviceDirectory(path: folder.path), key: "ether1")
    #expect(try ledger.lastRow() == nil)
    let starts = [1_795_219_200, 1_795_219_500, 1_796_083_200]  // the last one is in December
    let rows = starts.map {
      LedgerRow(
        start: $0, secondsCovered: 299.5, rxBytes: .max, txBytes: 2, flags: [.gap, .partial], at: Double($0) + 0.125,
        rxCounter: 3,
        txCounter: 4)
    }
    let result = ledger.append(rows)
    #expect(result.written == 3 && result.failure == nil)
    #expect(try ledger.months() == ["2026-11", "2026-12"])
    #expect(try ledger.rows(month: "2026-11").rows == Array(rows.prefix(2)))
    #expect(try ledger.lastRow() == rows[2])
    let path = DeviceDirectory(path: folder.path).ledger("ether1", monthOf: starts[2])
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("garbage\n1796083500,1,2".utf8))
    try handle.close()
    #expect(try ledger.rows(month: "2026-12").badLines == 2)
    #expect(try ledger.lastRow() == rows[2])
  }

  @Test func aLedgerThatCannotBeWrittenKeepsItsRows() throws {
    try folder.write("usage", [1])
    let ledger = LedgerFile(directory: DeviceDirectory(path: folder.path), key: "ether1")
    let row = LedgerRow(
      start: 0, secondsCovered: 1, rxBytes: 1, txBytes: 2, flags: [], at: 0, rxCounter: 3, txCounter: 4)
    let result = ledger.append([row])
    #expect(result.written == 0 && result.failure != nil)
  }

  @Test func eventsComeBackInOrder() throws {
    let directory = DeviceDirectory(path: folder.path)
    let events = [
      EventLine(t: 1_795_219_300, kind: .rename, interface: "ether1", text: "ether1 → \"uplink\"\n"),
      EventLine(t: 1_795_219_200, kind: .publicIP, text: "198.51.100.7"),
    ]
    try EventFile.append(events, to: directory)
    #expect(try EventFile.read(directory, from: 0, to: 2e9).events == events.reversed())
    #expect(try EventFile.read(directory, from: 1_795_219_250, to: 2e9).events == [events[0]])
    let newest = try EventFile.read(directory, from: 0, to: 2e9, limit: 1)
    #expect(newest.events == [events[0]] && newest.leftOut == 1 && newest.problem == nil)
  }

  @Test func linesThatAreNoEventsAreCountedAndNamed() throws {
    let directory = DeviceDirectory(path: folder.path)
    let event = EventLine(t: 1_795_219_300, kind: .link, interface: "ether1", text: "up")
    try EventFile.append([event], to: directory)
    let path = directory.events(monthOf: Int(event.t))
    let bad = "{\"t\":1}\nnonsense\n{\"t\":1795219301,\"kind\":\"of another version\",\"text\":\"x\"}\n"
    try AtomicFile.append(path, Array(bad.utf8), durability: .atomic)
    let found = try EventFile.read(directory, from: 0, to: 2e9)
    #expect(found.events == [event] && found.badLines == 3)
    #expect(found.problem == "\(path): 3 lines are no events")
    // Of a time that is not asked for nothing is read, and nothing told.
    #expect(try EventFile.read(directory, from: 0, to: 1_700_000_000) == EventFile.Reading())
    // A line without its newline may still be being written.
    try AtomicFile.append(path, Array("{\"t\":17".utf8), durability: .atomic)
    #expect(try EventFile.read(directory, from: 0, to: 2e9).badLines == 3)
    // The next event is behind it, in a line of its own.
    try EventFile.append([event], to: directory)
    let more = try EventFile.read(directory, from: 0, to: 2e9)
    #expect(more.badLines == 4 && more.events == [event, event])
  }

  private func text(_ path: String) throws -> String { String(decoding: try BoundedFile.read(path, limit: 1000), as: UTF8.self) }
}
