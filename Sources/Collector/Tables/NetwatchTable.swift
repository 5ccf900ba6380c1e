import Shared

/// What a device itself watches.
enum NetwatchTable {
  static let columns: [DeviceTable.Column] = [
    .init("name", "Name"), .init("host", "Host", .address), .init("comment", "Comment"), .init("status", "Status"),
    .init("type", "Type"), .init("since", "Since"), .init("timeout", "Timeout", .duration),
    .init("interval", "Interval", .duration),
  ]

  /// - Parameter rows: of `/tool/netwatch`; disabled ones are left out.
  /// - Returns: by name, then host.
  static func entries(_ rows: [Row], _ context: MenuContext) -> [TableEntry] {
    let entries = rows.filter { $0["disabled"].flatMap(RowValue.boolean) != true }.map { row in
      // RouterOS 6 has no names: the host stands for it.
      let name = row["name"].flatMap { $0.isEmpty ? nil : $0 } ?? row["host"]
      return TableEntry(
        columns: columns,
        cells: [
          .text(name.map { context.nameFormat.text(name: $0, comment: row["comment"]) }), .text(row["host"]),
          .text(row["comment"]), .text(row["status"].map(status)), .text(row["type"]),
          .text(row["since"]), .reading(row, "timeout", TableValue.duration), .reading(row, "interval", TableValue.duration),
        ], row: row)
    }
    return entries.sorted {
      let (left, right) = ($0.text("name") ?? "", $1.text("name") ?? "")
      return left == right
        ? TableValue.addressPrecedes($0.text("host"), $1.text("host")) : TableValue.namePrecedes(left, right)
    }
  }

  /// What is unknown is neither up nor down.
  private static func status(_ text: String) -> String {
    switch text {
    case "up": "Up"
    case "down": "Down"
    default: text.prefix(1).uppercased() + text.dropFirst()
    }
  }

  static func summary(_ all: [TableEntry], _ shown: [TableEntry], isFiltered: Bool) -> [String] {
    [
      isFiltered ? "Matching entries: \(shown.count) (Total: \(all.count))" : "Total entries: \(all.count)",
      "Up: \(shown.count { $0.text("status") == "Up" })", "Down: \(shown.count { $0.text("status") == "Down" })",
    ]
  }
}
