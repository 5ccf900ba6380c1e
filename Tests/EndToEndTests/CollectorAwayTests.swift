import Foundation
import Shared
import TestSupport
import Testing

/// A start while the root is away: sampling begins all the same, and the root is taken into use when it is there.
@Suite struct CollectorAwayTests {
  private static let port = CollectorRig.Port(name: "ether1", base: 1_000_000)

  private static func waitForSamples(_ count: Int, _ rig: CollectorRig, _ collector: ChildProcess) async throws {
    let before = try rig.journal("gw", "ether1").count
    try await collector.wait(for: "\(count) more samples", within: 60) {
      try rig.journal("gw", "ether1").count >= before + count
    }
  }

  /// A root with a past, written by a collector that ended.
  private static func rigWithPast(_ environment: (CollectorRig) -> [String: String] = { _ in [:] }) async throws -> CollectorRig {
    let rig = try await CollectorRig([.init(name: "gw", ports: [port])])
    let first = try rig.collector()
    try await rig.waitUntilUp(["gw"], first)
    try await waitForSamples(3, rig, first)
    #expect(try await first.end() == 0, "\(first.standardError)")
    return rig
  }

  private static func move(_ from: String, _ to: String) throws { try FileManager.default.moveItem(atPath: from, toPath: to) }

  @Test func aRootThatIsMissingAtTheStartIsTakenWhenItComes() async throws {
    let rig = try await Self.rigWithPast()
    try Self.move(rig.root, rig.folder.file("elsewhere"))
    let collector = try rig.collector()
    try await collector.wait(for: "spooled lines", within: 60) { try rig.spooled() >= 6 }
    #expect(!FileManager.default.fileExists(atPath: rig.root), "a mount point is not ours to make")
    #expect(collector.standardError.contains("The root is away"))
    #expect(collector.standardError.contains("no such folder"))
    try Self.move(rig.folder.file("elsewhere"), rig.root)
    try await collector.wait(for: "empty spool", within: 60) { try rig.spooled() == 0 }
    try await rig.waitUntilUp(["gw"], collector)
    try await Self.waitForSamples(3, rig, collector)
    #expect(rig.state("gw")?.missedSamples == 0)
    #expect(try await collector.end(within: 10) == 0, "\(collector.standardError)")
    // The gap between the two is closed by the counters, and no row says "at least".
    try rig.expectTruth("gw", "ether1", longestGap: 60)
    #expect(try rig.ledger("gw", "ether1").contains { $0.flags.contains(.gap) })
  }

  @Test func aRootThatHangsAtTheStartIsTakenWhenItAnswers() async throws {
    let rig = try await Self.rigWithPast()
    let shim = try await CollectorStorageShim(rig.folder)
    try shim.set(.hang)
    let collector = try rig.collector(environment: shim.environment(root: rig.root))
    try await collector.wait(for: "spooled lines", within: 60) { try rig.spooled() >= 4 }
    #expect(collector.standardError.contains("does not answer"))
    try shim.set(.well)
    try await collector.wait(for: "empty spool", within: 60) { try rig.spooled() == 0 }
    try await rig.waitUntilUp(["gw"], collector)
    try await Self.waitForSamples(3, rig, collector)
    #expect(try await collector.end(within: 10) == 0, "\(collector.standardError)")
    try rig.expectTruth("gw", "ether1", longestGap: 60)
  }

  @Test(arguments: [SIGTERM, SIGKILL])
  func anEndBeforeTheRootCameLosesNothing(_ signal: Int32) async throws {
    let rig = try await Self.rigWithPast()
    try Self.move(rig.root, rig.folder.file("elsewhere"))
    let collector = try rig.collector()
    try await collector.wait(for: "spooled lines", within: 60) { try rig.spooled() >= 6 }
    #expect(try await collector.end(signal, within: 10) == (signal == SIGTERM ? 0 : 128 + SIGKILL))
    let waiting = try rig.spooled()
    #expect(waiting >= 6)
    try Self.move(rig.folder.file("elsewhere"), rig.root)
    let before = try rig.journal("gw", "ether1").count
    let next = try rig.collector()
    try await next.wait(for: "empty spool", within: 60) { try rig.spooled() == 0 }
    try await rig.waitUntilUp(["gw"], next)
    try await Self.waitForSamples(3, rig, next)
    #expect(try await next.end(within: 10) == 0, "\(next.standardError)")
    #expect(try rig.journal("gw", "ether1").count >= before + waiting + 3)
    // Whether the counters began again between is not known any more: the bytes are exact, and may be flagged as a lower bound.
    let journal = try rig.journal("gw", "ether1")
    let rows = try rig.ledger("gw", "ether1")
    #expect(rows.reduce(0) { $0 + $1.rxBytes } == (journal.last?.value.rxCounter ?? 0) - (journal.first?.value.rxCounter ?? 0))
  }

  @Test func aFirstStartWithoutItsRootRecordsFromTheFirstSecond() async throws {
    let rig = try await CollectorRig([.init(name: "gw", ports: [Self.port])])
    try FileManager.default.removeItem(atPath: rig.root)
    let collector = try rig.collector()
    try await collector.wait(for: "spooled lines", within: 60) { try rig.spooled() >= 6 }
    try FileManager.default.createDirectory(atPath: rig.root, withIntermediateDirectories: false)
    try await collector.wait(for: "empty spool", within: 60) { try rig.spooled() == 0 }
    try await rig.waitUntilUp(["gw"], collector)
    try await Self.waitForSamples(3, rig, collector)
    #expect(try await collector.end(within: 10) == 0, "\(collector.standardError)")
    #expect(try rig.journal("gw", "ether1").count >= 9)
    try rig.expectTruth("gw", "ether1")
  }

  @Test func aRootThatSomebodyElseHoldsWhenItComesIsRefusedLoudly() async throws {
    let rig = try await CollectorRig([.init(name: "gw", ports: [Self.port])])
    let owner = try rig.collector()
    try await rig.waitUntilUp(["gw"], owner)
    // The same root under another path, which is missing at first.
    let path = rig.folder.file("later")
    let other = try rig.collector(storage: path)
    try await other.wait(for: "spooled lines", within: 60) { try rig.spooled() >= 3 }
    #expect(symlink(rig.root, path) == 0)
    #expect(try await other.exitStatus(within: 60) == 1)
    #expect(other.standardError.contains("is in use by process \(owner.pid) on "), "\(other.standardError)")
    #expect(try await owner.end() == 0, "\(owner.standardError)")
    try rig.expectTruth("gw", "ether1")
  }

  @Test func twoCollectorsWithoutTheirRootDoNotShareASpool() async throws {
    let rig = try await CollectorRig([.init(name: "gw", ports: [Self.port])])
    try FileManager.default.removeItem(atPath: rig.root)
    let first = try rig.collector()
    try await first.wait(for: "spooled lines", within: 60) { try rig.spooled() >= 3 }
    let second = try rig.collector()
    #expect(try await second.exitStatus(within: 60) == 1)
    #expect(second.standardError.contains("is held by another process"), "\(second.standardError)")
    #expect(try await first.end(within: 10) == 0, "\(first.standardError)")
  }
}
