import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// Following a journal that grows, turns over, breaks and lies.
@Suite struct JournalTailTests {
  private let now = 1_795_200_000.0
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func line(_ time: Double) -> [UInt8] {
    let rate = LiveLine.Interface(rxRate: 1, txRate: 2, rxBytes: 3, txBytes: 4, rxCounter: 5, txCounter: 6)
    return LiveLine(time: time, devices: ["gw": .init(time: time, interfaces: ["e": rate])]).encoded()
  }

  private func path(_ time: Double) -> String { "\(UTCTime.minute(Int(time))).jsonl" }

  private func append(_ time: Double, _ bytes: [UInt8]) throws {
    let file = folder.file(path(time))
    if !FileManager.default.fileExists(atPath: file) { try folder.write(path(time), []) }
    let handle = try #require(FileHandle(forWritingAtPath: file))
    try handle.seekToEnd()
    try handle.write(contentsOf: bytes)
    try handle.close()
  }

  @Test func givesEachLineOnceWhateverTheWritesAre() throws {
    var tail = JournalTail(folder: folder.path)
    var got: [Double] = []
    let bytes = (0..<5).flatMap { line(now + Double($0)) }
    for (index, byte) in bytes.enumerated() {
      try append(now, [byte])
      if index % 7 == 0 || byte == UInt8(ascii: "\n") { got += tail.advance(now: now + 5, reader: DiskReader()).map(\.time) }
    }
    #expect(got == (0..<5).map { now + Double($0) })
    #expect(tail.badLines == 0)
  }

  @Test func goesOnWithTheNextMinuteAndKeepsTheLastLinesOfTheOld() throws {
    var tail = JournalTail(folder: folder.path)
    try append(now, line(now))
    #expect(tail.advance(now: now, reader: DiskReader()).map(\.time) == [now])
    try append(now, line(now + 59))
    try append(now + 60, line(now + 60))
    try append(now + 120, line(now + 120))
    #expect(tail.advance(now: now + 121, reader: DiskReader()).map(\.time) == [now + 59, now + 60, now + 120])
  }

  @Test func countsWhatIsNoLineAndGoesOn() throws {
    var tail = JournalTail(folder: folder.path)
    try append(now, Array("garbage\n{\"t\":1}\n\u{0}\u{1}\n".utf8) + line(now) + [0xFF, 0xFE, 0x0A] + line(now + 1))
    #expect(tail.advance(now: now + 2, reader: DiskReader()).map(\.time) == [now, now + 1])
    #expect(tail.badLines == 4)
  }

  @Test func linesAndFilesOfTheFutureAreNotBelieved() throws {
    var tail = JournalTail(folder: folder.path)
    try append(now, line(now) + line(now + 86_400))
    try folder.write("999912312359.jsonl", line(now))
    #expect(tail.advance(now: now + 2, reader: DiskReader()).map(\.time) == [now])
    #expect(tail.badLines == 1)
    try append(now + 60, line(now + 60))
    #expect(tail.advance(now: now + 61, reader: DiskReader()).map(\.time) == [now + 60])
  }

  @Test func fileMadeAnewIsReadFromItsBeginning() throws {
    var tail = JournalTail(folder: folder.path)
    try append(now, line(now) + line(now + 1))
    _ = tail.advance(now: now + 2, reader: DiskReader())
    try folder.write("new", line(now + 3))
    try FileManager.default.removeItem(atPath: folder.file(path(now)))
    try FileManager.default.moveItem(atPath: folder.file("new"), toPath: folder.file(path(now)))
    #expect(tail.advance(now: now + 4, reader: DiskReader()).map(\.time) == [now + 3])
  }

  @Test func fifoOrFolderInTheFilesPlaceIsPassedOver() throws {
    try FileManager.default.createDirectory(atPath: folder.file(path(now)), withIntermediateDirectories: false)
    #expect(mkfifo(folder.file(path(now + 60)), 0o644) == 0)
    try append(now + 120, line(now + 120))
    var tail = JournalTail(folder: folder.path)
    #expect(tail.advance(now: now + 121, reader: DiskReader()).map(\.time) == [now + 120])
  }

  @Test func startsWithTheLastTwentyMinutes() throws {
    for minute in 0..<40 { try append(now + Double(minute) * 60, line(now + Double(minute) * 60)) }
    var tail = JournalTail(folder: folder.path)
    let times = tail.advance(now: now + 40 * 60, reader: DiskReader()).map(\.time)
    #expect(times == (19..<40).map { now + Double($0) * 60 })
  }
}
