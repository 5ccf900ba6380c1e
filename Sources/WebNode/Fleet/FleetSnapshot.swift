import Shared

/// Everything a node knows at one moment, merged from all roots. Immutable: requests work on one snapshot from start to end
/// and never touch a disk for what is in it.
struct FleetSnapshot: Sendable {
  /// The node's clock when it was made, epoch seconds.
  var time: Double
  /// Tells it from others of the same node.
  var serial = 0
  /// By name. Devices that no collector lists any more are not here: see `device(named:)`.
  var devices: [DeviceView] = []
  /// Devices that only have history left, by name.
  var retired: [DeviceView] = []
  var collectors: [CollectorView] = []
  /// In the order of the configuration.
  var roots: [RootView] = []

  private var indexByName: [String: Int] = [:]
  private var indexByFolder: [String: Int] = [:]

  init(time: Double, devices: [DeviceView] = [], collectors: [CollectorView] = [], roots: [RootView] = []) {
    self.time = time
    let sorted = devices.sorted { NaturalOrder.precedes($0.name, $1.name) }
    self.devices = sorted.filter { !$0.isRetired }
    self.retired = sorted.filter(\.isRetired)
    self.collectors = collectors
    self.roots = roots
    for (index, device) in (self.devices + retired).enumerated() {
      indexByName[device.name] = index
      indexByFolder[device.folder] = index
    }
  }

  /// The device with this name; also a retired one.
  func device(named name: String) -> DeviceView? { indexByName[name].map(at) }

  /// The device whose name has this folder form, as it stands in `/devices/{device}`; also a retired one.
  func device(folder: String) -> DeviceView? { indexByFolder[folder].map(at) }

  private func at(_ index: Int) -> DeviceView {
    index < devices.count ? devices[index] : retired[index - devices.count]
  }
}

/// One collector as its heartbeat tells.
struct CollectorView: Sendable, Identifiable {
  /// The name in its heartbeat; that of its folder where the heartbeat cannot be read.
  var name: String
  /// Index of its root.
  var root: Int
  var host: String?
  var version: String?
  /// When it started and when it last wrote its heartbeat, epoch seconds.
  var started: Double?
  var written: Double?
  /// Heartbeat younger than `stale_after`.
  var isFresh: Bool
  /// Seconds since the heartbeat; below zero when the collector's clock is ahead of ours.
  var heartbeatAge: Double?
  /// Seconds that its clock is ahead of this node's, as its heartbeats tell; below zero: behind, or its files are seen so late. `nil` until
  /// the node saw a heartbeat appear. See ``ClockWatch``.
  var clockOffset: Double?
  /// Whether that is so much that somebody should look.
  var isClockOff: Bool { ClockWatch.isOff(clockOffset) }
  /// Seconds between samples.
  var interval: Double?
  var deviceCount: Int
  /// Bytes that wait outside the root, and samples that wait to be written.
  var spoolBytes: Int?
  var pendingSamples: Int?
  /// What its heartbeat tells about its storage.
  var storage: Heartbeat.Storage?
  /// What is wrong, in words: with its storage, or with a file of its that could not be read.
  var problem: String?
  /// Lines of its journal that could not be read since the node started.
  var badLines: Int
  /// Files of its that could not be read, at present.
  var badFiles: Int
  /// How its last reading of its configuration went.
  var config: Heartbeat.Config?

  var id: String { "\(root)/\(name)" }
}

/// One root.
struct RootView: Sendable, Identifiable {
  var path: String
  /// When it was last looked through, epoch seconds; `nil`: not yet.
  var scanned: Double?
  /// It does not answer: the last look has not come back for longer than it should.
  var isHung: Bool
  /// Why it cannot be read.
  var problem: String?

  var id: String { path }
  /// Whether it could be read of late.
  var isReadable: Bool { scanned != nil && !isHung && problem == nil }
}
