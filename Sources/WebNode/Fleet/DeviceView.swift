import Shared

/// How a device is doing, as the node shows it.
enum DeviceState: String, Sendable, CaseIterable {
  case up
  /// Counters flow, but a menu, the storage or a file fails; the reason names it.
  case degraded
  case down
  /// No answer yet since the collector started.
  case starting
  /// It reports by itself.
  case push
  /// Neither sample nor heartbeat for longer than `stale_after`: what is shown is old.
  case stale

  /// Whether somebody should look.
  var isProblem: Bool {
    switch self {
    case .degraded, .down, .stale: true
    case .up, .starting, .push: false
    }
  }
}

/// One device, merged from every collector that watches it.
struct DeviceView: Sendable, Identifiable {
  /// Where one collector keeps the files of this device.
  struct Folder: Sendable, Hashable {
    /// Index of the root in the configuration.
    var root: Int
    /// Name of the collector.
    var collector: String
    var directory: DeviceDirectory
    /// `false`: its root has not answered for a while.
    var isAnswering = true
  }

  /// How one collector sees the device: provenance.
  struct Replica: Sendable, Hashable {
    var root: Int
    var collector: String
    var state: DeviceState
    var reason: String?
    /// When its newest sample was taken, epoch seconds.
    var sampleTime: Double?
    /// It does not list the device any more (or never did): only its past counts.
    var isRetired: Bool
    /// What happened, in words, and when that state began.
    var message: String?
    var since: Double?
    /// Samples that were due and did not come, since the collector started.
    var missedSamples: Int?
    var latencyMs: Double?
    /// The share of the time since midnight whose bytes it knows.
    var coverage: Double?
  }

  /// The name in the collector's configuration.
  var name: String
  var state: DeviceState
  /// A reason code: those of the heartbeat; `sample` or `heartbeat` (nothing new came) when stale; `nil` when up.
  var reason: String?
  /// What happened, in words.
  var message: String?
  /// When the state began, epoch seconds.
  var since: Double?
  var identity: String?
  var model: String?
  var serial: String?
  var version: String?
  /// The configured host.
  var address: String?
  var labels: [String: String] = [:]
  var billing: DeviceFile.Billing?
  /// Seconds since boot, at the heartbeat.
  var uptime: Double?
  var latencyMs: Double?
  var cpuPercent: Double?
  var memoryPercent: Double?
  /// °C.
  var temperature: Double?
  var missedSamples: Int?
  /// Names of the collectors that list it, each once, the freshest first: the first one's values are shown.
  var collectors: [String] = []
  /// All who know it, in the same order; those that only have a past of it come last.
  var replicas: [Replica] = []
  /// Its folders, in the order of `replicas`.
  var folders: [Folder] = []
  /// The same in an order that only changes when a replica's state does: who reads again and again what each collector counts by itself
  /// shall not go back and forth between them, and every node shall choose alike.
  var steadyFolders: [Folder] = []
  /// Seconds between samples.
  var interval: Double = 1
  /// When the newest sample was taken, epoch seconds.
  var sampleTime: Double?
  /// Seconds that the clock of the collector whose word counts is ahead of ours; `nil` while that is not worth telling.
  var clockOffset: Double?
  /// Sum over the uplinks, or over all interfaces where no uplink is known; `nil` while unknown or down.
  var rxRate: Double?
  var txRate: Double?
  /// Sorted by name the way people count (ether2 before ether10), uplinks first.
  var interfaces: [InterfaceView] = []
  /// Bytes since local midnight (in the device's billing zone), from the ledgers of all replicas; `nil` while nothing is known of it.
  var today: UsageAmount?
  /// No collector lists it any more; its history is still served.
  var isRetired = false

  var id: String { name }
  /// The name in paths of URLs and files.
  var folder: String { FolderName.escape(name) }

  /// The interfaces whose sum stands for the device.
  var totalInterfaces: [InterfaceView] {
    let uplinks = interfaces.filter(\.isUplink)
    return uplinks.isEmpty ? interfaces : uplinks
  }

  /// The interface with this present name, else former name, else key.
  func interface(named text: String) -> InterfaceView? {
    interfaces.first { $0.name == text } ?? interfaces.first { $0.formerNames.contains(text) }
      ?? interfaces.first { $0.key == text } ?? interfaces.first { $0.sources.contains { $0.key == text } }
  }

  /// The sum of the second that ends at `second`; `nil` when an interface that was being sampled has no value for it.
  func rates(endingAt second: Int) -> Rates? { Self.sum(totalInterfaces, endingAt: second) }

  /// The end of the newest second that is decided for the sum, 0 where there is none.
  var historyEnd: Int {
    let ends = totalInterfaces.map(\.historyEnd)
    let newest = ends.max() ?? 0
    return ends.filter { $0 > newest - InterfaceView.waitsFor }.min() ?? newest
  }

  /// The `count` seconds before `end` (default: the newest that is decided), summed over the uplinks.
  func spark(seconds count: Int = 900, end: Int? = nil) -> Spark {
    let end = end ?? historyEnd
    guard end >= count else { return .empty }
    let parts = totalInterfaces
    return Spark(t0: end - count, values: (end - count..<end).map { Self.sum(parts, endingAt: $0 + 1) })
  }

  private static func sum(_ interfaces: [InterfaceView], endingAt second: Int) -> Rates? {
    var total: Rates?
    for interface in interfaces {
      if let rates = interface.rates(endingAt: second) {
        total = total.map { $0 + rates } ?? rates
      } else if interface.histories.contains(where: { $0.wasDue(second) }) {
        return nil
      }
    }
    return total
  }
}
