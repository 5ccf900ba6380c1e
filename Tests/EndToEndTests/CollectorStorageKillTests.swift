import Foundation
import Shared
import TestSupport
import Testing

/// Death at any moment costs at most the second in flight.
@Suite struct CollectorStorageKillTests {
  /// `TIKWATCH_KILLS` makes the loop longer or shorter.
  private static var kills: Int { ProcessInfo.processInfo.environment["TIKWATCH_KILLS"].flatMap { Int($0) } ?? 10 }

  @Test func killedAtRandomMomentsEveryByteIsCountedOnce() async throws {
    var random = SystemRandomNumberGenerator()
    let rig = try await CollectorRig([
      .init(name: "gw", ports: [.init(name: "ether1", base: 1_000_000), .init(name: "ether2", base: 70_000)])
    ])
    var killed: [Double] = []
    var sampling: [Double] = []
    for round in 0..<Self.kills {
      let collector = try rig.collector()
      // One in four dies while it starts, the others while they sample.
      let isStarting = round % 4 == 3
      if !isStarting { try await rig.waitUntilUp(["gw"], collector) }
      try await Task.sleep(for: .milliseconds(Int.random(in: 300...2000, using: &random)))
      try #require(collector.isRunning, "\(collector.standardError)")
      #expect(try await collector.end(SIGKILL) == 128 + SIGKILL)
      let now = Date().timeIntervalSince1970
      killed.append(now)
      if !isStarting { sampling.append(now) }
      try expectReadable(rig)
    }
    let last = try rig.collector()
    try await rig.waitUntilUp(["gw"], last)
    let count = try rig.journal("gw", "ether1").count
    try await last.wait(for: "more samples", within: 60) { try rig.journal("gw", "ether1").count >= count + 3 }
    #expect(try await last.end() == 0, "\(last.standardError)")
    for key in ["ether1", "ether2"] { try rig.expectTruth("gw", key, longestGap: 60) }
    // Of a collector that was sampling nothing but the line in flight is missing.
    let times = try rig.journal("gw", "ether1").map(\.time)
    for moment in sampling {
      let before = try #require(times.last { $0 <= moment })
      #expect(moment - before < 2.5, "killed at \(moment), the last sample is of \(before)")
    }
    print("killed \(killed.count) times, \(sampling.count) of them while sampling; \(times.count) samples")
  }

  /// What a reader meets at this moment: whole files, and nothing half but a last line.
  private func expectReadable(_ rig: CollectorRig) throws {
    let device = rig.directory.device("gw")
    if FileManager.default.fileExists(atPath: rig.directory.heartbeat) { _ = try Heartbeat.read(rig.directory.heartbeat) }
    if FileManager.default.fileExists(atPath: device.deviceFile) { _ = try DeviceFile.read(device.deviceFile) }
    for key in ["ether1", "ether2"] {
      if FileManager.default.fileExists(atPath: device.archive(key)) {
        _ = try ArchiveReader().header(at: device.archive(key))
      }
      let ledger = LedgerFile(directory: device, key: key)
      for month in try ledger.months() { #expect(try ledger.rows(month: month).badLines == 0) }
    }
  }
}
