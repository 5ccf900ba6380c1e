import Foundation
import Logging
import Shared
import TestSupport
import Testing

@testable import Collector

/// What the root does not take waits on local disk, in order, within its limit.
@Suite struct StorageSpoolTests {
  private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  private let start = 1_795_219_200.0

  private func line(_ second: Int, devices: [String] = ["gw"]) -> LiveLine {
    let time = start + Double(second)
    let value = LiveLine.Interface(
      rxRate: 8000, txRate: 80, rxBytes: 1000, txBytes: 10, rxCounter: UInt64(1000 * second), txCounter: UInt64(10 * second))
    let sample = LiveLine.Device(time: time - 0.5, interfaces: ["e": value])
    return LiveLine(time: time, devices: Dictionary(uniqueKeysWithValues: devices.map { ($0, sample) }))
  }

  private func spool(_ folder: TemporaryDirectory, limit: Int = 1 << 30) throws -> Spool {
    try Spool(folder: folder.file("spool/edge"), limit: limit, logger: quiet)
  }

  private func drain(_ spool: Spool) throws -> [LiveLine] {
    var all: [LiveLine] = []
    while let file = spool.takeOldest() {
      all += try spool.lines(file)
      try spool.remove(file)
    }
    return all
  }

  @Test func linesComeBackInTheirOrderAlsoAfterARestart() throws {
    let folder = try TemporaryDirectory()
    let first = try spool(folder)
    #expect(!FileManager.default.fileExists(atPath: folder.file("spool")), "nothing is made before it is needed")
    for second in 0..<150 { try first.append([line(second)], now: start + Double(second)) }
    #expect(first.files.count > 1)
    let second = try spool(folder)
    #expect(second.status.bytes == first.status.bytes)
    for next in 150..<200 { try second.append([line(next)], now: start + Double(next)) }
    let oldest = try #require(second.takeOldest())
    let head = try second.lines(oldest)
    try second.remove(oldest)
    for next in 200..<210 { try second.append([line(next)], now: start + Double(next)) }
    #expect(try head + drain(second) == (0..<210).map { line($0) })
    #expect(second.isEmpty)
    #expect(second.status.bytes == 0)
    #expect(try BoundedFile.list(second.folder).isEmpty)
  }

  @Test func aLineThatACrashCutIsLeftOutAndTheNextOneStandsAlone() throws {
    let folder = try TemporaryDirectory()
    let text = line(1).encoded() + line(2).encoded().dropLast(20)
    try folder.write("spool/edge/000000000007.jsonl", text)
    try folder.write("spool/edge/000000000008.jsonl", [])
    try folder.write("spool/edge/readme.txt", "not ours".utf8)
    let spool = try spool(folder)
    try spool.append([line(3)], now: start)
    #expect(spool.files.map(\.number) == [7, 8, 9])
    #expect(try drain(spool) == [line(1), line(3)])
  }

  @Test func beyondTheLimitTheOldestGoFirstAndAreCounted() throws {
    let folder = try TemporaryDirectory()
    let limit = 1 << 20
    let spool = try spool(folder, limit: limit)
    let devices = (0..<20).map { "device-\($0)" }
    let bytes = line(0, devices: devices).encoded().count
    let count = 3 * limit / bytes
    for second in 0..<count {
      try spool.append([line(second, devices: devices)], now: start + Double(second))
      #expect(spool.status.bytes <= limit)
    }
    let kept = try drain(spool)
    #expect(kept == ((count - kept.count)..<count).map { line($0, devices: devices) })
    #expect(spool.status.droppedSamples == (count - kept.count) * 20)
    #expect(kept.count * bytes > limit / 2)
    #expect(spool.takeLosses() == Dictionary(uniqueKeysWithValues: devices.map { ($0, count - kept.count) }))
    #expect(spool.takeLosses().isEmpty)
  }

  @Test func aSpoolThatCannotBeWrittenKeepsNothingAndSaysSo() throws {
    let folder = try TemporaryDirectory()
    let spool = try spool(folder)
    try folder.write("spool", "in the way".utf8)
    #expect(throws: FileError.self) { try spool.append([line(1)], now: start) }
    #expect(spool.isEmpty)
    #expect(spool.status.problem != nil)
    try FileManager.default.removeItem(atPath: folder.file("spool"))
    try spool.append([line(1)], now: start)
    #expect(spool.status.problem == nil)
    #expect(try drain(spool) == [line(1)])
  }

  @Test func everyRootHasASpoolOfItsOwn() {
    let one = Spool.folder(below: "/s", collector: "edge 1", root: "/a")
    #expect(one != Spool.folder(below: "/s", collector: "edge 1", root: "/b"))
    #expect(one.hasPrefix("/s/edge_201/"))
  }

  @Test func whatTheJournalHasAlreadyIsNotWrittenAgain() throws {
    let folder = try TemporaryDirectory()
    try folder.write("edge/.lock", [])
    let directory = DataDirectory(root: folder.path).collector("edge")
    let journal = JournalWriter(directory, isNetwork: false, logger: quiet)
    try journal.append((55..<63).map { line($0) }, now: start)
    // Half of the next line, as a write that was cut leaves it.
    try AtomicFile.append(directory.live(minuteOf: Int(start) + 60), line(63).encoded().dropLast(9), durability: .atomic)
    for _ in 0..<2 { try journal.appendMissing((50..<70).map { line($0) }, now: start) }
    var seen: [Double] = []
    JournalReplay(directory: directory, logger: quiet).run {
      seen.append($0.time - start)
    } endOfFile: {
    }
    #expect(seen.sorted() == (50..<70).map { Double($0) })
  }

  @Test func linesWaitForTheSpoolAndOrderHolds() throws {
    let folder = try TemporaryDirectory()
    let spool = try spool(folder)
    let queue = LineQueue()
    queue.push([line(1)], steady: 1)
    #expect(queue.beginHandover(steady: 1.5, isLast: false).isEmpty, "the root gets its chance")
    let hanging = queue.snapshot(spool: spool)
    #expect(hanging.map(\.line) == [line(1)])
    // The root hangs with line 1 in its hands.
    queue.push([line(2)], steady: 3)
    let late = queue.beginHandover(steady: 3, isLast: false)
    #expect(late.map(\.line) == [line(1), line(2)])
    #expect(queue.snapshot(spool: spool).isEmpty, "what is being spooled is not written past")
    try spool.append(late.map(\.line), now: start)
    queue.endHandover([])
    // The hung write came through after all; the spool tells it once more, and the journal knows it.
    #expect(queue.written(hanging).isEmpty)
    queue.push([line(3)], steady: 4)
    #expect(queue.snapshot(spool: spool).isEmpty)
    #expect(queue.beginHandover(steady: 4, isLast: false).count == 1, "while anything is spooled, new lines follow")
    queue.endHandover([LineQueue.Entry(number: 2, line: line(3), since: 4)])
    #expect(try drain(spool) == [line(1), line(2)])
    #expect(queue.snapshot(spool: spool).map(\.line) == [line(3)])
    #expect(queue.beginHandover(steady: 4.5, isLast: false).isEmpty)
  }

  @Test func withNeitherRootNorSpoolTheOldestLinesGoAndAreCounted() throws {
    let folder = try TemporaryDirectory()
    let spool = try spool(folder)
    let queue = LineQueue()
    let devices = (0..<1000).map { "device-\($0)" }
    for second in 0..<310 { queue.push([line(second, devices: devices)], steady: 0) }
    #expect(queue.droppedSamples == 10_000)
    #expect(queue.snapshot(spool: spool).first?.line.time == start + 10)
  }

  @Test func aQueueThatOverflowsTellsFromWhenTheJournalIsNeeded() {
    let queue = BatchQueue()
    for second in 0..<(BatchQueue.limit + 5) { queue.push([line(second)]) }
    #expect(queue.floor(now: start + 9999) == start - 0.5)
    let work = queue.take()
    #expect(work.missedSince == start - 0.5)
    #expect(work.lines == ((BatchQueue.limit + 1)..<(BatchQueue.limit + 5)).map { line($0) })
    #expect(queue.floor(now: start + 9999) == start - 0.5, "taken is not written")
    queue.finished(BatchQueue.Status())
    #expect(queue.floor(now: start + 9999) == start + 9999)
  }
}
