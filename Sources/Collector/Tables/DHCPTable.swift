import Shared

/// Leases of a device's DHCP servers.
enum DHCPTable {
  static let columns: [DeviceTable.Column] = [
    .init("host_name", "Name"), .init("server", "Server"), .init("mac_address", "MAC address", .mac),
    .init("address", "Address", .address), .init("active_address", "Active address", .address),
    .init("expires_after", "Expires after", .duration),
  ]

  /// - Parameter rows: of `/ip/dhcp-server/lease`.
  /// - Returns: the highest address first, by server.
  static func entries(_ rows: [Row], _ context: MenuContext) -> [TableEntry] {
    let entries = rows.map { row in
      let mac = row["mac-address"] ?? row["active-mac-address"]
      let host = row["host-name"].flatMap { $0.isEmpty ? nil : $0 } ?? mac
      let name = host.map { context.nameFormat.text(name: $0, comment: row["comment"]) } ?? row["comment"]
      // A lease of no server in particular is offered by all of them.
      let server = row["server"].flatMap { $0.isEmpty ? nil : $0 } ?? "all"
      return TableEntry(
        columns: columns,
        cells: [
          .text(name), .text(server), .text(mac), .text(row["address"]), .text(row["active-address"]),
          .reading(row, "expires-after", TableValue.duration),
        ], row: row, group: server)
    }
    return entries.grouped {
      let (left, right) = ($0.text("address") ?? $0.text("active_address"), $1.text("address") ?? $1.text("active_address"))
      guard let left, let right else { return left != nil && right == nil }
      return TableValue.addressPrecedes(right, left)
    }
  }

  static func summary(_ all: [TableEntry], _ shown: [TableEntry], isFiltered: Bool) -> [String] {
    shown.groupCounts.map { "\($0.group) clients: \($0.count)" }
      + [isFiltered ? "Matching DHCP clients: \(shown.count) (Total: \(all.count))" : "Total DHCP clients: \(all.count)"]
  }
}
