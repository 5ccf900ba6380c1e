import Shared

/// Entries of firewall address lists.
enum AddressListTable {
  static let columns: [DeviceTable.Column] = [
    .init("list", "List"), .init("address", "Address", .address), .init("comment", "Comment"),
    .init("timeout", "Timeout", .duration), .init("dynamic", "Dynamic", .boolean), .init("disabled", "Disabled", .boolean),
  ]

  /// - Parameter rows: of `/ip/firewall/address-list` or its IPv6 twin.
  /// - Returns: by list, then address.
  static func entries(_ rows: [Row]) -> [TableEntry] {
    let entries = rows.map { row in
      let timeout = DeviceTable.Cell.reading(row, "timeout", TableValue.duration)
      return TableEntry(
        columns: columns,
        cells: [
          .text(row["list"]), .text(row["address"]), .text(row["comment"]), timeout == .number(0) ? .none : timeout,
          // RouterOS 6 leaves out what is false.
          .flag(row["dynamic"].flatMap(RowValue.boolean) ?? false), .flag(row["disabled"].flatMap(RowValue.boolean) ?? false),
        ], row: row)
    }
    return entries.sorted {
      let (left, right) = ($0.text("list") ?? "", $1.text("list") ?? "")
      return left == right ? TableValue.addressPrecedes($0.text("address"), $1.text("address")) : left < right
    }
  }

  static func summary(_ all: [TableEntry], _ shown: [TableEntry], isFiltered: Bool) -> [String] {
    [
      isFiltered ? "Matching entries: \(shown.count) (Total: \(all.count))" : "Total entries: \(all.count)",
      "Unique lists: \(Set(shown.compactMap { $0.text("list") }).count)",
    ]
  }
}
