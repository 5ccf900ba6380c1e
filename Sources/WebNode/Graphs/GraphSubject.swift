import HTTPService
import Shared

/// What a graph is about: one interface, several, or the uplinks of all devices together.
struct GraphSubject: Sendable {
  /// Lines that a graph can hold and eyes can tell apart.
  static let laneLimit = 12
  /// The value of `device` that means every device.
  static let everything = "all"

  /// One line: an interface, or the uplinks of a device together.
  struct Lane: Sendable {
    var device: DeviceView
    /// `nil`: the sum of the device's uplinks.
    var interface: InterfaceView?

    /// What is added up.
    var parts: [InterfaceView] { interface.map { [$0] } ?? device.totalInterfaces }
    var rates: (rx: Double?, tx: Double?) {
      interface.map { ($0.rxRate, $0.txRate) } ?? (device.rxRate, device.txRate)
    }
  }

  /// Empty: all devices, as one sum.
  var lanes: [Lane]
  var isEverything: Bool { lanes.isEmpty }
  /// The interface, when there is just one.
  var single: (device: DeviceView, interface: InterfaceView)? {
    guard lanes.count == 1, let interface = lanes[0].interface else { return nil }
    return (lanes[0].device, interface)
  }
  /// The device, when all lines are of one.
  var device: DeviceView? {
    guard let first = lanes.first?.device, lanes.allSatisfy({ $0.device.name == first.name }) else { return nil }
    return first
  }

  /// For a heading.
  var title: String {
    if isEverything { return "All devices" }
    guard let device else { return lanes.map { label($0) }.joined(separator: ", ") }
    return device.name + "  " + lanes.map { $0.interface?.name ?? "uplinks" }.joined(separator: ", ")
  }

  /// The name of a line among the others.
  func label(_ lane: Lane) -> String {
    guard let interface = lane.interface else { return lane.device.name }
    return device == nil ? lane.device.name + " " + interface.name : interface.name
  }

  /// What tells this subject from others.
  var identity: String {
    lanes.map { $0.device.name + "\u{1}" + ($0.interface?.key ?? "\u{2}") }.joined(separator: "\u{3}")
  }

  /// - Throws: 400 for what is missing or too much, 404 for what is not there, each with the parameter's name.
  init(_ query: String?, snapshot: FleetSnapshot) throws(HTTPProblem) {
    let named = try NameList.all("device", in: query)
    guard let wanted = named.first else { throw .badParameter("device", "missing", allowed: "the name of a device") }
    guard named.count == 1 else { throw .badParameter("device", "given \(named.count) times", allowed: "once") }
    let interfaces = try NameList.all("interface", in: query)
    if interfaces.isEmpty, wanted.whole == Self.everything {
      self.init(lanes: [])
      return
    }
    let names = wanted.names { snapshot.device(named: $0) != nil }
    let devices = try names.map { name throws(HTTPProblem) in try snapshot.device(parameter: name) }
    try self.init(devices: devices, interfaces: interfaces)
  }

  private init(devices: [DeviceView], interfaces: [NameList]) throws(HTTPProblem) {
    lanes = []
    guard !interfaces.isEmpty else {
      guard devices.count > 1 else {
        throw .badParameter("interface", "missing", allowed: "the name or key of an interface")
      }
      for device in devices { try add(Lane(device: device), parameter: "device") }
      return
    }
    for list in interfaces {
      for name in list.names({ name in devices.contains { $0.interface(named: name) != nil } }) {
        let found = devices.compactMap { device in device.interface(named: name).map { Lane(device: device, interface: $0) } }
        // Names the device and what it lacks.
        if found.isEmpty, let device = devices.first { _ = try device.interface(parameter: name) }
        for lane in found { try add(lane, parameter: "interface") }
      }
    }
  }

  init(lanes: [Lane]) { self.lanes = lanes }

  private mutating func add(_ lane: Lane, parameter: String) throws(HTTPProblem) {
    guard !lanes.contains(where: { $0.device.name == lane.device.name && $0.interface?.key == lane.interface?.key }) else {
      return
    }
    guard lanes.count < Self.laneLimit else {
      throw .badParameter(parameter, "names more than \(Self.laneLimit) lines", allowed: "at most \(Self.laneLimit)")
    }
    lanes.append(lane)
  }
}

/// The names that one parameter holds: separated by commas that are not encoded. A name that has commas of its own is written with
/// `%2C`, or is found as a whole.
struct NameList: Equatable {
  /// The whole value as one name.
  var whole: String
  /// Its parts.
  var parts: [String]

  /// One for each time the parameter is given; empty values do not count.
  ///
  /// - Throws: 400 for what is not percent-encoded UTF-8.
  static func all(_ name: String, in query: String?) throws(HTTPProblem) -> [NameList] {
    var lists: [NameList] = []
    for pair in (query ?? "").split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2, !halves[1].isEmpty, QueryParameters.decode(halves[0]) == name else { continue }
      lists.append(try NameList(halves[1], name))
    }
    return lists
  }

  private init(_ raw: Substring, _ name: String) throws(HTTPProblem) {
    func text(_ part: Substring) throws(HTTPProblem) -> String {
      guard let text = QueryParameters.decode(part) else { throw .badParameter(name, "not percent-encoded UTF-8") }
      return text
    }
    whole = try text(raw)
    if raw.contains(",") {
      parts = try raw.split(separator: ",").map(text)
    } else {
      // URL libraries encode the commas between names too; then those inside of names are encoded twice.
      parts = whole.split(separator: ",").map { QueryParameters.decode($0, plusIsSpace: false) ?? String($0) }
    }
  }

  /// The names meant, where `exists` tells which there are.
  func names(_ exists: (String) -> Bool) -> [String] { parts.count > 1 && !exists(whole) ? parts : [whole] }
}
