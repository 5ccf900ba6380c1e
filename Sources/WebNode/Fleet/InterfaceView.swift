import Shared

/// One interface of a device, as pages and API show it.
struct InterfaceView: Sendable, Identifiable {
  /// Where one collector keeps the files of this interface.
  struct Source: Sendable, Hashable {
    /// Index of the root in the configuration.
    var root: Int
    /// Name of the collector.
    var collector: String
    var directory: DeviceDirectory
    /// The key under which this collector files the interface; replicas may differ.
    var key: String
    /// `false`: something else stands where a folder belongs, and nothing below may be read.
    var isReadable = true
    /// `false`: its root has not answered for a while.
    var isAnswering = true

    /// Which ledger and archive it is, whatever state its root is in.
    var id: String { "\(root)/\(directory.path)/\(key)" }
  }

  /// The lasting key (with the first of its sources); it names files and survives renames.
  var key: String
  /// The present name; the key where no name is known.
  var name: String
  /// Names that it had before, newest first.
  var formerNames: [String] = []
  var comment: String?
  /// RouterOS type, e.g. `ether`, `wlan`, `vlan`.
  var type: String?
  /// `wan` for an uplink.
  var role: String?
  var mac: String?
  var isDynamic = false
  /// `nil`: not known.
  var running: Bool?
  /// Link speed in bit/s.
  var speed: Double?
  /// When the last sample that has this interface was taken, epoch seconds.
  var time: Double?
  /// The rates of that sample, bit/s; `nil` is unknown.
  var rxRate: Double?
  var txRate: Double?
  /// That sample is the newest of its collector: the interface is still being sampled.
  var isCurrent = false
  /// In an order that does not change from moment to moment: by collector, those that only have a past last.
  var sources: [Source] = []
  /// The last minutes as each source told them, in the order of `sources`.
  var histories: [RateHistory] = []
  /// The bytes of the last minutes as each source told them, in the order of `sources`.
  var liveLedgers: [LiveLedger] = []

  var id: String { key }
  var isUplink: Bool { role == "wan" }

  /// The second that ends at `second`, from the first source that knows it.
  func rates(endingAt second: Int) -> Rates? {
    for history in histories { if let rates = history.rates(endingAt: second) { return rates } }
    return nil
  }

  /// Seconds that one source may be behind another and still be waited for.
  static let waitsFor = 3

  /// The end of the newest second that is decided, 0 where there is none: known to some source, or unknown to all that are alive.
  var historyEnd: Int {
    let newest = histories.map(\.end).max() ?? 0
    var end = histories.map(\.end).filter { $0 > newest - Self.waitsFor }.min() ?? newest
    while end < newest, rates(endingAt: end + 1) != nil { end += 1 }
    return end
  }

  /// The `count` seconds before `end` (default: the newest that is decided).
  func spark(seconds count: Int, end: Int? = nil) -> Spark {
    let end = end ?? historyEnd
    guard end >= count else { return .empty }
    return Spark(t0: end - count, values: (end - count..<end).map { rates(endingAt: $0 + 1) })
  }
}
