import Foundation
import Shared
import TestSupport
import Testing

@testable import Collector

@Suite struct CollectorLockTests {
  private func directory(_ folder: TemporaryDirectory) throws -> CollectorDirectory {
    let directory = DataDirectory(root: folder.path).collector("edge")
    try AtomicFile.createFolder(directory.path)
    return directory
  }

  @Test func aSecondProcessIsRefusedWithTheFirstOnesName() throws {
    let folder = try TemporaryDirectory()
    let directory = try directory(folder)
    let first = try CollectorLock(directory, host: "edge-1", pid: 123, now: 1000)
    let refusal = #expect(throws: CollectorLock.Refusal.self) {
      try CollectorLock(directory, host: "edge-1", pid: 124, now: 1000)
    }
    #expect(refusal?.owner == "process 123 on edge-1")
    withExtendedLifetime(first) {}
  }

  @Test(arguments: [("edge-2", 1005.0, true), ("edge-2", 1100, false), ("edge-1", 1005, false)])
  func aLiveHeartbeatOfAnotherHostIsRefused(_ host: String, _ now: Double, _ isRefused: Bool) throws {
    let folder = try TemporaryDirectory()
    let directory = try directory(folder)
    let heartbeat = Heartbeat(
      collector: "edge", host: host, pid: 77, version: "1", started: 900, written: 1000, sequence: 1, interval: 1, devices: [:])
    try heartbeat.write(directory.heartbeat)
    do {
      _ = try CollectorLock(directory, host: "edge-1", pid: 1, now: now)
      #expect(!isRefused)
    } catch let refusal as CollectorLock.Refusal {
      #expect(isRefused)
      #expect(refusal.owner == "process 77 on edge-2")
    }
  }

  @Test func aFolderOrFIFOInTheLocksPlaceIsAnError() throws {
    for isFIFO in [false, true] {
      let folder = try TemporaryDirectory()
      let directory = try directory(folder)
      if isFIFO {
        #expect(mkfifo(directory.lock, 0o600) == 0)
      } else {
        try AtomicFile.createFolder(directory.lock)
      }
      #expect(throws: FileError.self) { try CollectorLock(directory, host: "h", pid: 1, now: 0) }
    }
  }

  @Test func networkFileSystemsAreTold() {
    let mounts = """
      22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
      30 22 0:30 / /srv/tik\\040watch rw shared:5 - nfs4 nas:/x rw
      31 30 0:31 / /srv/tik\\040watch/local rw - tmpfs tmpfs rw
      half a line
      """
    #expect(FileSystemKind.kind(of: "/home/x", mounts: mounts) == "ext4")
    #expect(FileSystemKind.kind(of: "/srv/tik watch/root", mounts: mounts) == "nfs4")
    #expect(FileSystemKind.kind(of: "/srv/tik watch/local", mounts: mounts) == "tmpfs")
    #expect(FileSystemKind.kind(of: "/srv/tik watchdog", mounts: mounts) == "ext4")
    #expect(FileSystemKind.kind(of: "/x", mounts: "") == nil)
  }
}
