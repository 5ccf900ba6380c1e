import Foundation
import Shared
import Testing

/// librrd's lock fails instead of waiting, so readers in other processes make updates fail. None may cost a row.
@Suite struct ArchiveLockTests {
  private let folder: ArchiveFolder
  private let start = 1_800_000_000

  init() throws { folder = try ArchiveFolder() }

  @Test(.timeLimit(.minutes(2))) func noRowIsLostToReaders() throws {
    let path = try folder.archive(try Retention(name: "x", parsing: "1s:1d,10s:2d"), start: start)
    let script = "while :; do rrdtool fetch '\(path)' AVERAGE -s \(start) -e \(start + 3000) >/dev/null 2>&1; done"
    let loops = try (0..<2).map { _ in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", script]
      try process.run()
      return process
    }
    defer {
      for process in loops {
        process.terminate()
        process.waitUntilExit()
      }
    }
    let writer = ArchiveWriter()
    var collisions = 0
    var batch = 0
    // Goes on until the readers have met the writer often enough, on a busy machine too.
    while batch < 1500 || (collisions < 20 && batch < 40_000) {
      let rows = (1...2).map { ArchiveRow(time: start + batch * 2 + $0, rx: Double(batch * 2 + $0), tx: 1) }
      var tries = 0
      while true {
        do throws(ArchiveError) {
          try writer.append(rows, to: path)
          break
        } catch {
          #expect(error.code == .locked)
          collisions += 1
          tries += 1
          guard tries < 10_000, error.code == .locked else { throw error }
          usleep(100)
        }
      }
      batch += 1
    }
    #expect(collisions > 0, "the readers never met the writer, so this proves nothing")
    let rows = try ArchiveReader(guardSeconds: 0).rows(
      at: path, consolidation: .average, step: 1, from: start, to: start + 2 * batch - 1)
    let isComplete = rows.rx == (1...2 * batch).map { Double($0) }
    #expect(isComplete)
  }

  /// A lock of an open file description stands for another process: closing other descriptors does not drop it.
  private func set(_ type: Int32, on descriptor: Int32) -> Bool {
    var lock = flock()
    lock.l_type = Int16(type)
    lock.l_whence = Int16(SEEK_SET)
    let setOpenFileDescriptionLock: Int32 = 37  // F_OFD_SETLK
    return fcntl(descriptor, setOpenFileDescriptionLock, &lock) == 0
  }

  @Test func locksStopWritersAndOnlyWriteLocksStopReaders() throws {
    let path = try folder.archive(try Retention(name: "x", parsing: "1s:1h"), start: start)
    let rows = (1...10).map { ArchiveRow(time: start + $0, rx: 1, tx: 1) }
    try ArchiveWriter().append(Array(rows[..<5]), to: path)
    let before = FileManager.default.contents(atPath: path)
    for type in [F_RDLCK, F_WRLCK] {
      let descriptor = open(path, O_RDWR | O_CLOEXEC)
      try #require(descriptor >= 0 && set(type, on: descriptor))
      defer {
        // Unlocked by name: a process that another test is just starting may hold a copy of the descriptor.
        _ = set(F_UNLCK, on: descriptor)
        close(descriptor)
      }
      let written = #expect(throws: ArchiveError.self) { try ArchiveWriter().append(rows, to: path) }
      #expect(written?.code == .locked)
      #expect(FileManager.default.contents(atPath: path) == before)
      #expect(try ArchiveReader().header(at: path).lastUpdate == start + 5)
      func read() throws(ArchiveError) -> ArchiveRows {
        try ArchiveReader().rows(at: path, consolidation: .average, step: 1, from: start, to: start + 4)
      }
      if type == F_WRLCK {
        let error = #expect(throws: ArchiveError.self) { try read() }
        #expect(error?.code == .busy)
      } else {
        #expect(try read().rx == [1, 1, 1, 1, 1])
      }
    }
    try ArchiveWriter().append(rows, to: path)
    #expect(try ArchiveReader().header(at: path).lastUpdate == start + 10)
  }

  /// While a writer in another process moves the rows on, a reader sees each second's own value or nothing.
  @Test(.timeLimit(.minutes(2))) func readersNeverSeeShiftedRows() throws {
    let path = try folder.archive(try Retention(name: "x", parsing: "1s:2m"), start: start)
    let count = 6000
    // rx is the row's own time, so a row read for another one shows.
    let script =
      "i=\(start); while [ $i -lt \(start + count) ]; do a=; n=0; "
      + "while [ $n -lt 20 ]; do i=$((i+1)); n=$((n+1)); a=\"$a $i:$i:1\"; done; rrdtool update '\(path)' $a; done"
    let writer = Process()
    writer.executableURL = URL(fileURLWithPath: "/bin/sh")
    writer.arguments = ["-c", script]
    try writer.run()
    defer {
      writer.terminate()
      writer.waitUntilExit()
    }
    var reads = 0
    var busy = 0
    while writer.isRunning {
      do throws(ArchiveError) {
        let last = try ArchiveReader().header(at: path).lastUpdate
        let rows = try ArchiveReader().rows(at: path, consolidation: .average, step: 1, from: last - 130, to: last + 30)
        reads += 1
        let isRight = rows.rx.enumerated().allSatisfy { $0.element.isNaN || $0.element == Double(rows.start + 1 + $0.offset) }
        #expect(isRight)
        guard isRight else { return }
      } catch {
        #expect(error.code == .busy)
        busy += 1
      }
    }
    #expect(reads > 20, "\(busy) busy")
    #expect(try ArchiveReader().header(at: path).lastUpdate == start + count)
  }
}
