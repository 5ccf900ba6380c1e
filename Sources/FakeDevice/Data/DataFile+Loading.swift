internal import Foundation
internal import Shared

/// Why a data file cannot be used; one line naming file and place.
struct DataError: Error, Equatable, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

extension DataFile {
  /// The largest data file that is read.
  static let sizeLimit = 64 << 20

  /// The file at `path`, checked; the built-in devices when there is none.
  static func load(_ path: String?) throws(DataError) -> DataFile {
    guard let path else { return .builtIn }
    let file: DataFile
    do { file = try JSONFile.read(DataFile.self, path, limit: sizeLimit) } catch { throw DataError(error.description) }
    do { try file.check() } catch { throw DataError("\(path): \(error.description)") }
    return file
  }

  func check() throws(DataError) {
    guard !devices.isEmpty else { throw DataError("devices is empty") }
    var names = Set<String>()
    for device in devices {
      guard names.insert(device.name).inserted else { throw DataError("two devices are called \"\(device.name)\"") }
      do { try device.check() } catch { throw DataError("device \"\(device.name)\": \(error.description)") }
    }
  }

  /// The same devices again and again until there are `count`, each with a name, hardware and traffic of its own.
  /// Fewer than there are: the first ones.
  func cloned(to count: Int) -> DataFile {
    DataFile(
      devices: (0..<count).map { index in
        let device = devices[index % devices.count]
        let generation = index / devices.count
        return generation == 0 ? device : device.clone(generation + 1)
      })
  }

  /// Each device with exactly `count` interfaces: the first ones, and further VLANs on the first when it has fewer.
  func withInterfaces(_ count: Int) -> DataFile {
    var file = self
    for index in file.devices.indices { file.devices[index].setInterfaces(count) }
    return file
  }
}

extension DeviceData {
  /// Throws when a server could not be made of this.
  func check() throws(DataError) {
    guard !name.isEmpty, name.utf8.count <= 200, name.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else {
      throw DataError("a device's name is a text without spaces and control characters")
    }
    guard version.first?.isNumber == true else { throw DataError("version \"\(version)\" does not begin with a number") }
    for path in Array(menus.keys) + Array((monitors ?? [:]).keys) where !path.hasPrefix("/") || path.hasSuffix("/") {
      throw DataError("menu \"\(path)\" does not begin with / or ends in one")
    }
    var names = Set<String>()
    for interface in interfaces {
      let name = interface.name
      guard !name.isEmpty else { throw DataError("an interface has no name") }
      guard names.insert(name).inserted else { throw DataError("two interfaces are called \"\(name)\"") }
      for (direction, traffic) in [("rx", interface.rx), ("tx", interface.tx)] {
        if let problem = traffic?.problem { throw DataError("interface \"\(name)\", \(direction): \(problem)") }
      }
    }
    let spans = (reboots ?? []) + allFaults.map(\.span)
    var times: [Double] = interfaces.flatMap { $0.resets ?? [] }
    for time in [boot] + spans.flatMap({ [$0.from, $0.after, $0.seconds] as [Double?] }) { if let time { times.append(time) } }
    for time in times where !(0..<1e11).contains(time) { throw DataError("\(time) is no time") }
    for reboot in reboots ?? [] where reboot.seconds == nil || (reboot.from == nil) == (reboot.after == nil) {
      throw DataError("a reboot needs either from or after, and seconds")
    }
    for fault in allFaults {
      if fault.kind == .hangAfter, fault.count == nil { throw DataError("fault hang-after needs count") }
      if fault.kind == .slow, fault.milliseconds == nil { throw DataError("fault slow needs milliseconds") }
      if let delay = fault.milliseconds, !(0...3_600_000).contains(delay) { throw DataError("\(delay) ms is no delay") }
    }
  }

  var allFaults: [FaultData] { (fault.map { [$0] } ?? []) + (faults ?? []) }

  fileprivate func clone(_ number: Int) -> DeviceData {
    var device = self
    let suffix = "-" + String(repeating: "0", count: max(0, 3 - String(number).count)) + String(number)
    device.name += suffix
    device.menus["/system/identity"]?[0]["name"] = device.name
    if let serial = device.menus["/system/routerboard"]?.first?["serial-number"] {
      device.menus["/system/routerboard"]?[0]["serial-number"] = serial + suffix
    }
    let hash = Hash.seed(device.name)
    let scale = 0.4 + Hash.unit(hash, 1) * 1.2
    for index in device.interfaces.indices {
      device.interfaces[index].row["mac-address"] = device.interfaces[index].row["mac-address"].map {
        $0.prefix(6) + Self.octets(hash, 2) + $0.dropFirst(11)
      }
      device.interfaces[index].rx?.becomeAnother(suffix, scale: scale)
      device.interfaces[index].tx?.becomeAnother(suffix, scale: scale)
    }
    return device
  }

  private static func octets(_ hash: UInt64, _ count: Int) -> String {
    (0..<count).map { index in
      let text = String(UInt8(truncatingIfNeeded: hash >> (8 * UInt64(index))), radix: 16, uppercase: true)
      return text.count == 1 ? "0" + text : text
    }.joined(separator: ":")
  }

  fileprivate mutating func setInterfaces(_ count: Int) {
    guard let first = interfaces.first else { return }
    if interfaces.count > count { interfaces.removeLast(interfaces.count - count) }
    while interfaces.count < count {
      let number = interfaces.count + 1
      var added = first
      added.row = [
        ".id": "*" + String(0x100 + number, radix: 16, uppercase: true), "name": "vlan\(100 + number)", "type": "vlan",
        "mtu": "1500", "actual-mtu": "1500", "mac-address": first.row["mac-address"] ?? "02:00:00:00:00:01",
        "running": "true", "disabled": "false",
      ]
      added.rx?.becomeAnother("/\(number)", scale: 0.3)
      added.tx?.becomeAnother("/\(number)", scale: 0.3)
      interfaces.append(added)
    }
  }
}

extension TrafficData {
  fileprivate mutating func becomeAnother(_ suffix: String, scale: Double) {
    seed = (seed ?? "") + suffix
    let original = base
    base = min(UInt64((Double(base) * scale).rounded(.up)), TrafficModel.rateLimit)
    // Too little for a counter that must move each second: another seed is difference enough.
    if problem != nil { base = original }
    dayPeak = ((dayPeak ?? 19) + Hash.unit(Hash.seed(suffix), 0) * 6).truncatingRemainder(dividingBy: 24)
  }
}
