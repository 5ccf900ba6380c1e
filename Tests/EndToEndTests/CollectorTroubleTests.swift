import Foundation
import Shared
import TestSupport
import Testing

/// What goes wrong at one device, or on the disk, stays there.
@Suite struct CollectorTroubleTests {
  @Test func brokenDevicesAreToldApartAndDisturbNobody() async throws {
    let port = CollectorRig.Port(name: "ether1", base: 100_000)
    let broken: [(name: String, fault: [String: String], reason: String)] = [
      ("refuses", ["kind": "refuse"], "refused"),
      ("hangs", ["kind": "hang-accept"], "hung"),
      ("hangs-login", ["kind": "hang-login"], "hung"),
      ("hangs-later", ["kind": "hang-after", "count": "6"], "hung"),
      ("garbles", ["kind": "garbage"], "protocol"),
      ("halves", ["kind": "half-sentence"], "protocol"),
      ("oversizes", ["kind": "oversized-word"], "protocol"),
      ("resets", ["kind": "reset"], "protocol"),
      ("ends", ["kind": "fatal"], "fatal"),
      ("locks-out", ["kind": "wrong-password"], "login"),
    ]
    let rig = try await CollectorRig(
      [.init(name: "well-1", ports: [port]), .init(name: "well-2", ports: [port])]
        + broken.map { .init(name: $0.name, ports: [port], faults: [$0.fault]) })
    // A name that no resolver knows.
    let collector = try rig.collector(devices: "[no-name]\nhostname = nowhere.invalid\n")
    try await rig.waitUntilUp(["well-1", "well-2"], collector)
    // One of them is well for a moment again and again, so each is looked at by itself.
    for device in broken + [(name: "no-name", fault: [:], reason: "dns")] {
      try await collector.wait(for: "\(device.name) down by \(device.reason)", within: 30) {
        rig.state(device.name)?.state == .down && rig.state(device.name)?.reason == device.reason
      }
    }
    let count = try rig.journal("well-1", "ether1").count
    try await collector.wait(for: "more samples") { try rig.journal("well-1", "ether1").count >= count + 5 }
    #expect(rig.state("well-1")?.missedSamples == 0)
    #expect(rig.state("well-2")?.missedSamples == 0)
    #expect(rig.state("refuses")?.lastSuccess == nil)
    #expect((rig.state("refuses")?.missedSamples ?? 0) > 3)
    let metrics = try String(decoding: BoundedFile.read(rig.directory.device("refuses").metrics, limit: 1 << 20), as: UTF8.self)
    #expect(metrics.contains("\ntikwatch_device_up{routerboard_name=\"refuses\",routerboard_address=\"127.0.0.1\"} 0\n"))
    #expect(!metrics.contains("mktxp_"))
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    #expect(!collector.standardError.contains("s3cret-pass"))
  }

  @Test func aFailingMenuDegradesTheDeviceAndNothingElse() async throws {
    let rig = try await CollectorRig([
      .init(
        name: "gw", ports: [.init(name: "ether1", base: 1000)],
        faults: [["kind": "hang-after", "count": "0", "command": "/system/identity"]])
    ])
    let collector = try rig.collector("metrics_interval = 1")
    try await collector.wait(for: "degraded device", within: 30) {
      rig.state("gw")?.state == .degraded && rig.state("gw")?.reason == "menu"
    }
    let count = try rig.journal("gw", "ether1").count
    try await collector.wait(for: "more samples") { try rig.journal("gw", "ether1").count >= count + 3 }
    #expect(rig.state("gw")?.missedSamples == 0)
    #expect(try await collector.end() == 0)
  }

  @Test func readersInATightLoopLoseNoSample() async throws {
    let rig = try await CollectorRig([.init(name: "gw", ports: [.init(name: "ether1", base: 1_000_000)])])
    let collector = try rig.collector()
    let archive = rig.directory.device("gw").archive("ether1")
    try await collector.wait(for: "archive") { FileManager.default.fileExists(atPath: archive) }
    let readers = try (0..<2).map { _ in
      try ChildProcess(
        "/bin/sh", ["-c", "while :; do rrdtool fetch \(archive) AVERAGE -s -43000 >/dev/null; done"], in: rig.folder)
    }
    let count = try rig.journal("gw", "ether1").count
    try await collector.wait(for: "ten more samples") { try rig.journal("gw", "ether1").count >= count + 10 }
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    for reader in readers { _ = try await reader.end(SIGKILL) }

    let journal = try rig.journal("gw", "ether1")
    let from = Int(journal[0].time) + 1
    let to = Int(journal[journal.count - 1].time)
    let stored = try ArchiveReader(guardSeconds: 0).rows(at: archive, consolidation: .average, step: 1, from: from, to: to - 1)
    let known = stored.rx.count { !$0.isNaN }
    #expect(known >= to - from, "\(known) of \(to - from) seconds")
  }

  @Test func corruptFilesArePutAsideAndRecordingGoesOn() async throws {
    let rig = try await CollectorRig([.init(name: "gw", ports: [.init(name: "ether1", base: 1_000_000)])])
    let directory = rig.directory.device("gw")
    try rig.folder.write("root/edge/devices/gw/interfaces/ether1.rrd", [UInt8](repeating: 0xA5, count: 5000))
    try rig.folder.write("root/edge/devices/gw/device.json", "{\"format\": 1, \"inter".utf8)
    try FileManager.default.createDirectory(atPath: directory.metrics, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: rig.directory.heartbeat, withIntermediateDirectories: true)
    try rig.folder.write("root/edge/live/202001010000.jsonl", "{\"t\":1577836800,\"d\":{\"gw\":\nnot json\n\u{0}\n".utf8)
    try FileManager.default.createDirectory(atPath: rig.directory.live + "/202001010001.jsonl", withIntermediateDirectories: true)
    #expect(mkfifo(rig.directory.live + "/202001010002.jsonl", 0o600) == 0)

    let collector = try rig.collector("metrics_interval = 1")
    try await rig.waitUntilUp(["gw"], collector)
    try await collector.wait(for: "archive with rows") {
      ((try? ArchiveReader().header(at: directory.archive("ether1")).lastUpdate) ?? 0) > 1_600_000_000
    }
    try await collector.wait(for: "metrics") { (try? BoundedFile.read(directory.metrics, limit: 1 << 20)) != nil }
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    let aside = try BoundedFile.list(directory.interfaces).filter { $0.hasPrefix("ether1.rrd.corrupt-") }
    #expect(aside.count == 1)
    #expect(try DeviceFile.read(directory.deviceFile).interfaces["ether1"] != nil)
    let events = try EventFile.read(directory, from: 0, to: 4e9).events
    #expect(events.count { $0.kind == .schema } == 2)
    // The sound lines of an old journal are none of this device's.
    try FileManager.default.removeItem(atPath: rig.directory.live + "/202001010000.jsonl")
    try FileManager.default.removeItem(atPath: rig.directory.live + "/202001010001.jsonl")
    try FileManager.default.removeItem(atPath: rig.directory.live + "/202001010002.jsonl")
    try rig.expectTruth("gw", "ether1")
  }

  @Test func storageThatFailsIsToldAndRecoversByItself() async throws {
    let rig = try await CollectorRig([.init(name: "gw", ports: [.init(name: "ether1", base: 1_000_000)])])
    let directory = rig.directory.device("gw")
    // A file where the folder of archives belongs: neither root nor anybody can create an archive there.
    try rig.folder.write("root/edge/devices/gw/interfaces", "in the way".utf8)
    let collector = try rig.collector()
    try await collector.wait(for: "degraded device", within: 30) {
      rig.state("gw")?.state == .degraded && rig.state("gw")?.reason == "storage"
    }
    #expect(try Heartbeat.read(rig.directory.heartbeat).storage?.lastError?.contains("interfaces") == true)
    try FileManager.default.removeItem(atPath: directory.interfaces)
    try await collector.wait(for: "recovery", within: 30) { rig.state("gw")?.state == .up }
    #expect(try await collector.end() == 0)
    let journal = try rig.journal("gw", "ether1")
    let from = Int(journal[0].time) + 1
    let to = Int(journal[journal.count - 1].time)
    let stored = try ArchiveReader(guardSeconds: 0).rows(
      at: directory.archive("ether1"), consolidation: .average, step: 1, from: from, to: to - 1)
    #expect(stored.rx.count { !$0.isNaN } >= to - from)
    #expect(try Heartbeat.read(rig.directory.heartbeat).storage?.lastError == nil)
  }
}
