import Shared

/// What `print` shows.
enum PrintSubject: Sendable, Hashable {
  case wifi, capsman, dhcp, connections, kidControl, netwatch, neighbors, interfaces, sfp
  case addressLists([String])

  /// What must be known about the device first.
  func facts(_ context: MenuContext) -> [MenuQuery] {
    switch self {
    case .wifi: WirelessFacts(source: .device).queries + [Self.leases]
    case .capsman: WirelessFacts(source: .capsman).queries + [Self.leases]
    case .connections, .kidControl: [Self.leases]
    case .interfaces, .sfp: [Self.ethernet]
    case .dhcp, .netwatch, .neighbors, .addressLists: []
    }
  }

  /// What `answers` to ``facts(_:)`` tell menus and tables.
  func learn(_ answers: MenuAnswers, _ context: inout MenuContext) {
    context.known.leases = LeaseTable(answers.rows(Self.leases))
    switch self {
    case .wifi: WirelessFacts(source: .device).learn(answers, &context)
    case .capsman: WirelessFacts(source: .capsman).learn(answers, &context)
    case .dhcp, .connections, .kidControl, .netwatch, .neighbors, .addressLists, .interfaces, .sfp: break
    }
  }

  /// What is asked then.
  func queries(_ facts: MenuAnswers, _ context: MenuContext) -> [MenuQuery] {
    switch self {
    case .wifi: [MenuQuery(path: "/interface/\(context.known.wireless.segment)/registration-table")]
    case .capsman: Self.registrations(context.known.wireless)
    case .dhcp: [Self.leases]
    case .connections:
      ["/ip", "/ipv6"].map {
        let fields = context.switches[.connectionStatsDestinations] ? ["dst-address", "protocol"] : []
        return MenuQuery(path: $0 + "/firewall/connection", properties: ["src-address"] + fields)
      }
    case .kidControl: [MenuQuery(path: "/ip/kid-control/device")]
    case .netwatch: [MenuQuery(path: "/tool/netwatch")]
    case .neighbors: [MenuQuery(path: "/ip/neighbor")]
    case .addressLists(let lists):
      ["/ip", "/ipv6"].flatMap { family in
        lists.map { MenuQuery(path: family + "/firewall/address-list", queries: ["list=" + $0]) }
      }
    case .interfaces, .sfp: Self.monitor(facts.rows(Self.ethernet))
    }
  }

  /// Titles, columns and rows of what was answered.
  func listings(_ facts: MenuAnswers, _ answers: MenuAnswers, _ context: MenuContext) -> [PrintListing] {
    switch self {
    case .wifi:
      return [PrintListing(columns: WifiTable.columns(context), entries: WifiTable.entries(answers.allRows, context))]
    case .capsman:
      return [PrintListing(columns: CapsmanTable.columns, entries: CapsmanTable.entries(answers.allRows, context))]
    case .dhcp: return [PrintListing(columns: DHCPTable.columns, entries: DHCPTable.entries(answers.allRows, context))]
    case .connections:
      return [PrintListing(columns: ConnectionsTable.columns, entries: ConnectionsTable.entries(answers.allRows, context))]
    case .kidControl:
      return [PrintListing(columns: KidControlTable.columns, entries: KidControlTable.entries(answers.allRows, context))]
    case .netwatch:
      let entries = NetwatchTable.entries(answers.allRows, context)
      return [PrintListing(title: "Netwatch Entries", columns: NetwatchTable.columns, entries: entries)]
    case .neighbors:
      return [PrintListing(columns: NeighborTable.columns, entries: NeighborTable.entries(answers.allRows))]
    case .addressLists:
      return [("/ip", "IPv4"), ("/ipv6", "IPv6")].map { family, name in
        let entries = AddressListTable.entries(answers.rows(at: family + "/firewall/address-list"))
        return PrintListing(title: "Address Lists (\(name))", columns: AddressListTable.columns, entries: entries)
      }
    case .interfaces:
      let entries = InterfaceTable.entries(Self.links(facts.rows(Self.ethernet), answers.allRows), context)
      return [PrintListing(title: "Interface Monitor", columns: InterfaceTable.columns, entries: entries)]
    case .sfp:
      let entries = SFPTable.entries(Self.links(facts.rows(Self.ethernet), answers.allRows), context)
      var listing = PrintListing(title: "SFP Interface Monitor", columns: SFPTable.columns, entries: entries)
      if !facts.rows(Self.ethernet).isEmpty { listing.whenEmpty = nothingMatches(listing) }
      return [listing]
    }
  }

  // MARK: Queries

  private static let leases = MenuQuery(path: "/ip/dhcp-server/lease", source: .dhcpServer)
  private static let ethernet = MenuQuery(
    path: "/interface/ethernet", properties: [".id", "name", "default-name", "comment", "running", "disabled"])

  private static func monitor(_ ports: [Row]) -> [MenuQuery] {
    let ids = ports.compactMap { $0[".id"] ?? $0["name"] }
    guard !ids.isEmpty else { return [] }
    return [
      MenuQuery(
        path: "/interface/ethernet", command: "monitor", attributes: [("numbers", ids.joined(separator: ",")), ("once", "")])
    ]
  }

  /// Ports with what their monitor says, in the order of the ports.
  private static func links(_ ports: [Row], _ monitored: [Row]) -> [Row] {
    let byName = Dictionary(monitored.compactMap { row in row["name"].map { ($0, row) } }) { first, _ in first }
    return ports.map { port in Row(fields: port.fields + (port["name"].flatMap { byName[$0] }?.fields ?? [])) }
  }

  private static func registrations(_ flavour: WirelessFlavour) -> [MenuQuery] {
    let paths =
      switch flavour {
      case .wireless: ["/caps-man"]
      case .dual: ["/caps-man", "/interface/wifi"]
      case .wifiwave2: ["/interface/wifiwave2"]
      case .wifi: ["/interface/wifi"]
      }
    return paths.map { MenuQuery(path: $0 + "/registration-table", source: .capsman) }
  }
}

/// Packages and version, which decide where wireless clients are listed.
private struct WirelessFacts {
  let source: MenuQuery.Source
  private var version: MenuQuery { MenuQuery(path: "/system/resource", properties: ["version"], source: source) }
  private var packages: MenuQuery { MenuQuery(path: "/system/package", source: source) }
  var queries: [MenuQuery] { [version, packages] }

  init(source: MenuQuery.Source) { self.source = source }

  func learn(_ answers: MenuAnswers, _ context: inout MenuContext) {
    context.known.version = answers.rows(version).first?["version"].flatMap(RouterOSVersion.init)
    context.known.packages = answers.reply(packages).map { WirelessFlavour.enabledPackages($0.rows) }
  }
}

/// A table to be printed.
struct PrintListing: Sendable {
  var title: String?
  var columns: [DeviceTable.Column]
  /// In order, before any filter.
  var entries: [TableEntry]
  /// What is said where there are none, if not ``PrintSubject/nothing``.
  var whenEmpty: String?
}

extension MenuAnswers {
  /// The rows of all answers.
  var allRows: [Row] { queries.flatMap(rows) }
}
