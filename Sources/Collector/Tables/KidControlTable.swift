import Shared

/// Devices that Kid Control knows.
enum KidControlTable {
  static let columns: [DeviceTable.Column] = [
    .init("dhcp_name", "Name"), .init("name", "Device"), .init("user", "User"), .init("dhcp_address", "Address", .address),
    .init("mac_address", "MAC address", .mac), .init("ip_address", "IP address", .address), .init("rate_up", "Rate up", .rate),
    .init("rate_down", "Rate down", .rate), .init("idle_time", "Idle", .duration),
  ]

  /// - Parameter rows: of `/ip/kid-control/device`.
  /// - Returns: the busiest first within each user; devices without a user last.
  static func entries(_ rows: [Row], _ context: MenuContext) -> [TableEntry] {
    let entries = rows.map { row in
      let mac = row["mac-address"]
      return TableEntry(
        columns: columns,
        cells: [
          .text(mac.map(context.clientName)), .text(row["name"]), .text(row["user"]),
          .text(mac.flatMap { context.known.leases[$0]?.address }),
          .text(mac), .text(row["ip-address"]), .reading(row, "rate-up", TableValue.rate),
          .reading(row, "rate-down", TableValue.rate), .reading(row, "idle-time", TableValue.duration),
        ], row: row, group: row["user"] ?? "")
    }
    return entries.sorted {
      if $0.group != $1.group {
        if $0.group.isEmpty || $1.group.isEmpty { return $1.group.isEmpty }
        return TableValue.namePrecedes($0.group, $1.group)
      }
      return busiestFirst($0, $1)
    }
  }

  /// By the sum of both rates, then by MAC address.
  static func busiestFirst(_ left: TableEntry, _ right: TableEntry) -> Bool {
    let (one, other) = (rate(left), rate(right))
    return one == other ? (left.text("mac_address") ?? "") < (right.text("mac_address") ?? "") : one > other
  }

  static func rate(_ entry: TableEntry) -> Double { (entry.number("rate_up") ?? 0) + (entry.number("rate_down") ?? 0) }

  /// - Parameters:
  ///   - matching: what the filters let pass, before the list was cut.
  ///   - top: how many were to be shown at most.
  static func summary(_ all: [TableEntry], matching: [TableEntry], shown: [TableEntry], top: Int?, isFiltered: Bool) -> [String] {
    var lines: [String] = []
    if top == nil {
      let users = shown.groupCounts.filter { !$0.group.isEmpty }
      lines += users.map { "\($0.group) devices: \($0.count)" }
      let assigned = users.reduce(0) { $0 + $1.count }
      if assigned > 0 { lines.append("User-assigned devices: \(assigned)") }
      if shown.count > assigned { lines.append("Dynamic devices (no user): \(shown.count - assigned)") }
    }
    let (up, down) = shown.reduce((0.0, 0.0)) { ($0.0 + ($1.number("rate_up") ?? 0), $0.1 + ($1.number("rate_down") ?? 0)) }
    if up + down > 0 { lines.append("Active LAN Traffic: \(TableText.rate(up)) Up / \(TableText.rate(down)) Down") }
    if let top, shown.count < matching.count {
      lines.append("Top \(top) Kid Control devices by rate (Matching: \(matching.count), Total: \(all.count))")
    } else if isFiltered {
      lines.append("Matching Kid Control devices: \(shown.count) (Total: \(all.count))")
    } else {
      lines.append("Total Kid Control devices: \(all.count)")
    }
    return lines
  }
}
