/// The data file: `{"devices": [...]}`. Every member is described in `docs/fake-device.md`.
struct DataFile: Codable, Sendable, Equatable {
  var devices: [DeviceData]
}

/// What the data file says about one device.
struct DeviceData: Codable, Sendable, Equatable {
  /// How the device lets users in.
  enum Login: String, Codable, Sendable {
    /// Name and password in one command, as since 6.43.
    case plain
    /// MD5 challenge only, as before 6.43.
    case challenge
    /// Whichever the client tries.
    case both
  }

  /// Also the name in the collector's configuration; no spaces.
  var name: String
  /// RouterOS version, e.g. `7.16.2` or `6.49.18`: its first number decides the manners.
  var version: String
  /// Who may log in; the command line's user unless given.
  var user: String?
  var password: String?
  var login: Login?
  /// Epoch of the first boot; counters were zero then.
  var boot: Double?
  /// Times of being away: not reachable meanwhile, and counters and uptime begin again at the end of each.
  var reboots: [TimeSpan]?
  /// Rows by menu path. `/interface` is made of `interfaces` unless it stands here.
  var menus: [String: [RowData]]
  /// Rows of `monitor` commands by menu path; a row answers for the interface of its `name`.
  var monitors: [String: [RowData]]?
  var interfaces: [InterfaceData]
  var faults: [FaultData]?
  /// One fault, for short.
  var fault: FaultData?

  /// 2026-03-01T04:12:09Z, a time before everything that demos show.
  static let defaultBoot = 1_772_338_329.0

  /// First number of `version`.
  var major: Int { Int(version.prefix { $0.isNumber }) ?? 7 }

  /// Whether an empty print is answered with `!empty`, as since 7.18.
  var saysEmpty: Bool {
    let parts = version.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    return parts.count == 2 && (parts[0], parts[1]) >= (7, 18)
  }
}

/// One interface: its row in `/interface` without counters, and the traffic that makes the counters.
struct InterfaceData: Codable, Sendable, Equatable {
  var row: RowData
  var rx: TrafficData?
  var tx: TrafficData?
  /// Byte counters begin again after 2^32.
  var wrap32: Bool?
  /// Epochs at which the counters were set to zero by hand.
  var resets: [Double]?

  var name: String { row["name"] ?? "" }
}

/// A stretch of time, in epoch seconds or relative to the start of the program.
struct TimeSpan: Codable, Sendable, Equatable {
  /// Epoch at which it begins.
  var from: Double?
  /// Seconds after the program's start at which it begins.
  var after: Double?
  /// How long it lasts, in seconds; for ever unless given.
  var seconds: Double?

  /// The same in epochs; `nil` ends mean for ever.
  func range(start: Double) -> (from: Double, to: Double) {
    let begin = from ?? after.map { start + $0 } ?? 0
    return (begin, seconds.map { begin + $0 } ?? .infinity)
  }

  func contains(_ time: Double, start: Double) -> Bool {
    let (from, to) = range(start: start)
    return from <= time && time < to
  }
}
