import Shared

/// The tables of `tables.json`, made of the menus' answers as they come. Pure.
struct DeviceTables: Sendable {
  /// Rows of a table; the rest is counted.
  static let rowLimit = 2000
  /// Characters of a cell.
  static let textLimit = 300
  /// Seconds until times are written anew although nothing else has changed.
  static let longestSilence = 60.0

  /// Names of tables by the menu that they are made of.
  static let names = [
    "/ip/dhcp-server/lease": "dhcp", "/interface/wireless": "wifi", "/caps-man": "capsman",
    "/ip/firewall/connection/sources": "connections", "/ip/kid-control/device": "kid-control",
    "/ip/firewall/address-list": "address-lists", "/tool/netwatch": "netwatch", "/ip/neighbor": "neighbors",
  ]

  private(set) var tables: [String: DeviceTable] = [:]
  private var written: (file: TablesFile, steady: Double)?

  /// Takes the answers of the menu with this path. Where the device did not answer, what it said before stays, with its time.
  mutating func take(_ path: String, _ answers: MenuAnswers, _ context: MenuContext, now: Double) {
    guard let name = Self.names[path], let (columns, entries) = Self.entries(name, answers, context) else { return }
    guard answers.failures.isEmpty else { return }
    tables[name] = DeviceTable(
      t: now, columns: columns, rows: entries.prefix(Self.rowLimit).map { $0.cells.map(Self.bounded) },
      omitted: entries.count > Self.rowLimit ? entries.count - Self.rowLimit : nil)
  }

  /// The device has no such menu.
  mutating func forget(_ path: String) {
    if let name = Self.names[path] { tables[name] = nil }
  }

  /// What is to be written, if it is time: at most every `interval` seconds, and only when something has changed or times have grown old.
  mutating func file(_ device: String, now: Double, steady: Double, interval: Double) -> TablesFile? {
    if let written {
      let age = steady - written.steady
      guard age >= interval - 1 else { return nil }
      guard age >= Self.longestSilence || !hasSameContent(written.file) else { return nil }
    }
    let file = TablesFile(device: device, written: now, tables: tables)
    written = (file, steady)
    return file
  }

  private func hasSameContent(_ file: TablesFile) -> Bool {
    file.tables.keys == tables.keys
      && tables.allSatisfy { name, table in
        guard let other = file.tables[name] else { return false }
        return table.rows == other.rows && table.columns == other.columns && table.omitted == other.omitted
      }
  }

  /// `nil` where the menu was not asked for what the table lists.
  private static func entries(
    _ name: String, _ answers: MenuAnswers, _ context: MenuContext
  ) -> (columns: [DeviceTable.Column], entries: [TableEntry])? {
    let switches = context.switches
    switch name {
    case "dhcp": return (DHCPTable.columns, DHCPTable.entries(answers.rows(at: "/ip/dhcp-server/lease"), context))
    case "wifi":
      guard switches[.wirelessClients], let rows = registrations(answers, .device) else { return nil }
      return (WifiTable.columns(context), WifiTable.entries(rows, context))
    case "capsman":
      guard switches[.capsmanClients], let rows = registrations(answers, .capsman) else { return nil }
      return (CapsmanTable.columns, CapsmanTable.entries(rows, context))
    case "connections":
      let rows = ["/ip", "/ipv6"].flatMap { answers.rows(at: $0 + "/firewall/connection") }
      return (ConnectionsTable.columns, ConnectionsTable.entries(rows, context))
    case "kid-control":
      let entries = KidControlTable.entries(answers.rows(at: "/ip/kid-control/device"), context)
      return (KidControlTable.columns, entries.filter { switches[.kidControlDynamic] || !$0.group.isEmpty })
    case "address-lists":
      let rows = ["/ip", "/ipv6"].flatMap { answers.rows(at: $0 + "/firewall/address-list") }
      return rows.isEmpty && !switches.any(.addressListEntries, .ipv6AddressListEntries)
        ? nil : (AddressListTable.columns, AddressListTable.entries(rows))
    case "netwatch": return (NetwatchTable.columns, NetwatchTable.entries(answers.rows(at: "/tool/netwatch"), context))
    case "neighbors":
      return switches[.neighbor] ? (NeighborTable.columns, NeighborTable.entries(answers.rows(at: "/ip/neighbor"))) : nil
    default: return nil
    }
  }

  /// Rows of the registration tables asked of this device; `nil` if none was.
  private static func registrations(_ answers: MenuAnswers, _ source: MenuQuery.Source) -> [Row]? {
    let queries = answers.queries.filter { $0.source == source && $0.path.hasSuffix("/registration-table") }
    return queries.isEmpty ? nil : queries.flatMap(answers.rows)
  }

  private static func bounded(_ cell: DeviceTable.Cell) -> DeviceTable.Cell {
    guard case .text(let text) = cell, text.utf8.count > textLimit else { return cell }
    let scalars = text.unicodeScalars.prefix(textLimit)
    return scalars.endIndex == text.unicodeScalars.endIndex ? cell : .text(String(scalars) + "…")
  }
}
