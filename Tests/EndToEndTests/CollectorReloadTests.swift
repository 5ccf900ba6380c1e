import Foundation
import Shared
import TestSupport
import Testing

/// Changes of the configuration while the collector runs.
@Suite struct CollectorReloadTests {
  private static let port = CollectorRig.Port(name: "ether1", base: 100_000)

  private static func rig(_ names: String...) async throws -> CollectorRig {
    try await CollectorRig(names.map { .init(name: $0, ports: [port]) })
  }

  /// Replaces the file as an editor does: written beside and renamed.
  @discardableResult
  private static func write(_ rig: CollectorRig, _ devices: [(name: String, lines: String)], settings: String = "") throws
    -> String
  {
    var text =
      "[collector]\nid = edge\nstorage = \(rig.root)\nretention = compact\nflush_interval = 1\nspool = \(rig.spool)\n\(settings)\n"
    text += "[default]\nhostname = 127.0.0.1\nusername = admin\npassword = s3cret-pass\n"
    for (name, lines) in devices { text += "[\(name)]\nport = \(rig.ports[name] ?? "1")\n\(lines)\n" }
    let beside = try rig.folder.write("beside.conf", text.utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: beside)
    let path = rig.folder.file("collector.conf")
    guard rename(beside, path) == 0 else { throw POSIXError(.EIO) }
    return path
  }

  private static func start(_ rig: CollectorRig, _ path: String, environment: [String: String] = [:]) throws -> ChildProcess {
    try ChildProcess(
      try Products.path("tikwatch-collector"), ["run", "--config", path], in: rig.folder, environment: environment)
  }

  private static func config(_ rig: CollectorRig) -> Heartbeat.Config? { (try? Heartbeat.read(rig.directory.heartbeat))?.config }

  private static func devices(_ rig: CollectorRig) -> Set<String> {
    Set((try? Heartbeat.read(rig.directory.heartbeat))?.devices.keys.map { $0 } ?? [])
  }

  /// The increases in the journal are those of the counters: none is missing, none counts twice.
  private static func expectExact(_ rig: CollectorRig, _ device: String) throws {
    let readings = try rig.journal(device, "ether1").map(\.value)
    let first = try #require(readings.first?.rxCounter)
    let last = try #require(readings.last?.rxCounter)
    let sum = readings.dropFirst().reduce(UInt64(0)) { $0 + ($1.rxBytes ?? 0) }
    #expect(sum == last - first, "\(device)")
  }

  @Test func theServiceManagerHearsOfEachReading() async throws {
    // Seldom alive: the kernel keeps ten messages that nobody has read.
    let manager = try NotifySocket()
    let rig = try await Self.rig("stays")
    let path = try Self.write(rig, [("stays", "")])
    let collector = try Self.start(rig, path, environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "10000000"])
    try await collector.wait(for: "readiness") {
      manager.messages.contains("READY=1") && manager.messages.contains("WATCHDOG=1")
    }
    var before = manager.messages.count
    kill(collector.pid, SIGHUP)
    try await collector.wait(for: "a reading") { Self.isReread(manager.messages[before...]) }
    // A change is read without a signal; one that is refused ends the reading too.
    before = manager.messages.count
    try Self.write(rig, [("stays", "port = none")])
    try await collector.wait(for: "a refusal") { Self.isReread(manager.messages[before...]) }
    try await collector.wait(for: "a refusal in the heartbeat") { Self.config(rig)?.lastReloadSuccessful == false }
    #expect(try await collector.end(within: 10) == 0)
    #expect(manager.messages.contains("STOPPING=1"))
  }

  /// As `sd_notify(3)` wants it: the time of the beginning on the monotonic clock, and readiness after it.
  private static func isReread(_ messages: ArraySlice<String>) -> Bool {
    guard let begin = messages.firstIndex(where: { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") }),
      let time = Double(messages[begin].dropFirst("RELOADING=1\nMONOTONIC_USEC=".count))
    else { return false }
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let age = Double(now.tv_sec) + Double(now.tv_nsec) / 1e9 - time / 1e6
    return (0..<600).contains(age) && messages[begin...].contains("READY=1")
  }

  @Test func onlyWhatChangesRestarts() async throws {
    let rig = try await Self.rig("stays", "goes", "comes", "alters")
    let path = try Self.write(rig, [("stays", ""), ("goes", ""), ("alters", "")])
    let collector = try Self.start(rig, path)
    try await rig.waitUntilUp(["stays", "goes", "alters"], collector)
    try await collector.wait(for: "first samples") { try rig.journal("stays", "ether1").count >= 3 }

    let began = ContinuousClock.now
    try Self.write(rig, [("stays", ""), ("alters", "custom_labels = site:riga"), ("comes", "")])
    try await collector.wait(for: "the new device in place of the old") {
      Self.devices(rig) == ["stays", "alters", "comes"] && rig.state("comes")?.state == .up && rig.state("alters")?.state == .up
    }
    // Within 5 s it is picked up; the rest is connecting and the next heartbeat on a busy machine.
    #expect(ContinuousClock.now - began < .seconds(15))
    // A device that comes has its archive too.
    try await collector.wait(for: "an archive of the new device") {
      FileManager.default.fileExists(atPath: rig.directory.device("comes").archive("ether1"))
    }
    try await collector.wait(for: "the new label") {
      let metrics = (try? BoundedFile.read(rig.directory.device("alters").metrics, limit: 1 << 20)) ?? []
      return String(decoding: metrics, as: UTF8.self).contains("site=\"riga\"")
    }

    // What went comes back: the counters close the gap.
    try Self.write(rig, [("stays", ""), ("alters", "custom_labels = site:riga"), ("comes", ""), ("goes", "")])
    try await collector.wait(for: "the old device again") { rig.state("goes")?.state == .up }
    let count = try rig.journal("goes", "ether1").count
    try await collector.wait(for: "more samples") { try rig.journal("goes", "ether1").count >= count + 3 }

    #expect(try await collector.end() == 0, "\(collector.standardError)")
    for device in ["stays", "goes", "comes", "alters"] { try Self.expectExact(rig, device) }
    // The device that stayed kept its session: every sample has a rate, and it went up once.
    let steady = try rig.journal("stays", "ether1").dropFirst()
    #expect(steady.allSatisfy { $0.value.rxRate != nil })
    let ups = collector.standardError.split(separator: "\n").filter { $0.contains("Device is up") && $0.contains("device=stays") }
    #expect(ups.count == 1)
    func configEvents(_ device: String) throws -> [String] {
      try EventFile.read(rig.directory.device(device), from: 0, to: 4e9).events.filter { $0.kind == .config }.map(\.text)
    }
    #expect(try configEvents("alters") == ["the configuration has changed: other labels"])
    #expect(try configEvents("comes") == ["the device is configured"])
    #expect(try configEvents("goes") == ["the device is no longer configured: sampling ends", "the device is configured"])
    #expect(try configEvents("stays").isEmpty)
    #expect(!collector.standardError.contains("s3cret-pass"))
  }

  @Test func aBrokenFileLeavesTheOldConfigurationInForce() async throws {
    let rig = try await Self.rig("gw")
    let path = try Self.write(rig, [("gw", "")])
    let collector = try Self.start(rig, path)
    try await rig.waitUntilUp(["gw"], collector)
    #expect(Self.config(rig)?.lastReloadSuccessful == true)
    let first = try #require(Self.config(rig)?.lastReload)

    try Self.write(rig, [("gw", "port = many")])
    try await collector.wait(for: "a refusal in the heartbeat") { Self.config(rig)?.lastReloadSuccessful == false }
    #expect(Self.config(rig)?.lastReload == first)
    #expect(collector.standardError.contains("Configuration refused, the old one stays in force"))
    let count = try rig.journal("gw", "ether1").count
    try await collector.wait(for: "more samples") { try rig.journal("gw", "ether1").count >= count + 2 }
    #expect(rig.state("gw")?.state == .up)

    // What stands for the process is refused as well.
    try Self.write(rig, [("gw", "")], settings: "sample_interval = 2")
    try await collector.wait(for: "the refused key") {
      collector.standardError.contains("restart the collector to change sample_interval")
    }
    #expect(Self.config(rig)?.lastReloadSuccessful == false)

    try Self.write(rig, [("gw", "")])
    try await collector.wait(for: "success in the heartbeat") { Self.config(rig)?.lastReloadSuccessful == true }
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    try Self.expectExact(rig, "gw")
  }

  @Test func aHangUpReadsAtOnceAndEndsNothing() async throws {
    let rig = try await Self.rig("gw", "late")
    let path = try Self.write(rig, [("gw", "")])
    let collector = try Self.start(rig, path)
    try await rig.waitUntilUp(["gw"], collector)
    kill(collector.pid, SIGHUP)
    try await collector.wait(for: "word of the reading") {
      collector.standardError.contains("Configuration read: nothing has changed")
    }
    try Self.write(rig, [("gw", ""), ("late", "")])
    kill(collector.pid, SIGHUP)
    try await rig.waitUntilUp(["gw", "late"], collector)
    #expect(try await collector.end() == 0, "\(collector.standardError)")
  }

  @Test func aNewPasswordInItsFileIsTaken() async throws {
    let rig = try await Self.rig("gw")
    try rig.folder.write("secret", "wrong\n".utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: rig.folder.file("secret"))
    let path = try Self.write(rig, [("gw", "password_file = secret")])
    let collector = try Self.start(rig, path)
    try await collector.wait(for: "a refused login") { rig.state("gw")?.reason == "login" }
    try rig.folder.write("secret", "s3cret-pass\n".utf8)
    // The wait of half a minute after a refused login is over with the wrong password.
    try await rig.waitUntilUp(["gw"], collector)
    #expect(try await collector.end() == 0, "\(collector.standardError)")
  }
}
