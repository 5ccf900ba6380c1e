import HTTPService
import Shared

/// What a live stream shows, in order: interfaces, or devices as a whole.
struct StreamSubscription: Sendable, Hashable {
  static let limit = 2000

  struct Lane: Sendable, Hashable {
    var device: String
    /// `nil`: the sum of the device's uplinks.
    var interface: String?
    /// The interface's key: it stays when the interface is renamed.
    var key: String?
  }

  var lanes: [Lane]
  /// Nothing was asked for: all devices, and those that come later.
  var isEverything: Bool

  /// - Parameter query: the raw query: parts are separated before they are decoded, since names may hold `/` and `,`.
  /// - Throws: 400 for what cannot be read, 404 for what is not there.
  init(query: String?, snapshot: FleetSnapshot) throws(HTTPProblem) {
    let values = (query ?? "").split(separator: "&").filter { $0.hasPrefix("s=") }.map { $0.dropFirst(2) }
    guard values.count <= 1 else { throw .badParameter("s", "given \(values.count) times", allowed: "once") }
    guard let value = values.first, !value.isEmpty else {
      self = Self.everything(snapshot)
      return
    }
    lanes = []
    isEverything = false
    for item in try Self.items(value) {
      guard lanes.count < Self.limit else { throw .badParameter("s", "names too many", allowed: "at most \(Self.limit)") }
      lanes.append(try Self.lane(item, snapshot))
    }
  }

  init(lanes: [Lane], isEverything: Bool = false) {
    self.lanes = lanes
    self.isEverything = isEverything
  }

  static func everything(_ snapshot: FleetSnapshot) -> StreamSubscription {
    StreamSubscription(lanes: snapshot.devices.map { Lane(device: $0.name) }, isEverything: true)
  }

  /// `device/interface` or `device`, each part still encoded. A value that was encoded once more as a whole, as URL libraries
  /// do, shows no `/` and is decoded first.
  private static func items(_ value: Substring) throws(HTTPProblem) -> [Substring] {
    if value.contains("/") { return value.split(separator: ",") }
    guard let decoded = QueryParameters.decode(value, plusIsSpace: false) else { throw malformed }
    return decoded.split(separator: ",")
  }

  private static func lane(_ item: Substring, _ snapshot: FleetSnapshot) throws(HTTPProblem) -> Lane {
    var parts: [String] = []
    for part in item.split(separator: "/", omittingEmptySubsequences: false) {
      guard let text = QueryParameters.decode(part, plusIsSpace: false), !text.isEmpty else { throw malformed }
      parts.append(text)
    }
    guard parts.count <= 2 else { throw malformed }
    guard let device = snapshot.device(named: parts[0]) else {
      throw .notFound("no device is named \"\(parts[0].prefix(100))\"", parameter: "s")
    }
    guard parts.count == 2 else { return Lane(device: device.name) }
    guard let interface = device.interface(named: parts[1]) else {
      throw .notFound("device \"\(device.name.prefix(100))\" has no interface \"\(parts[1].prefix(100))\"", parameter: "s")
    }
    return Lane(device: device.name, interface: interface.name, key: interface.key)
  }

  private static var malformed: HTTPProblem {
    .badParameter("s", "cannot be read", allowed: "device/interface,device/interface with each part percent-encoded")
  }
}
