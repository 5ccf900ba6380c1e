import Shared

@testable import WebNode

/// Tables as a collector writes them.
enum TablesFixture {
  static func dhcp(_ t: Double, _ rows: [[DeviceTable.Cell]]) -> DeviceTable {
    let columns: [DeviceTable.Column] = [
      .init("host_name", "Name"), .init("server", "Server"), .init("mac_address", "MAC address", .mac),
      .init("address", "Address", .address), .init("active_address", "Active address", .address),
      .init("expires_after", "Expires after", .duration),
    ]
    return DeviceTable(t: t, columns: columns, rows: rows)
  }

  static func lease(
    _ name: String, _ mac: String, _ address: String, isActive: Bool = true, expires: Double? = 600
  ) -> [DeviceTable.Cell] {
    [
      .text(name), .text("lan"), .text(mac), .text(address), isActive ? .text(address) : .none,
      expires.map { .number($0) } ?? .none,
    ]
  }

  static func wifi(_ t: Double, _ rows: [[DeviceTable.Cell]]) -> DeviceTable {
    let columns: [DeviceTable.Column] = [
      .init("dhcp_name", "Name"), .init("dhcp_address", "Address", .address), .init("mac_address", "MAC address", .mac),
      .init("signal_strength", "Signal", .signal), .init("interface", "Interface"), .init("tx_rate", "Tx rate", .rate),
      .init("rx_rate", "Rx rate", .rate), .init("uptime", "Uptime", .duration),
    ]
    return DeviceTable(t: t, columns: columns, rows: rows)
  }

  /// A client whose radio the access point hears; it knows no name for it.
  static func radio(_ mac: String, _ signal: Double, _ interface: String = "wifi1") -> [DeviceTable.Cell] {
    [.text(mac), .none, .text(mac), .number(signal), .text(interface), .number(866_700_000), .number(433_300_000), .number(3600)]
  }

  static func file(_ device: String, written: Double, _ tables: [String: DeviceTable]) -> TablesFile {
    TablesFile(device: device, written: written, tables: tables)
  }
}

extension CollectorFixture {
  func tables(_ device: String, written: Double, _ tables: [String: DeviceTable]) throws {
    let folder = directory.device(device)
    try AtomicFile.createFolder(folder.path)
    try TablesFixture.file(device, written: written, tables).write(folder.tables)
  }
}
