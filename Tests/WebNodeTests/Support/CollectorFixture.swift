import Foundation
import Shared

/// Writes a collector's folder as a collector would, with the same code, at times that the test chooses.
struct CollectorFixture {
  let name: String
  let directory: CollectorDirectory
  var heartbeat: Heartbeat

  init(_ name: String, root: String, now: Double, interval: Double = 1) throws {
    self.name = name
    directory = DataDirectory(root: root).collector(name)
    heartbeat = Heartbeat(
      collector: name, host: "host-\(name)", pid: 1, version: "1.0", started: now - 3600, written: now, sequence: 1,
      interval: interval,
      devices: [:])
    for path in [directory.live, directory.devices] { try AtomicFile.createFolder(path) }
  }

  /// Lists a device in the heartbeat; `write` puts it on disk.
  mutating func set(_ device: String, _ state: Heartbeat.Device.State, _ change: (inout Heartbeat.Device) -> Void = { _ in }) {
    var entry = heartbeat.devices[device] ?? Heartbeat.Device(state: state, address: "192.0.2.1")
    entry.state = state
    change(&entry)
    heartbeat.devices[device] = entry
  }

  mutating func beat(at time: Double) throws {
    heartbeat.written = UTCTime.rfc3339(time)
    heartbeat.sequence += 1
    try heartbeat.write(directory.heartbeat)
  }

  /// Writes `device.json` with these interfaces: (key, name, role).
  func describe(
    _ device: String, _ interfaces: [(key: String, name: String, role: String?)],
    _ change: (inout DeviceFile) -> Void = { _ in }
  ) throws {
    var file = DeviceFile(device: device, address: "192.0.2.1")
    for (key, name, role) in interfaces {
      var interface = DeviceFile.Interface(name: name)
      interface.role = role
      interface.type = "ether"
      interface.running = true
      file.interfaces[key] = interface
    }
    change(&file)
    try AtomicFile.createFolder(directory.device(device).path)
    try file.write(directory.device(device).deviceFile)
  }

  /// Appends one journal line: a sample at `time` (a whole second), whose rates are those of the second that ends there.
  func sample(at time: Int, _ devices: [String: [String: Truth]], isFirst: Bool = false) throws {
    var line = LiveLine(time: Double(time) + 0.1, devices: [:])
    for (device, interfaces) in devices {
      var entry = LiveLine.Device(time: Double(time), interfaces: [:])
      for (key, truth) in interfaces {
        let rx = UInt64(truth.rx(time))
        let tx = UInt64(truth.tx(time))
        entry.interfaces[key] = LiveLine.Interface(
          rxRate: isFirst ? nil : rx, txRate: isFirst ? nil : tx, rxBytes: isFirst ? nil : rx / 8,
          txBytes: isFirst ? nil : tx / 8,
          rxCounter: UInt64(time), txCounter: UInt64(time))
      }
      line.devices[device] = entry
    }
    try AtomicFile.append(directory.live(minuteOf: time), line.encoded(), durability: .atomic)
  }

  /// Journal lines for the seconds in `range`; the first has no rates.
  func samples(_ range: ClosedRange<Int>, _ devices: [String: [String: Truth]], continues: Bool = false) throws {
    for time in range { try sample(at: time, devices, isFirst: time == range.lowerBound && !continues) }
  }

  /// An archive that holds the seconds that end in `range`, apart from those in `gaps`.
  func archive(
    _ device: String, _ key: String, _ truth: Truth, _ range: ClosedRange<Int>, gaps: [ClosedRange<Int>] = [],
    retention: Retention = .compact
  ) throws {
    let folder = directory.device(device)
    try AtomicFile.createFolder(folder.interfaces)
    let writer = ArchiveWriter()
    try writer.create(at: folder.archive(key), retention: retention, start: range.lowerBound - 1)
    let rows = range.filter { second in !gaps.contains { $0.contains(second) } }
      .map { ArchiveRow(time: $0, rx: truth.rx($0), tx: truth.tx($0)) }
    try writer.append(rows, to: folder.archive(key))
  }

  func metrics(_ device: String, written: Double, _ text: String) throws {
    let folder = directory.device(device)
    try AtomicFile.createFolder(folder.path)
    try AtomicFile.replace(folder.metrics, with: Array("# written \(written)\n\(text)".utf8), durability: .atomic)
  }
}
