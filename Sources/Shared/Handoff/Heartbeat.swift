/// `heartbeat.json`: what a collector knows about itself and its devices, replaced every two seconds.
///
/// Times are RFC 3339 UTC with milliseconds. Unknown members are ignored, so a reader copes with a later writer.
package struct Heartbeat: Codable, Sendable, Equatable {
  /// The state of one device as its collector sees it.
  package struct Device: Codable, Sendable, Equatable {
    /// `starting` until the first answer; `degraded`: counters flow, but a menu or the storage fails; `push`: it reports by itself.
    package enum State: String, Codable, Sendable, CaseIterable { case up, degraded, down, starting, push }

    package var state: State
    /// A reason code (DESIGN §9), `nil` when up.
    package var reason: String?
    /// What happened, in words for people; never a secret.
    package var message: String?
    /// When the present state began.
    package var since: String?
    /// The last successful sample.
    package var lastSuccess: String?
    /// Round trip of the last counter query.
    package var latencyMs: Double?
    /// The configured host.
    package var address: String
    /// The device's own name (`/system/identity`).
    package var identity: String?
    package var model: String?
    package var version: String?
    /// Seconds since the device booted.
    package var uptime: Double?
    /// Sum over the device's uplinks, or over its recorded interfaces where no uplink is known; bit/s.
    package var rxBps: Double?
    package var txBps: Double?
    /// How many interfaces are recorded.
    package var interfaces: Int?
    /// Samples that were due and did not come, since the collector started.
    package var missedSamples: Int?
    /// Load of the device's processors in percent, memory in use in percent, temperature in °C: `nil` where the device has none.
    package var cpuPercent: Double?
    package var memoryPercent: Double?
    package var temperature: Double?

    package init(state: State, address: String) {
      self.state = state
      self.address = address
    }
  }

  /// How writing to the root goes.
  package struct Storage: Codable, Sendable, Equatable {
    /// Bytes that wait on the collector's local disk.
    package var spoolBytes: Int?
    package var lastError: String?
    /// Samples that wait to be written to archives.
    package var pendingSamples: Int?
    /// Samples given up since the start because the spool was full.
    package var spoolDroppedSamples: Int?
    /// Samples given up since the start because neither disk nor spool took them.
    package var droppedSamples: Int?
    /// Length of the last round of writes to archives and ledgers, seconds.
    package var flushSeconds: Double?
    /// Bytes that are free on the root's file system, that archives will still take, and that are never taken for one.
    package var freeBytes: Int?
    package var neededBytes: Int?
    package var reservedBytes: Int?
    package init() {}
  }

  /// How the collector's last reading of its configuration went.
  package struct Config: Codable, Sendable, Equatable {
    /// Whether the newest state of the files is in force.
    package var lastReloadSuccessful = true
    /// When the configuration in force was read.
    package var lastReload: String?
    /// What is wrong with the files, in words for people; never a secret.
    package var problem: String?

    /// - Parameter lastReload: epoch seconds.
    package init(lastReload: Double) { self.lastReload = UTCTime.rfc3339(lastReload) }
  }

  /// The formats this version reads.
  package static let knownFormats = 1...1
  /// The largest file that is read.
  package static let sizeLimit = 16 << 20

  package var format: Int
  package var collector: String
  package var host: String
  package var pid: Int
  package var version: String
  package var started: String
  package var written: String
  package var sequence: Int
  /// Seconds between samples.
  package var interval: Double
  package var devices: [String: Device]
  package var storage: Storage?
  package var publicIP: String?
  /// The newest RouterOS version of each release channel that a device is on, where that is looked for.
  package var updates: [String: String]?
  package var config: Config?

  package init(
    collector: String, host: String, pid: Int, version: String, started: Double, written: Double, sequence: Int,
    interval: Double, devices: [String: Device]
  ) {
    self.format = 1
    self.collector = collector
    self.host = host
    self.pid = pid
    self.version = version
    self.started = UTCTime.rfc3339(started)
    self.written = UTCTime.rfc3339(written)
    self.sequence = sequence
    self.interval = interval
    self.devices = devices
  }

  /// `written` as an epoch.
  package var writtenEpoch: Double? { UTCTime.epoch(rfc3339: written) }

  /// Reads the file at `path`; blocking.
  package static func read(_ path: String) throws(FileError) -> Heartbeat {
    let heartbeat = try JSONFile.read(Heartbeat.self, path, limit: sizeLimit)
    guard knownFormats.contains(heartbeat.format) else {
      throw FileError(.malformed, "read", path, "format \(heartbeat.format) is not known to this version")
    }
    return heartbeat
  }

  /// Replaces the file at `path`; blocking. Not synced: a heartbeat need not outlive a power cut.
  package func write(_ path: String) throws(FileError) {
    try AtomicFile.replace(path, with: encoded(), durability: .atomic)
  }
}
