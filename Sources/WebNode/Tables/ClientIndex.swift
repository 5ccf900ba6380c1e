import Shared

/// All clients of all devices, joined by MAC address.
struct ClientIndex: Sendable {
  var clients: [Client] = []
  /// Tables that are older than they should be: (device, name, time).
  var stale: [(device: String, table: String, t: Double)] = []
  /// Rows that collectors left out of tables that have too many.
  var omitted = 0

  init(_ devices: [DeviceTables], now: Double) {
    var byMAC: [String: [Client.Sighting]] = [:]
    var order: [String] = []
    var nameless: [Client.Sighting] = []
    for device in devices {
      for kind in Client.Kind.allCases {
        guard let table = device.tables[kind.rawValue]?.content else { continue }
        if now - table.t > DeviceTables.staleAfter, !table.rows.isEmpty { stale.append((device.device, kind.rawValue, table.t)) }
        omitted += table.omitted ?? 0
        let reader = TableRows(table)
        for row in table.rows {
          let sighting = reader.sighting(row, device.device, kind)
          guard let mac = sighting.mac else {
            nameless.append(sighting)
            continue
          }
          if byMAC[mac] == nil { order.append(mac) }
          byMAC[mac, default: []].append(sighting)
        }
      }
    }
    clients.reserveCapacity(order.count + nameless.count)
    for mac in order { if let found = byMAC[mac] { clients.append(Client(id: mac, mac: mac, found)) } }
    for (index, sighting) in nameless.enumerated() { clients.append(Client(id: "row-\(index)", mac: nil, [sighting])) }
    stale.sort { $0.t < $1.t }
  }
}

/// Cells of a table by the names of its columns.
struct TableRows {
  private let places: [String: Int]
  private let t: Double

  init(_ table: DeviceTable) {
    places = Dictionary(table.columns.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
    t = table.t
  }

  func sighting(_ row: [DeviceTable.Cell], _ device: String, _ kind: Client.Kind) -> Client.Sighting {
    let rawMAC = text(row, "mac_address")
    var sighting = Client.Sighting(device: device, kind: kind, t: t)
    sighting.mac = rawMAC.flatMap(Self.mac)
    sighting.interface = text(row, "interface")
    switch kind {
    case .lease:
      let active = text(row, "active_address")
      sighting.name = text(row, "host_name")
      sighting.server = text(row, "server")
      sighting.address = active ?? text(row, "address")
      sighting.lease = active == nil ? .reserved : .bound
      sighting.expires = number(row, "expires_after").map { t + $0 }
      sighting.interface = sighting.interface ?? sighting.server
    case .wireless, .capsman:
      sighting.name = text(row, "dhcp_name")
      sighting.address = text(row, "dhcp_address")
      sighting.ssid = text(row, "ssid")
      sighting.signal = number(row, "signal_strength") ?? number(row, "rx_signal")
      sighting.txRate = number(row, "tx_rate")
      sighting.rxRate = number(row, "rx_rate")
      sighting.uptime = number(row, "uptime")
    case .kidControl:
      sighting.name = text(row, "name") ?? text(row, "dhcp_name")
      sighting.user = text(row, "user")
      sighting.address = text(row, "ip_address") ?? text(row, "dhcp_address")
    // A device's own rates are traffic, not the speed of a radio link.
    case .neighbor:
      sighting.name = text(row, "identity")
      sighting.address = text(row, "address")
      let about = [text(row, "platform"), text(row, "board"), text(row, "version")].compactMap { $0 }
      sighting.about = about.isEmpty ? nil : about.joined(separator: " ")
    }
    // A collector puts the MAC address where nobody has given a name.
    if let name = sighting.name, name == rawMAC || Self.mac(name) != nil { sighting.name = nil }
    return sighting
  }

  private func text(_ row: [DeviceTable.Cell], _ id: String) -> String? {
    guard let place = places[id], row.indices.contains(place) else { return nil }
    switch row[place] {
    case .text(let text): return text.isEmpty ? nil : text
    case .number(let number): return Format.fixed(number, 0)
    case .flag, .none: return nil
    }
  }

  private func number(_ row: [DeviceTable.Cell], _ id: String) -> Double? {
    guard let place = places[id], row.indices.contains(place), case .number(let number) = row[place], number.isFinite else {
      return nil
    }
    return number
  }

  /// In the usual form; `nil` for anything else, and for the address that stands for none.
  static func mac(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.count == 17 else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(17)
    var isZero = true
    for (index, byte) in bytes.enumerated() {
      if index % 3 == 2 {
        guard byte == UInt8(ascii: ":") || byte == UInt8(ascii: "-") else { return nil }
        result.append(UInt8(ascii: ":"))
        continue
      }
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "F"): result.append(byte)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): result.append(byte - 32)
      default: return nil
      }
      if byte != UInt8(ascii: "0") { isZero = false }
    }
    return isZero ? nil : String(decoding: result, as: UTF8.self)
  }
}
