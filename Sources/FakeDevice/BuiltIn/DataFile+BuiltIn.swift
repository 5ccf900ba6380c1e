extension DataFile {
  /// The devices of the demo: a gateway, an access point and an old branch router.
  static let builtIn = DataFile(devices: [.gateway, .accessPoint, .branch])
}

extension InterfaceData {
  /// An interface as RouterOS shows it; `fields` are added or replace what every interface has.
  static func make(_ id: Int, _ name: String, _ type: String, mac: String, rx: TrafficData, tx: TrafficData, _ fields: RowData)
    -> InterfaceData
  {
    var row: RowData = [
      ".id": "*" + String(id, radix: 16, uppercase: true), "name": name, "type": type, "mtu": "1500", "actual-mtu": "1500",
      "l2mtu": "1514", "max-l2mtu": "9796", "mac-address": mac, "last-link-up-time": "2026-11-02 05:12:41", "link-downs": "1",
      "running": "true", "slave": "false", "disabled": "false", "dynamic": "false",
    ]
    for field in fields.fields { row[field.name] = field.value }
    return InterfaceData(row: row, rx: rx, tx: tx)
  }
}

extension TrafficData {
  /// A home or office in Northern Europe: quiet nights, a peak in the evening, some downloads.
  static func people(_ megabits: Double, seed: String, noise: Double = 0.75, packet: Int = 900, downloads: Downloads? = nil)
    -> TrafficData
  {
    TrafficData(
      base: UInt64(megabits * 125_000), day: 0.62, week: 0.12, dayPeak: 18, noise: noise, downloads: downloads, packet: packet,
      seed: seed)
  }

  /// A machine that never sleeps.
  static func steady(_ megabits: Double, seed: String, noise: Double = 0.3, packet: Int = 1100) -> TrafficData {
    TrafficData(base: UInt64(megabits * 125_000), day: 0.1, dayPeak: 11, noise: noise, packet: packet, seed: seed)
  }
}
