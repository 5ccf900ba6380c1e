import Foundation
import Shared
import TestSupport
import Testing

/// The built program on a folder that a real collector filled.
@Suite struct StorageCommandTests {
  private struct Answer {
    var status: Int32
    var output: String
    var errors: String
  }

  private func storage(_ rig: CollectorRig, _ arguments: [String]) async throws -> Answer {
    let config = rig.folder.file("collector.conf")
    let process = try ChildProcess(
      try Products.path("tikwatch-collector"), ["storage"] + arguments + ["--config", config], in: rig.folder)
    let status = try await process.exitStatus(within: 60)
    return Answer(status: status, output: process.standardOutput, errors: process.standardError)
  }

  @Test func aCollectorsFilesAreVerifiedMendedAndMigratedAndItGoesOn() async throws {
    let rig = try await CollectorRig([
      .init(name: "gw", ports: [.init(name: "ether1", base: 1_000_000), .init(name: "ether2", base: 5000)])
    ])
    let first = try rig.collector()
    try await rig.waitUntilUp(["gw"], first)
    let archive = rig.directory.device("gw").archive("ether1")
    try await first.wait(for: "rows in the archive") {
      try rig.journal("gw", "ether1").count >= 6 && FileManager.default.fileExists(atPath: archive)
    }

    // Beside a collector at work: looking is allowed, changing is not.
    let beside = try await storage(rig, ["verify"])
    #expect(beside.status == 0, "\(beside)")
    for command in [["repair"], ["migrate", "--retention", "standard"]] {
      let refused = try await storage(rig, command)
      #expect(refused.status == 1)
      #expect(refused.errors.contains("in use by process \(first.pid) on "), "\(refused)")
    }
    #expect(try await first.end() == 0, "\(first.standardError)")

    try await damageAndRepair(rig)
    try await migrateAndGoOn(rig, archive)
  }

  private func damageAndRepair(_ rig: CollectorRig) async throws {
    let device = rig.directory.device("gw")
    let ledger = try #require(try LedgerFile(directory: device, key: "ether1").months().last)
    let path = device.ledger("ether1") + "/" + ledger + ".csv"
    let sound = try BoundedFile.read(path, limit: 1 << 20)
    try Data(sound + Array("1795".utf8)).write(to: URL(fileURLWithPath: path))
    try Data("torn".utf8).write(to: URL(fileURLWithPath: device.archive("ether2")))
    try Data().write(to: URL(fileURLWithPath: device.deviceFile + ".tmp"))

    let found = try await storage(rig, ["verify", "--json"])
    #expect(found.status == 1)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [String: Any])
    #expect(report["ok"] as? Bool == false)
    let counts = try #require(report["counts"] as? [String: Int])
    #expect(counts["problem"] == 3, "\(found.output)")
    #expect(found.errors.contains("3 files have problems"))

    let planned = try await storage(rig, ["repair", "--dry-run"])
    #expect(planned.status == 0)
    #expect(planned.output.split(separator: "\n").count { $0.hasPrefix("would ") } == 3, "\(planned)")
    #expect(try BoundedFile.read(path, limit: 1 << 20).count == sound.count + 4)

    let done = try await storage(rig, ["repair"])
    #expect(done.status == 0, "\(done)")
    #expect(try BoundedFile.read(path, limit: 1 << 20) == sound)
    let after = try await storage(rig, ["verify"])
    #expect(after.status == 0, "\(after)")
    #expect(after.output.contains("2 put aside, 0 with problems"), "\(after.output)")
  }

  private func migrateAndGoOn(_ rig: CollectorRig, _ archive: String) async throws {
    let before = try ArchiveReader().header(at: archive)
    let bytes = FileManager.default.contents(atPath: archive)
    let range = (before.lastUpdate - 3600, before.lastUpdate)
    let reader = ArchiveReader(guardSeconds: 0)
    let old = try reader.rows(at: archive, consolidation: .average, step: 1, from: range.0, to: range.1)
    // `standard` for all: at first only where it is asked for, which the configuration then contradicts.
    let dry = try await storage(rig, ["migrate", "--retention", "standard", "--dry-run", "gw"])
    #expect(dry.output.contains("would convert devices/gw/interfaces/ether1.rrd"), "\(dry)")
    #expect(FileManager.default.contents(atPath: archive) == bytes)
    let done = try await storage(rig, ["migrate", "--retention", "standard", "gw"])
    #expect(done.status == 0, "\(done)")
    #expect(done.output.contains("set 'retention = standard'"), "\(done.output)")
    let header = try ArchiveReader().header(at: archive)
    #expect(header.matches(.standard))
    #expect(header.lastUpdate == before.lastUpdate)
    let new = try reader.rows(at: archive, consolidation: .average, step: 1, from: range.0, to: range.1)
    let isSame = zip(old.rx, new.rx).allSatisfy { ($0.isNaN && $1.isNaN) || $0 == $1 }
    #expect(isSame)
    #expect(old.rx.contains { $0 > 0 })
    let differs = try await storage(rig, ["verify", "--quiet"])
    #expect(differs.status == 1)
    #expect(differs.output.contains("not what is configured, compact"), "\(differs.output)")

    // A collector takes the new file up where the old one ended.
    let second = try rig.collector()
    try await rig.waitUntilUp(["gw"], second)
    try await second.wait(for: "newer rows") { try ArchiveReader().header(at: archive).lastUpdate > header.lastUpdate + 2 }
    #expect(try await second.end() == 0, "\(second.standardError)")
    #expect(try ArchiveReader().header(at: archive).matches(.standard))
    // And back, as the configuration says.
    let back = try await storage(rig, ["migrate"])
    #expect(back.status == 0, "\(back)")
    let sound = try await storage(rig, ["verify"])
    #expect(sound.status == 0, "\(sound)")
    let again = try await storage(rig, ["migrate"])
    #expect(again.output.contains("nothing to convert"), "\(again)")
  }

  /// Killed again and again in the middle: the old archive is there, untouched, until the new one is.
  @Test func killedWhileItMigratesLosesNothing() async throws {
    let folder = try TemporaryDirectory()
    let root = folder.file("root")
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    let history = try ChildProcess(
      try Products.path("tikwatch-fakedevice"),
      ["history", "--storage", root, "--collector", "edge", "--days", "1", "--retention", "1s:6h, 1m:2d"], in: folder)
    #expect(try await history.exitStatus(within: 60) == 0, "\(history.standardError)")
    let config = try folder.write(
      "collector.conf", "[collector]\nid = edge\nstorage = \(root)\n[retention wide]\narchives = 1s:3d, 10s:4d, 1m:10d\n".utf8)
    let device = DataDirectory(root: root).collector("edge").device("gw-riga")
    let before = try BoundedFile.list(device.interfaces)
    let old = Dictionary(
      uniqueKeysWithValues: before.map { ($0, FileManager.default.contents(atPath: device.interfaces + "/" + $0)) })
    let arguments = ["storage", "migrate", "--config", config, "--retention", "wide", "gw-riga"]
    func isInTheMaking() -> Bool {
      (try? BoundedFile.list(device.interfaces))?.contains { $0.hasSuffix(".rrd.migrate.tmp") } == true
    }
    var kills = 0
    for round in 0..<4 {
      let migrate = try ChildProcess(try Products.path("tikwatch-collector"), arguments, in: folder)
      // As many as were converted, and one in the making.
      try await eventually {
        let converted = migrate.standardOutput.split(separator: "\n").count { $0.hasPrefix("converted ") }
        return !migrate.isRunning || (converted >= min(round, 1) && isInTheMaking())
      }
      let status = try await migrate.end(SIGKILL)
      if status == 128 + SIGKILL { kills += 1 } else { #expect(status == 0, "\(migrate.standardError)") }
      for name in before {
        let path = device.interfaces + "/" + name
        let isOld = FileManager.default.contents(atPath: path) == old[name]
        let keeps = try ArchiveReader().header(at: path).retentionText
        #expect(isOld || keeps == "1s:3d, 10s:4d, 1m:10d", "\(name)")
      }
    }
    #expect(kills >= 1)
    let last = try ChildProcess(try Products.path("tikwatch-collector"), arguments, in: folder)
    #expect(try await last.exitStatus(within: 120) == 0, "\(last.standardError)")
    for name in before {
      #expect(try ArchiveReader().header(at: device.interfaces + "/" + name).retentionText == "1s:3d, 10s:4d, 1m:10d")
    }
    #expect(try BoundedFile.list(device.interfaces) == before)
  }

  @Test func sizesAreToldBeforeAnythingIsThere() async throws {
    let folder = try TemporaryDirectory()
    let program = try Products.path("tikwatch-collector")
    let fine = try ChildProcess(
      program,
      ["storage", "size", "--devices", "2", "--interfaces", "1", "--retention", "compact", "--storage", folder.path, "--json"],
      in: folder)
    #expect(try await fine.exitStatus() == 0)
    let json = try #require(try JSONSerialization.jsonObject(with: Data(fine.standardOutput.utf8)) as? [String: Any])
    #expect(json["totalBytes"] as? Int == 2 * Retention.compact.bytes)
    #expect(json["fits"] as? Bool == true)
    let huge = try ChildProcess(
      program,
      ["storage", "size", "--devices", "10000", "--interfaces", "10000", "--retention", "full", "--storage", folder.path],
      in: folder)
    #expect(try await huge.exitStatus() == 1)
    #expect(huge.standardOutput.contains("it does not fit"))
    #expect(huge.standardError.contains("it does not fit"))
    let odd = try ChildProcess(program, ["storage", "size", "--devices", "0", "--interfaces", "1"], in: folder)
    #expect(try await odd.exitStatus() == 2)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { $0.hasPrefix("tikwatch-collector-") })
  }
}
