import Shared

/// Ethernet ports and what their links have come to.
enum InterfaceTable {
  static let columns: [DeviceTable.Column] = [
    .init("interface", "Interface"), .init("status", "Status"), .init("rate", "Rate", .rate), .init("duplex", "Duplex"),
    .init("auto_negotiation", "Auto-Neg"), .init("sfp", "SFP"),
  ]

  /// - Parameter rows: of `/interface/ethernet monitor`, in the device's order.
  static func entries(_ rows: [Row], _ context: MenuContext) -> [TableEntry] {
    rows.map { row in
      let link = EthernetLink(row)
      return TableEntry(
        columns: columns,
        cells: [
          .text(context.interfaceName(row)), .text(link.status), .number(link.rate), .text(link.duplex), .text(link.negotiation),
          .text(sfp(row)),
        ], row: row)
    }
  }

  private static func sfp(_ row: Row) -> String? {
    let (type, vendor) = (row["sfp-type"] ?? "", row["sfp-vendor-name"] ?? "")
    if type.isEmpty && vendor.isEmpty { return row["sfp-module-present"].flatMap(RowValue.boolean) == true ? "Yes" : nil }
    return vendor.isEmpty ? type : type.isEmpty ? vendor : "\(type) (\(vendor))"
  }

  /// - Parameter limit: bit/s below which a link is degraded.
  static func summary(_ all: [TableEntry], _ shown: [TableEntry], isFiltered: Bool, limit: Double) -> [String] {
    let plugged = shown.count { EthernetLink($0.row).isPlugged }
    return [
      isFiltered ? "Matching interfaces: \(shown.count) (Total: \(all.count))" : "Total interfaces: \(all.count)",
      "Plugged: \(plugged)", "Unplugged: \(shown.count - plugged)",
      "Degraded (< \(TableText.short(limit))): \(shown.count { EthernetLink($0.row).isDegraded(below: limit) })",
    ]
  }
}

/// The state of a link, of a row of `monitor`.
struct EthernetLink: Sendable {
  let isPlugged: Bool
  /// Bit/s.
  let rate: Double?
  let isHalfDuplex: Bool
  private let row: Row

  init(_ row: Row) {
    self.row = row
    isPlugged = row["status"] == "link-ok"
    rate = isPlugged ? row["rate"].flatMap(TableValue.rate) : nil
    isHalfDuplex = isPlugged && row["full-duplex"].flatMap(RowValue.boolean) == false
  }

  var status: String { isPlugged ? "Plugged-In" : "Unplugged" }

  var duplex: String? {
    guard isPlugged, let isFull = row["full-duplex"].flatMap(RowValue.boolean) else { return nil }
    return isFull ? "Full" : "Half"
  }

  var negotiation: String? {
    guard isPlugged, let text = row["auto-negotiation"], !text.isEmpty else { return nil }
    return switch text {
    case "disabled", "off", "false", "no", "0": "Off"
    case "in-progress", "incomplete": "Negotiating"
    default: text.prefix(1).uppercased() + text.dropFirst()
    }
  }

  /// Slower than `limit`, or half duplex.
  func isDegraded(below limit: Double) -> Bool { isPlugged && (rate.map { $0 > 0 && $0 < limit } ?? false || isHalfDuplex) }
}
