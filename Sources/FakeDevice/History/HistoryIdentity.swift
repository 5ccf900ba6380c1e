internal import Shared

/// What a collector would know about a device after the time that a history covers: `device.json` and the interface keys.
struct HistoryIdentity: Sendable {
  /// Recorded interfaces by key, in the order of `.id`.
  let interfaces: [(key: String, data: InterfaceData)]
  let file: DeviceFile
  let events: [EventLine]

  /// - Parameters:
  ///   - start: epoch at which the device was first seen.
  ///   - until: epoch at which it was last seen.
  ///   - retention: name of the retention of its archives.
  init(_ device: DeviceData, start: Int, until: Int, retention: String) {
    interfaces = Self.keys(device.interfaces.filter { $0.row["dynamic"] != "true" })
    let uplinks = Self.uplinks(device)
    var file = DeviceFile(device: device.name, address: "127.0.0.1")
    file.identity = device.menus["/system/identity"]?.first?["name"]
    file.model = device.menus["/system/routerboard"]?.first?["model"] ?? device.menus["/system/resource"]?.first?["board-name"]
    file.serial = device.menus["/system/routerboard"]?.first?["serial-number"]
    file.version = device.menus["/system/resource"]?.first?["version"]
    var events: [EventLine] = []
    for (key, data) in interfaces {
      var interface = Self.interface(data, device, isUplink: uplinks.contains(data.name))
      interface.retention = retention
      interface.firstSeen = Double(start)
      interface.lastSeen = Double(until)
      interface.names = [.init(name: data.name, from: Double(start))]
      let hash = Hash.seed(device.name + "/" + key)
      let moment = Double(start) + (0.15 + 0.5 * Hash.unit(hash, 0)) * Double(until - start)
      if let original = interface.defaultName, original != data.name {
        interface.names = [.init(name: original, from: Double(start)), .init(name: data.name, from: moment.rounded())]
        events.append(
          EventLine(t: moment.rounded(), kind: .rename, interface: key, text: "\(original) is now called \(data.name)"))
      }
      if interface.running == false {
        // Somebody tried the port for a moment.
        events.append(EventLine(t: moment.rounded(), kind: .link, interface: key, text: "\(data.name): link up"))
        events.append(EventLine(t: moment.rounded() + 41, kind: .link, interface: key, text: "\(data.name): link down"))
      }
      file.interfaces[key] = interface
    }
    for reboot in device.reboots ?? [] {
      let (from, to) = reboot.range(start: 0)
      guard Double(start) < from, to < Double(until) else { continue }
      events.append(EventLine(t: to, kind: .reboot, text: "rebooted, away for \(Int(to - from)) s"))
    }
    self.file = file
    self.events = events.filter { $0.t < Double(until) }.sorted { $0.t < $1.t }
  }

  /// Keys as a collector chooses them: the folder form of the factory name, or of the name; on collision `.2`, … in `.id` order.
  static func keys(_ interfaces: [InterfaceData]) -> [(key: String, data: InterfaceData)] {
    var taken = Set<String>()
    return interfaces.sorted { (order($0), $0.row[".id"] ?? "") < (order($1), $1.row[".id"] ?? "") }.map { data in
      let original = data.row["default-name"].flatMap { $0.isEmpty ? nil : $0 }
      let base = FolderName.escape(original ?? data.name)
      var key = base
      var number = 2
      while !taken.insert(key).inserted {
        let suffix = ".\(number)"
        key = String(base.prefix(FolderName.limit - suffix.utf8.count)) + suffix
        number += 1
      }
      return (key, data)
    }
  }

  private static func order(_ interface: InterfaceData) -> UInt64 {
    UInt64((interface.row[".id"] ?? "").drop { $0 == "*" }, radix: 16) ?? .max
  }

  private static func interface(_ data: InterfaceData, _ device: DeviceData, isUplink: Bool) -> DeviceFile.Interface {
    var interface = DeviceFile.Interface(name: data.name)
    interface.defaultName = data.row["default-name"]
    interface.mac = data.row["mac-address"]?.uppercased()
    interface.id = data.row[".id"]
    interface.type = data.row["type"]
    interface.comment = data.row["comment"]
    interface.dynamic = data.row["dynamic"] == "true"
    interface.running = data.row["running"].map { $0 == "true" }
    interface.role = isUplink ? "wan" : nil
    interface.speed = device.monitors?["/interface/ethernet"]?.first { $0["name"] == data.name }?["rate"].flatMap(speed)
    return interface
  }

  /// `2.5Gbps` in bit/s.
  private static func speed(_ text: String) -> Double? {
    for (unit, scale) in [("Gbps", 1e9), ("Mbps", 1e6)] where text.hasSuffix(unit) {
      return Double(text.dropLast(unit.count)).map { $0 * scale }
    }
    return nil
  }

  /// Names of the interfaces through which an active default route leaves.
  private static func uplinks(_ device: DeviceData) -> Set<String> {
    let names = Set(device.interfaces.map(\.name))
    var found = Set<String>()
    for route in device.menus["/ip/route"] ?? [] where route["dst-address"] == "0.0.0.0/0" && route["active"] == "true" {
      let texts = [route["immediate-gw"], route["gateway-status"], route["gateway"]].compactMap { $0 }
      for text in texts {
        let end = text.split { $0 == "%" || $0 == " " }.last.map(String.init) ?? ""
        if let name = [end, text].first(where: names.contains) { found.insert(name) }
      }
    }
    return found
  }
}
