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
    let first = try CollectorLock(directory, host: "edge-1", pid: 123)
    let refusal = #expect(throws: CollectorLock.Refusal.self) {
      try CollectorLock(directory, host: "edge-1", pid: 124)
    }
    #expect(refusal?.owner == "process 123 on edge-1")
    withExtendedLifetime(first) {}
  }

  @Test(arguments: [("edge-2", true, true), ("edge-2", false, false), ("edge-1", true, false)])
  func aHeartbeatOfAnotherHostThatGoesOnIsRefused(_ host: String, _ goesOn: Bool, _ isRefused: Bool) throws {
    let folder = try TemporaryDirectory()
    let directory = try directory(folder)
    // An hour ahead: the clocks of hosts differ, and that must not matter.
    var heartbeat = Heartbeat(
      collector: "edge", host: host, pid: 77, version: "1", started: 900, written: Date().timeIntervalSince1970 + 3600,
      sequence: 1, interval: 1, devices: [:])
    try heartbeat.write(directory.heartbeat)
    var waited = 0.0
    do {
      _ = try CollectorLock(directory, host: "edge-1", pid: 1) { seconds in
        waited += seconds
        guard goesOn, waited.truncatingRemainder(dividingBy: 2) == 0 else { return }
        heartbeat.sequence += 1
        try? heartbeat.write(directory.heartbeat)
      }
      #expect(!isRefused)
      #expect(waited == (host == "edge-1" ? 0 : CollectorLock.watch))
    } catch let refusal as CollectorLock.Refusal {
      #expect(isRefused)
      #expect(refusal.owner == "process 77 on edge-2")
      #expect(waited == 2)
    }
  }

  @Test func theLockOfADeadProcessIsTakenOver() throws {
    let folder = try TemporaryDirectory()
    let directory = try directory(folder)
    try folder.write("edge/.lock", "pid 4194303 host edge-9\n".utf8)
    let lock = try CollectorLock(directory, host: "edge-1", pid: 5)
    #expect(String(decoding: try BoundedFile.read(directory.lock, limit: 100), as: UTF8.self) == "pid 5 host edge-1\n")
    withExtendedLifetime(lock) {}
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
      #expect(throws: FileError.self) { try CollectorLock(directory, host: "h", pid: 1) }
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

  /// A root that was unmounted and mounted again: the lock that is held belongs to what was there before.
  @Test func aFolderThatTookTheOldOnesPlaceIsTakenAnew() throws {
    let folder = try TemporaryDirectory()
    let directory = try directory(folder)
    let first = try CollectorLock(directory, host: "edge-1", pid: 123)
    try first.hold()
    #expect(rename(directory.path, folder.file("old")) == 0)
    #expect(throws: FileError.self) { try first.hold() }
    try AtomicFile.createFolder(directory.path)
    try folder.write("edge/.lock", "pid 1 host edge-1\n".utf8)
    try first.hold()
    let refusal = #expect(throws: CollectorLock.Refusal.self) { try CollectorLock(directory, host: "edge-1", pid: 124) }
    #expect(refusal?.owner == "process 123 on edge-1")
    withExtendedLifetime(first) {}
  }

  @Test func aFolderThatSomebodyElseTookMeanwhileIsNotWritten() throws {
    let folder = try TemporaryDirectory()
    let directory = try directory(folder)
    let first = try CollectorLock(directory, host: "edge-1", pid: 123)
    #expect(rename(directory.path, folder.file("old")) == 0)
    try AtomicFile.createFolder(directory.path)
    let second = try CollectorLock(directory, host: "edge-1", pid: 124)
    let error = #expect(throws: FileError.self) { try first.hold() }
    #expect(error?.description.contains("is in use by process 124 on edge-1") == true)
    withExtendedLifetime(second) {}
  }
}
