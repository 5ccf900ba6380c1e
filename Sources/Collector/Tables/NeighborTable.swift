import Shared

/// Devices that announce themselves.
enum NeighborTable {
  static let columns: [DeviceTable.Column] = [
    .init("identity", "Identity"), .init("interface", "Interface"), .init("address", "Address", .address),
    .init("mac_address", "MAC address", .mac), .init("platform", "Platform"), .init("board", "Board"),
    .init("version", "Version"),
  ]

  /// - Parameter rows: of `/ip/neighbor`.
  /// - Returns: by interface, then address.
  static func entries(_ rows: [Row]) -> [TableEntry] {
    let entries = rows.map { row in
      TableEntry(
        columns: columns,
        cells: ["identity", "interface", "address", "mac-address", "platform", "board", "version"].map {
          .text(announced(row[$0]))
        },
        row: row)
    }
    return entries.sorted {
      let (left, right) = ($0.text("interface") ?? "", $1.text("interface") ?? "")
      return left == right
        ? TableValue.addressPrecedes($0.text("address"), $1.text("address")) : TableValue.namePrecedes(left, right)
    }
  }

  /// What neighbours announce is sent on as it came: fields of a fixed length are filled up with NULs.
  private static func announced(_ text: String?) -> String? { text.map { String($0.prefix { $0 != "\0" }).trimmed } }

  static func summary(_ all: [TableEntry], _ shown: [TableEntry], isFiltered: Bool) -> [String] {
    [isFiltered ? "Matching neighbors: \(shown.count) (Total: \(all.count))" : "Total neighbors: \(all.count)"]
  }
}
