import Shared

/// How many connections each source has open.
enum ConnectionsTable {
  /// So many destinations of a source are named.
  static let destinationLimit = 50

  static let columns: [DeviceTable.Column] = [
    .init("dhcp_name", "Name"), .init("src_address", "Source", .address), .init("connection_count", "Connections", .number),
    .init("dst_addresses", "Destinations"),
  ]

  /// - Parameter rows: of the connection tables of IPv4 and IPv6.
  /// - Returns: an entry for each source, the one with the most connections first.
  static func entries(_ rows: [Row], _ context: MenuContext) -> [TableEntry] {
    let withDestinations = context.switches[.connectionStatsDestinations]
    var sources: [String: (count: Int, destinations: Set<String>)] = [:]
    for row in rows {
      guard let source = row["src-address"].map({ RowValue.host($0) ?? $0 }), !source.isEmpty else { continue }
      sources[source, default: (0, [])].count += 1
      if withDestinations, let destination = row["dst-address"] {
        sources[source]?.destinations.insert("\(destination)(\(row["protocol"] ?? ""))")
      }
    }
    let entries = sources.map { source, seen in
      let named = seen.destinations.sorted(by: TableValue.namePrecedes)
      let rest = named.count - destinationLimit
      let text = named.prefix(destinationLimit).joined(separator: ", ") + (rest > 0 ? ", and \(rest) more" : "")
      let row: Row = ["src-address": source, "dst-addresses": named.joined(separator: ", ")]
      return TableEntry(
        columns: columns,
        cells: [.text(context.clientName(source)), .text(source), .number(Double(seen.count)), .text(text)], row: row)
    }
    return entries.sorted {
      let (left, right) = ($0.number("connection_count") ?? 0, $1.number("connection_count") ?? 0)
      return left == right ? TableValue.addressPrecedes($0.text("src_address"), $1.text("src_address")) : left > right
    }
  }

  static func summary(_ all: [TableEntry], _ shown: [TableEntry], isFiltered: Bool) -> [String] {
    func connections(_ entries: [TableEntry]) -> Int { entries.reduce(0) { $0 + Int($1.number("connection_count") ?? 0) } }
    return isFiltered
      ? [
        "Matching source addresses: \(shown.count) (Total: \(all.count))",
        "Matching open connections: \(connections(shown)) (Total: \(connections(all)))",
      ] : ["Distinct source addresses: \(all.count)", "Total open connections: \(connections(all))"]
  }
}
