import Shared

/// Clients of a device's own radios.
enum WifiTable {
  private static let noise = DeviceTable.Column("signal_to_noise", "Signal to noise", .number)

  private static let columns: [DeviceTable.Column] = [
    .init("dhcp_name", "Name"), .init("dhcp_address", "Address", .address), .init("mac_address", "MAC address", .mac),
    .init("signal_strength", "Signal", .signal), noise, .init("interface", "Interface"), .init("tx_rate", "Tx rate", .rate),
    .init("rx_rate", "Rx rate", .rate), .init("uptime", "Uptime", .duration),
  ]

  /// Drivers newer than `wireless` do not tell the distance to the noise.
  static func columns(_ context: MenuContext) -> [DeviceTable.Column] {
    hasNoise(context) ? columns : columns.filter { $0 != noise }
  }

  private static func hasNoise(_ context: MenuContext) -> Bool {
    context.known.wireless == .wireless || context.known.wireless == .dual
  }

  /// - Parameter rows: of `/interface/…/registration-table`.
  /// - Returns: the strongest first, by interface.
  static func entries(_ rows: [Row], _ context: MenuContext) -> [TableEntry] {
    let (columns, hasNoise) = (columns(context), hasNoise(context))
    let entries = rows.map { row in
      let client = ClientCells(row, ["signal-strength", "signal"], context)
      let noise: [DeviceTable.Cell] = hasNoise ? [.reading(row, "signal-to-noise", RowValue.quantity(in: "dB"))] : []
      return TableEntry(
        columns: columns,
        cells: [client.name, client.address, client.mac, client.signal] + noise + [client.interface] + client.link, row: row,
        group: row["interface"] ?? "")
    }
    return entries.grouped(by: ClientCells.strongestFirst("signal_strength"))
  }

  static func summary(_ all: [TableEntry], _ shown: [TableEntry], isFiltered: Bool) -> [String] {
    shown.groupCounts.map { "\($0.group.isEmpty ? "unknown" : $0.group) clients: \($0.count)" } + [
      isFiltered
        ? "Matching WiFi devices: \(shown.count) (Total connected: \(all.count))" : "Total connected WiFi devices: \(all.count)"
    ]
  }
}

/// Clients that a CAPsMAN knows of.
enum CapsmanTable {
  static let columns: [DeviceTable.Column] = [
    .init("dhcp_name", "Name"), .init("dhcp_address", "Address", .address), .init("mac_address", "MAC address", .mac),
    .init("rx_signal", "Signal", .signal), .init("interface", "Interface"), .init("ssid", "SSID"),
    .init("tx_rate", "Tx rate", .rate), .init("rx_rate", "Rx rate", .rate), .init("uptime", "Uptime", .duration),
  ]

  /// - Parameter rows: of the registration tables of both generations of drivers.
  /// - Returns: the strongest first, by interface.
  static func entries(_ rows: [Row], _ context: MenuContext) -> [TableEntry] {
    let entries = rows.map { row in
      let client = ClientCells(row, ["rx-signal", "signal"], context)
      return TableEntry(
        columns: columns,
        cells: [client.name, client.address, client.mac, client.signal, client.interface, .text(row["ssid"])] + client.link,
        row: row, group: row["interface"] ?? "")
    }
    return entries.grouped(by: ClientCells.strongestFirst("rx_signal"))
  }

  static func summary(_ all: [TableEntry], _ shown: [TableEntry], isFiltered: Bool) -> [String] {
    shown.groupCounts.map { "\($0.group.isEmpty ? "unknown" : $0.group) clients: \($0.count)" } + [
      isFiltered
        ? "Matching CAPsMAN clients: \(shown.count) (Total connected: \(all.count))"
        : "Total connected CAPsMAN clients: \(all.count)"
    ]
  }
}

/// What tables of wireless clients have in common.
private struct ClientCells {
  let name, address, mac, signal, interface: DeviceTable.Cell
  let link: [DeviceTable.Cell]

  init(_ row: Row, _ signals: [String], _ context: MenuContext) {
    let mac = row["mac-address"]
    name = .text(mac.map(context.clientName))
    address = .text(mac.flatMap { context.known.leases[$0]?.address })
    self.mac = .text(mac)
    signal = signals.first { row[$0] != nil }.map { .reading(row, $0, RowValue.signal) } ?? .none
    interface = .text(row["interface"])
    link = [
      .reading(row, "tx-rate", TableValue.rate), .reading(row, "rx-rate", TableValue.rate),
      .reading(row, "uptime", TableValue.duration),
    ]
  }

  /// Those without a signal come last.
  static func strongestFirst(_ id: String) -> (TableEntry, TableEntry) -> Bool {
    { left, right in
      guard let one = left.number(id), let other = right.number(id), one != other else {
        let (known, otherKnown) = (left.number(id) != nil, right.number(id) != nil)
        return known == otherKnown ? (left.text("mac_address") ?? "") < (right.text("mac_address") ?? "") : known
      }
      return one > other
    }
  }
}
