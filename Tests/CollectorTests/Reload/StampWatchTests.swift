import Foundation
import Shared
import TestSupport
import Testing

@testable import Collector

@Suite struct StampWatchTests {
  private let folder: TemporaryDirectory
  private var path: String { folder.file("c.conf") }
  private var stamps: [String: FileStamp?] { StampWatch.stamps([path]) }

  init() throws {
    folder = try TemporaryDirectory()
    try folder.write("c.conf", "one".utf8)
  }

  /// What the watch says at so many looks at the file as it is now.
  private func looks(_ count: Int, _ watch: inout StampWatch) -> [Bool] {
    var answers: [Bool] = []
    for _ in 0..<count { answers.append(watch.hasSettled(stamps)) }
    return answers
  }

  @Test func anUnchangedFileIsLeftAlone() {
    var watch = StampWatch(stamps)
    let answers = looks(3, &watch)
    #expect(answers == [false, false, false])
  }

  @Test func aChangeCountsWhenItWasSeenTwice() throws {
    var watch = StampWatch(stamps)
    try folder.write("c.conf", "longer".utf8)
    var answers = looks(2, &watch)
    #expect(answers == [false, true])
    watch.wereRead(stamps)
    answers = looks(2, &watch)
    #expect(answers == [false, false])
  }

  @Test func aFileThatIsBeingWrittenIsWaitedFor() throws {
    var watch = StampWatch(stamps)
    for length in 4..<9 {
      try folder.write("c.conf", String(repeating: "x", count: length).utf8)
      let answers = looks(1, &watch)
      #expect(answers == [false])
    }
    let answers = looks(1, &watch)
    #expect(answers == [true])
  }

  @Test func aFileThatComesBackAsItWasIsNoChange() throws {
    var watch = StampWatch(stamps)
    let aside = folder.file("aside")
    try FileManager.default.moveItem(atPath: path, toPath: aside)
    var answers = looks(1, &watch)
    #expect(answers == [false])
    try FileManager.default.moveItem(atPath: aside, toPath: path)
    answers = looks(2, &watch)
    #expect(answers == [false, false])
  }

  @Test func aFileThatStaysAwayIsAChange() throws {
    var watch = StampWatch(stamps)
    try FileManager.default.removeItem(atPath: path)
    let answers = looks(2, &watch)
    #expect(answers == [false, true])
  }
}
