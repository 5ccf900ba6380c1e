import Foundation
import Logging
import Shared
import Synchronization
import TestSupport
import Testing

@testable import Collector

/// No archive is begun that would fill the disk, and everything else goes on meanwhile.
@Suite struct SpacePlanTests {
  private static let start = 1_795_219_200.0

  private static func plan(free: Int, total: Int, missing: Int = 0, unbacked: Int = 0) -> SpacePlan {
    SpacePlan(disk: .init(free: free, total: total), missing: missing, unbacked: unbacked)
  }

  @Test(arguments: [(1 << 40, 10_995_116_277), (4 << 30, 268_435_456), (1 << 30, 107_374_182), (12 << 20, 1_258_291), (0, 0)])
  func theReserveFitsTheDisk(_ total: Int, _ reserve: Int) {
    #expect(Self.plan(free: 0, total: total).reserve == reserve)
  }

  @Test func whatExistingArchivesLackIsNotGivenAway() {
    let total = 4 << 30
    let reserve = 256 << 20
    #expect(Self.plan(free: reserve + 1000, total: total).allows(1000))
    #expect(!Self.plan(free: reserve + 1000, total: total).allows(1001))
    #expect(!Self.plan(free: reserve + 1000, total: total, unbacked: 1).allows(1000))
    #expect(Self.plan(free: 2 * reserve + 5, total: total, missing: 3, unbacked: 2).isLow == false)
    #expect(Self.plan(free: 2 * reserve + 4, total: total, missing: 3, unbacked: 2).isLow)
    #expect(!Self.plan(free: .max / 4, total: .max / 4, missing: 3).isLow)
  }

  @Test func aSparseFileStillNeedsItsBytes() throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write("sparse.rrd", [])
    #expect(truncate(path, 10 << 20) == 0)
    #expect(SpacePlan.unbacked(path) == 10 << 20)
    #expect(SpacePlan.unbacked(folder.file("none")) == nil)
  }

  private struct Disk: Sendable {
    let free = Counter()
    final class Counter: Sendable {
      private let value = Mutex(0)
      var now: Int {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
      }
    }
  }

  private static func sample(_ second: Int) -> LiveLine.Device {
    let value = LiveLine.Interface(
      rxRate: second == 0 ? nil : 8000, txRate: second == 0 ? nil : 8000, rxBytes: second == 0 ? nil : 1000,
      txBytes: second == 0 ? nil : 1000, rxCounter: UInt64(1000 * second), txCounter: UInt64(1000 * second))
    return LiveLine.Device(time: start + Double(second) + 0.5, interfaces: ["e1": value])
  }

  @Test func anArchiveWithoutRoomIsRefusedAndBegunWithAllItsSecondsWhenThereIsSome() throws {
    let folder = try TemporaryDirectory()
    let directory = DataDirectory(root: folder.path).collector("edge")
    try AtomicFile.createFolder(directory.path)
    try folder.write("edge/.lock", [])
    let disk = Disk()
    let total = 8 << 30
    disk.free.now = (256 << 20) + Retention.compact.bytes - 1
    var options = Archivist.Options(
      directory: directory, retentions: ["gw": .compact], flushInterval: 1, sampleInterval: 1)
    options.look = { _ in SpacePlan.Disk(free: disk.free.now, total: total) }
    var archivist = Archivist(options, time: TimeSource(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let archive = directory.device("gw").archive("e1")
    for second in 0..<400 {
      archivist.add(Self.sample(second), of: "gw", now: Self.start + Double(second) + 1)
      archivist.tick(now: Self.start + Double(second) + 1)
    }
    #expect(!FileManager.default.fileExists(atPath: archive))
    let problem = try #require(archivist.problems[archive])
    #expect(problem.device == "gw")
    #expect(problem.message.contains("not created: it takes \(Retention.compact.bytes) bytes"))
    #expect(archivist.space?.needed == Retention.compact.bytes)
    #expect(archivist.space?.isLow == true)
    // Said once, with the event in the device's file; the ledger goes on, and the journal need not be kept for the archive.
    let events = try EventFile.read(directory.device("gw"), from: 0, to: 4e9).events
    #expect(events.count { $0.kind == .collector && $0.interface == "e1" } == 1)
    let ledger = LedgerFile(directory: directory.device("gw"), key: "e1")
    #expect(try ledger.lastRow()?.start == Int(Self.start))
    #expect((archivist.journalFloor ?? 0) >= Self.start + 299)

    disk.free.now += 1
    archivist.tick(now: Self.start + 401)
    #expect(archivist.problems.isEmpty)
    #expect(archivist.space?.needed == 0)
    let rows = try ArchiveReader(guardSeconds: 0).rows(
      at: archive, consolidation: .average, step: 1, from: Int(Self.start), to: Int(Self.start) + 398)
    #expect(rows.rx.count { !$0.isNaN } >= 397, "what was sampled meanwhile is in it")
  }
}
