import Shared

/// SFP ports, their modules and what these measure.
enum SFPTable {
  static let columns: [DeviceTable.Column] = [
    .init("interface", "Interface"), .init("status", "Status"), .init("rate", "Rate", .rate), .init("type", "Type"),
    .init("vendor_part", "Vendor / Part"), .init("connector", "Connector"), .init("rx_power", "Rx Power", .power),
    .init("tx_power", "Tx Power", .power), .init("temperature", "Temp", .temperature),
  ]

  /// - Parameter rows: of `/interface/ethernet monitor`, in the device's order; those of other ports are left out.
  static func entries(_ rows: [Row], _ context: MenuContext) -> [TableEntry] {
    rows.filter(isSFP).map { row in
      let link = EthernetLink(row)
      let vendor = ["sfp-vendor-name", "sfp-vendor-part-number"].compactMap { row[$0] }.filter { !$0.isEmpty }
      return TableEntry(
        columns: columns,
        cells: [
          .text(context.interfaceName(row)), .text(link.status), .number(link.rate), .text(row["sfp-type"]),
          .text(vendor.isEmpty ? nil : vendor.joined(separator: " ")), .text(row["sfp-connector-type"]),
          power(row, "sfp-rx-power", lost: "sfp-rx-loss", "Loss"), power(row, "sfp-tx-power", lost: "sfp-tx-fault", "Fault"),
          .reading(row, "sfp-temperature", RowValue.quantity(in: "C")),
        ], row: row)
    }
  }

  private static func isSFP(_ row: Row) -> Bool {
    if row["sfp-module-present"].flatMap(RowValue.boolean) == true { return true }
    if !(row["sfp-type"] ?? "").isEmpty || !(row["sfp-connector-type"] ?? "").isEmpty { return true }
    return row["name"]?.lowercased().contains("sfp") ?? false  // `qsfp` as well
  }

  private static func power(_ row: Row, _ field: String, lost: String, _ word: String) -> DeviceTable.Cell {
    row[lost].flatMap(RowValue.boolean) == true ? .text(word) : .reading(row, field, RowValue.quantity(in: "dBm"))
  }

  static func summary(_ all: [TableEntry], _ shown: [TableEntry], isFiltered: Bool) -> [String] {
    let plugged = shown.count { EthernetLink($0.row).isPlugged }
    return [
      isFiltered
        ? "Matching SFP interfaces: \(shown.count) (Total SFP: \(all.count))" : "Total SFP interfaces: \(all.count)",
      "Plugged: \(plugged)", "Unplugged: \(shown.count - plugged)",
    ]
  }
}
