import Foundation
import Shared
import TestSupport
import Testing

/// A root on a file system that really hangs, and really dies.
@Suite(.serialized, .enabled(if: BindMount.obstacle == nil, "skipped: \(BindMount.obstacle ?? "")"))
struct CollectorMountTests {
  /// A collector whose root is a mount, a device with it, and what the mount shows.
  private struct Scene {
    let rig: CollectorRig
    let mount: BindMount

    init() async throws {
      rig = try await CollectorRig([.init(name: "gw", ports: [.init(name: "ether1", base: 1_000_000)])])
      mount = try BindMount(rig.root, in: rig.folder)
    }

    func samples() throws -> Int { try rig.journal("gw", "ether1").count }

    func waitForSamples(_ count: Int, _ collector: ChildProcess) async throws {
      let before = try samples()
      try await collector.wait(for: "\(count) more samples", within: 60) { try samples() >= before + count }
    }
  }

  /// Runs `body` with a mounted root and takes the mount away afterwards, whatever happened.
  private func withScene(_ body: (Scene, ChildProcess) async throws -> Void) async throws {
    let scene = try await Scene()
    let server = try await scene.mount.mount()
    let result: Result<Void, any Error>
    do {
      try await body(scene, server)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    kill(server.pid, SIGCONT)
    try await scene.mount.unmount()
    try result.get()
  }

  @Test func aHungMountIsSpooledPastAndReplayed() async throws {
    try await withScene { scene, server in
      let rig = scene.rig
      let collector = try rig.collector(storage: scene.mount.point)
      try await rig.waitUntilUp(["gw"], collector)
      try await scene.waitForSamples(3, collector)
      kill(server.pid, SIGSTOP)
      try await collector.wait(for: "spooled lines", within: 60) { try rig.spooled() >= 8 }
      // What touches no root goes on: here the configuration.
      try rig.configuration("metrics_interval = 5", storage: scene.mount.point)
      try await collector.wait(for: "reload", within: 30) { collector.standardError.contains("Configuration reloaded") }
      let count = try rig.spooled()
      try await collector.wait(for: "more spooled lines", within: 60) { try rig.spooled() >= count + 3 }
      kill(server.pid, SIGCONT)
      try await collector.wait(for: "empty spool", within: 60) { try rig.spooled() == 0 }
      try await scene.waitForSamples(3, collector)
      try await collector.wait(for: "heartbeat without an error") {
        let storage = try Heartbeat.read(rig.directory.heartbeat).storage
        return storage?.lastError == nil && storage?.spoolBytes == 0
      }
      #expect(rig.state("gw")?.missedSamples ?? 9 <= 1, "the reload makes a session anew")
      #expect(try await collector.end() == 0, "\(collector.standardError)")
      #expect(collector.standardError.contains("does not answer"))
      try rig.expectTruth("gw", "ether1", longestGap: 2.9)
    }
  }

  @Test func aCollectorEndsWhileItsMountHangsAndGoesOnFromTheSpool() async throws {
    try await withScene { scene, server in
      let rig = scene.rig
      let first = try rig.collector(storage: scene.mount.point)
      try await rig.waitUntilUp(["gw"], first)
      try await scene.waitForSamples(3, first)
      kill(server.pid, SIGSTOP)
      try await first.wait(for: "spooled lines", within: 60) { try rig.spooled() >= 6 }
      #expect(try await first.end(within: 10) == 0, "\(first.standardError)")
      #expect(try rig.spooled() >= 6)
      kill(server.pid, SIGCONT)
      let second = try rig.collector(storage: scene.mount.point)
      try await second.wait(for: "empty spool", within: 60) { try rig.spooled() == 0 }
      try await rig.waitUntilUp(["gw"], second)
      try await scene.waitForSamples(3, second)
      #expect(try await second.end() == 0, "\(second.standardError)")
      try rig.expectTruth("gw", "ether1", longestGap: 60)
    }
  }

  @Test func aMountWhoseServerDiesIsGoneOnWithOnceItIsMountedAgain() async throws {
    try await withScene { scene, server in
      let rig = scene.rig
      let collector = try rig.collector(storage: scene.mount.point)
      try await rig.waitUntilUp(["gw"], collector)
      try await scene.waitForSamples(3, collector)
      #expect(try await server.end(SIGKILL) == 128 + SIGKILL)
      try await collector.wait(for: "spooled lines", within: 60) { try rig.spooled() >= 6 }
      try await scene.mount.unmount()
      let count = try rig.spooled()
      // The mount point is an ordinary, empty folder now.
      try await collector.wait(for: "more spooled lines", within: 60) { try rig.spooled() >= count + 3 }
      #expect(try FileManager.default.contentsOfDirectory(atPath: scene.mount.point).isEmpty)
      let again = try await scene.mount.mount()
      try await collector.wait(for: "empty spool", within: 60) { try rig.spooled() == 0 }
      try await scene.waitForSamples(3, collector)
      // The lock of before went with the mount: it has been taken anew, so nobody else gets in.
      let other = try rig.collector(storage: scene.mount.point)
      #expect(try await other.exitStatus() == 1)
      #expect(other.standardError.contains("is in use by process \(collector.pid) on "))
      #expect(rig.state("gw")?.missedSamples == 0)
      #expect(try await collector.end() == 0, "\(collector.standardError)")
      try rig.expectTruth("gw", "ether1")
      try await scene.mount.unmount()
      _ = try await again.exitStatus(within: 60)
    }
  }
}
