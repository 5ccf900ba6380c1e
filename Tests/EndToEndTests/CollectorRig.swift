import Foundation
import Shared
import TestSupport

/// A fake device program, a root, and a collector between them.
final class CollectorRig: Sendable {
  /// One interface of a fake device.
  struct Port {
    var name: String
    /// Mean bytes per second both ways; 0: nothing but bursts.
    var base = 0
    var bursts: [Burst] = []
    var wrap32 = false
  }

  struct Burst {
    var from: Int
    var to: Int
    var rx: Int
    var tx: Int
  }

  /// One fake device.
  struct Device {
    var name: String
    var ports: [Port]
    /// Members of the data file's fault, e.g. `["kind": "refuse"]`.
    var faults: [[String: String]] = []
    /// Seconds after the program's start and seconds of being away.
    var reboot: (after: Double, seconds: Double)?
    var boot: Int?
  }

  /// The machine is too busy: no collector was running after 90 s.
  struct TooBusy: Error {}

  let folder: TemporaryDirectory
  let root: String
  let fake: ChildProcess
  /// By device name.
  let ports: [String: String]
  /// By device name, where the program offers API-SSL.
  let tlsPorts: [String: String]
  let anonymousPorts: [String: String]

  /// Where samples wait when the root does not take them.
  var spool: String { folder.file("spool") }
  var directory: CollectorDirectory { DataDirectory(root: root).collector("edge") }

  /// Starts the fake devices, with more arguments for their program.
  init(_ devices: [Device], arguments: [String] = []) async throws {
    folder = try TemporaryDirectory()
    root = folder.file("root")
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    let data = try folder.write("devices.json", Self.json(devices).utf8)
    fake = try ChildProcess(
      try Products.path("tikwatch-fakedevice"), ["run", "--data", data, "--port", "0"] + arguments, in: folder)
    _ = try await fake.line(startingWith: "ready")
    var ports: [String: [String: String]] = [:]
    for line in fake.standardOutput.split(separator: "\n") where line.hasPrefix("listening ") {
      let words = line.split(separator: " ")
      let kind = words.count > 3 ? String(words[3]) : "plain"
      ports[kind, default: [:]][String(words[1])] = words[2].split(separator: ":").last.map(String.init)
    }
    self.ports = ports["plain"] ?? [:]
    tlsPorts = ports["tls"] ?? [:]
    anonymousPorts = ports["anonymous-tls"] ?? [:]
  }

  /// Runs `body` with a number of seconds after which something is to happen at the device, and again with more when the machine was too
  /// busy to have a collector running by then: `body` answers false.
  static func withLead(_ body: (_ seconds: Int) async throws -> Bool) async throws {
    for seconds in [6, 25, 90] where try await body(seconds) { return }
    throw TooBusy()
  }

  /// Writes `collector.conf` with these lines in its `[collector]` and device sections, and starts a collector.
  ///
  /// - Parameters:
  ///   - storage: where the collector sees the root, if not where the test does.
  ///   - lines: of a device's section, in place of its port.
  ///   - environment: more variables for the collector.
  func collector(
    _ settings: String = "", devices: String = "", arguments: [String] = [], storage: String? = nil,
    lines: [String: String] = [:], environment: [String: String] = [:]
  ) throws -> ChildProcess {
    let path = try configuration(settings, devices: devices, storage: storage, lines: lines)
    return try ChildProcess(
      try Products.path("tikwatch-collector"), ["run", "--config", path] + arguments, in: folder, environment: environment)
  }

  /// Starts a collector that is not root, whoever the tests are, and hands it these files and folders: root may do everything.
  func unprivileged(_ arguments: [String], owning places: [String], environment: [String: String] = [:]) throws -> ChildProcess {
    let program = try Products.path("tikwatch-collector")
    guard geteuid() == 0 else { return try ChildProcess(program, arguments, in: folder, environment: environment) }
    let nobody: UInt32 = 65534
    for place in places {
      guard chown(place, nobody, nobody) == 0 else { throw FileError(errno: errno, "give away", place) }
    }
    return try ChildProcess(
      "/usr/bin/setpriv", ["--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups", program] + arguments, in: folder,
      environment: environment)
  }

  @discardableResult
  func configuration(_ settings: String = "", devices: String = "", storage: String? = nil, lines: [String: String] = [:])
    throws -> String
  {
    var text =
      "[collector]\nid = edge\nstorage = \(storage ?? root)\nretention = compact\nflush_interval = 1\nspool = \(spool)\n\(settings)\n"
    text += "[default]\nhostname = 127.0.0.1\nusername = admin\npassword = s3cret-pass\n\(devices)\n"
    for (name, port) in ports.sorted(by: { $0.key < $1.key }) {
      text += "[\(name)]\n\(lines[name] ?? "port = \(port)")\n"
    }
    let path = try folder.write("collector.conf", text.utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    return path
  }

  /// The state of a device in the heartbeat, if there is one by now.
  func state(_ device: String) -> Heartbeat.Device? { (try? Heartbeat.read(directory.heartbeat))?.devices[device] }

  /// Waits until the heartbeat shows every one of these devices up.
  func waitUntilUp(_ devices: [String], _ collector: ChildProcess) async throws {
    try await collector.wait(for: "heartbeat with \(devices) up") {
      // An earlier collector may have left a heartbeat too.
      guard let heartbeat = try? Heartbeat.read(directory.heartbeat), heartbeat.pid == collector.pid else { return false }
      return devices.allSatisfy { heartbeat.devices[$0]?.state == .up }
    }
  }

  /// All readings of an interface in the journal, oldest first.
  func journal(_ device: String, _ key: String) throws -> [(time: Double, value: LiveLine.Interface)] {
    var readings: [(Double, LiveLine.Interface)] = []
    for name in try BoundedFile.list(directory.live).sorted() where name.hasSuffix(".jsonl") {
      for line in try BoundedFile.read(directory.live + "/" + name, limit: 64 << 20).split(separator: UInt8(ascii: "\n")) {
        guard let live = LiveLine.decode(Array(line)), let sample = live.devices[device], let value = sample.interfaces[key]
        else {
          continue
        }
        readings.append((sample.time, value))
      }
    }
    return readings
  }

  func ledger(_ device: String, _ key: String) throws -> [LedgerRow] {
    let file = LedgerFile(directory: directory.device(device), key: key)
    return try file.months().flatMap { try file.rows(month: $0).rows }
  }

  /// Runs a program to its end and returns what it printed.
  func output(_ program: String, _ arguments: [String]) async throws -> String {
    let process = try ChildProcess(program, arguments, in: folder)
    _ = try await process.exitStatus()
    return process.standardOutput
  }

  private static func json(_ devices: [Device]) throws -> String {
    let list: [[String: Any]] = devices.map { device in
      var object: [String: Any] = [
        "name": device.name, "version": "7.16.2", "user": "admin", "password": "s3cret-pass",
        "menus": [
          "/system/identity": [["name": device.name]], "/system/resource": [["version": "7.16.2 (stable)", "uptime": "$uptime"]],
        ],
        "interfaces": device.ports.enumerated().map { index, port in interface(index, port) },
        "faults": device.faults.map { $0.mapValues { Double($0).map { $0 as Any } ?? $0 } },
      ]
      if let reboot = device.reboot { object["reboots"] = [["after": reboot.after, "seconds": reboot.seconds]] }
      if let boot = device.boot { object["boot"] = boot }
      return object
    }
    return String(decoding: try JSONSerialization.data(withJSONObject: ["devices": list]), as: UTF8.self)
  }

  private static func interface(_ index: Int, _ port: Port) -> [String: Any] {
    func traffic(_ bytes: (Burst) -> Int) -> [String: Any] {
      ["base": port.base, "bursts": port.bursts.map { ["from": $0.from, "to": $0.to, "bytes": bytes($0)] }]
    }
    return [
      "row": [
        ".id": "*\(String(index + 1, radix: 16, uppercase: true))", "name": port.name, "default-name": port.name, "type": "ether",
        "mac-address": "48:A9:8A:00:00:0\(index + 1)", "running": true, "disabled": false,
      ],
      "rx": traffic(\.rx), "tx": traffic(\.tx), "wrap32": port.wrap32,
    ]
  }
}
