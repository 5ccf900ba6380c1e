import Foundation
import Shared
import TestSupport
import Testing

/// Disk space and rights: what a root lacks when it is there.
@Suite(.serialized) struct CollectorSpaceTests {
  private let port = CollectorRig.Port(name: "ether1", base: 1_000_000)

  private func waitForSamples(_ count: Int, _ rig: CollectorRig, _ collector: ChildProcess) async throws {
    let before = try rig.journal("gw", "ether1").count
    try await collector.wait(for: "\(count) more samples", within: 60) {
      try rig.journal("gw", "ether1").count >= before + count
    }
  }

  @Test(.enabled(if: BindMount.canMount, "skipped: a file system of a certain size takes root and the right to mount"))
  func anArchiveThatWouldFillTheDiskIsBegunOnceThereIsRoom() async throws {
    let rig = try await CollectorRig([.init(name: "gw", ports: [port])])
    let mount = try ChildProcess("/bin/mount", ["-t", "tmpfs", "-o", "size=12m", "none", rig.root], in: rig.folder)
    #expect(try await mount.exitStatus() == 0, "\(mount.standardError)")
    let result: Result<Void, any Error>
    do {
      try await beginOnceThereIsRoom(rig)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    _ = try await ChildProcess("/bin/umount", ["-l", rig.root], in: rig.folder).exitStatus()
    try result.get()
  }

  private func beginOnceThereIsRoom(_ rig: CollectorRig) async throws {
    // 5 MiB are left: the archive would fit, the reserve of a tenth would not.
    _ = try await rig.output("/bin/dd", ["if=/dev/zero", "of=\(rig.root)/ballast", "bs=1M", "count=7"])
    let collector = try rig.collector()
    try await collector.wait(for: "degraded device", within: 60) {
      rig.state("gw")?.state == .degraded && rig.state("gw")?.reason == "storage"
    }
    try await waitForSamples(5, rig, collector)
    let archive = rig.directory.device("gw").archive("ether1")
    #expect(!FileManager.default.fileExists(atPath: archive))
    let storage = try #require(try Heartbeat.read(rig.directory.heartbeat).storage)
    #expect(storage.neededBytes == Retention.compact.bytes)
    #expect(storage.lastError?.contains("not created") == true)
    #expect(try rig.spooled() == 0)
    try FileManager.default.removeItem(atPath: rig.root + "/ballast")
    try await collector.wait(for: "archive", within: 60) { FileManager.default.fileExists(atPath: archive) }
    try await collector.wait(for: "well device", within: 60) { rig.state("gw")?.state == .up }
    try await waitForSamples(2, rig, collector)
    #expect(rig.state("gw")?.missedSamples == 0)
    #expect(try await collector.end(within: 10) == 0, "\(collector.standardError)")
    #expect(collector.standardError.contains("Storage gets short of space"))
    try rig.expectTruth("gw", "ether1")
  }

  /// Half a gigabyte for one interface: whoever samples and whoever writes the journal does not wait for it.
  @Test func creatingALargeArchiveStallsNoSampling() async throws {
    let rig = try await CollectorRig([.init(name: "gw", ports: [port])])
    let path = try rig.configuration()
    var text = try String(contentsOfFile: path, encoding: .utf8)
    text = text.replacingOccurrences(of: "retention = compact", with: "retention = large")
    text += "[retention large]\narchives = 1s:1y\n"
    try rig.folder.write("collector.conf", text.utf8)
    let collector = try ChildProcess(try Products.path("tikwatch-collector"), ["run", "--config", path], in: rig.folder)
    try await rig.waitUntilUp(["gw"], collector)
    let archive = rig.directory.device("gw").archive("ether1")
    try await collector.wait(for: "archive", within: 120) { FileManager.default.fileExists(atPath: archive) }
    try await waitForSamples(3, rig, collector)
    #expect(rig.state("gw")?.missedSamples == 0)
    #expect(try await collector.end(within: 10) == 0, "\(collector.standardError)")
    try rig.expectTruth("gw", "ether1")
  }

  @Test func permissionThatIsLostAndGivenBackLosesNothing() async throws {
    let rig = try await CollectorRig([.init(name: "gw", ports: [port])])
    let spool = rig.spool
    try FileManager.default.createDirectory(atPath: spool, withIntermediateDirectories: true)
    let path = try rig.configuration()
    let collector = try rig.unprivileged(["run", "--config", path], owning: [rig.root, spool, path])
    try await rig.waitUntilUp(["gw"], collector)
    try await waitForSamples(3, rig, collector)
    #expect(chmod(rig.directory.path, 0) == 0)
    try await collector.wait(for: "spooled lines", within: 60) { try rig.spooled() >= 6 }
    #expect(chmod(rig.directory.path, 0o755) == 0)
    try await collector.wait(for: "empty spool", within: 60) { try rig.spooled() == 0 }
    try await waitForSamples(3, rig, collector)
    #expect(rig.state("gw")?.missedSamples == 0)
    #expect(try await collector.end(within: 10) == 0, "\(collector.standardError)")
    #expect(collector.standardError.contains("Permission denied"))
    try rig.expectTruth("gw", "ether1")
  }
}
