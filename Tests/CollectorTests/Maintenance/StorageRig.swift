import Foundation
import Shared
import TestSupport

@testable import Collector

/// A collector's folder with one of everything, as a collector leaves it.
struct StorageRig {
  static let start = 1_795_219_200
  static let now = Double(start) + 2000
  static let archive = "devices/gw/interfaces/ether1.rrd"
  static let ledger = "devices/gw/usage/ether1/2026-11.csv"
  static let events = "devices/gw/events/2026-11.jsonl"
  static let journal = "live/202611202000.jsonl"

  let folder: TemporaryDirectory
  let context: StorageContext

  var directory: CollectorDirectory { context.directory }

  init() throws {
    folder = try TemporaryDirectory()
    let root = folder.file("root")
    let path = try folder.write(
      "collector.conf",
      """
      [collector]
      id = edge
      storage = \(root)
      [retention small]
      archives = 1s:10m, 10s:1h
      [retention other]
      archives = 1s:20m, 1m:1d
      [gw]
      hostname = 192.0.2.1
      username = tikwatch
      password = secret
      retention = small

      """.utf8)
    var source = ConfigSource(.file(path))
    source.allowsExposedSecrets = true
    let config = try source.load().config
    context = StorageContext(
      directory: DataDirectory(root: root).collector(config.id), root: root, devices: config.devices,
      retentions: try RetentionCatalog.load(.file(path)))
    try fill()
  }

  private func fill() throws {
    let device = directory.device("gw")
    for path in [directory.live, device.interfaces] { try AtomicFile.createFolder(path) }
    try write(".lock", "pid 1 host edge-1\n")
    var file = DeviceFile(device: "gw", address: "192.0.2.1")
    file.interfaces["ether1"] = DeviceFile.Interface(name: "ether1")
    try file.write(device.deviceFile)
    // Long ago: no collector is at work.
    try Heartbeat(
      collector: "edge", host: "edge-1", pid: 1, version: "0", started: Double(Self.start), written: Double(Self.start),
      sequence: 1,
      interval: 1, devices: [:]
    ).write(directory.heartbeat)
    try write("devices/gw/metrics.prom", "# written 1795219200\n# HELP a b\n# TYPE a gauge\na{b=\"c d\"} 1\na{b=\"e\"} NaN\n")
    try write("devices/gw/tables.json", "{\"format\": 1, \"tables\": {}}\n")
    let retention = try Retention(name: "small", parsing: "1s:10m, 10s:1h")
    try ArchiveWriter().create(at: device.archive("ether1"), retention: retention, start: Self.start)
    try ArchiveWriter().append(
      (1...900).map { ArchiveRow(time: Self.start + $0, rx: 8000, tx: 80) }, to: device.archive("ether1"))
    let rows = (0..<3).map { (index: Int) -> LedgerRow in
      let start = Self.start + index * 300
      let counter = UInt64(index + 1) * 3000
      return LedgerRow(
        start: start, secondsCovered: 300, rxBytes: 300_000, txBytes: 3000, flags: .partial, at: Double(start + 300),
        rxCounter: counter * 100, txCounter: counter)
    }
    let (written, failure) = LedgerFile(directory: device, key: "ether1").append(rows)
    precondition(written == 3 && failure == nil)
    try EventFile.append([EventLine(t: Double(Self.start), kind: .reboot, text: "it rebooted")], to: device)
    let line = LiveLine(time: Double(Self.start), devices: ["gw": .init(time: Double(Self.start), interfaces: [:])])
    try AtomicFile.append(directory.path + "/" + Self.journal, line.encoded(), durability: .atomic)
  }

  func path(_ name: String) -> String { directory.path + "/" + name }

  func write(_ name: String, _ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path(name))) }

  func append(_ name: String, _ text: String) throws {
    try Data(try bytes(name) + text.utf8).write(to: URL(fileURLWithPath: path(name)))
  }

  func bytes(_ name: String) throws -> [UInt8] { try BoundedFile.read(path(name), limit: 1 << 24) }

  /// All files and folders with their content, as far as they are files.
  func snapshot() throws -> [String: Data] {
    var all: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: directory.path) {
      all[name] = FileManager.default.contents(atPath: path(name)) ?? Data()
    }
    return all
  }

  func verify(now: Double = StorageRig.now) throws -> [StorageFinding] { try StorageVerifier.run(context, now: now).findings }

  /// What is wrong, by path.
  func problems(now: Double = StorageRig.now) throws -> [String: [String]] {
    Dictionary(
      uniqueKeysWithValues: try verify(now: now).filter { $0.status == .problem }.map { ($0.path, $0.problems.map(\.text)) })
  }
}
