/// MKTXP's switches of menus: keys of a device's section, yes or no.
enum MenuSwitch: String, Sendable, CaseIterable {
  case bfd, bgp, capsman, certificate, connections, container, dhcp, dns, eoip, firewall, gre, health, interface, ipip, ipsec, lte
  case monitor, neighbor, netwatch, poe, pool, queue, route, routerboard, user, w60g, wireless
  case addressListEntries = "address_list_entries"
  case bridgeVLAN = "bridge_vlan"
  case capsmanClients = "capsman_clients"
  case checkForUpdates = "check_for_updates"
  case connectionStats = "connection_stats"
  case connectionStatsDestinations = "connection_stats_destinations"
  case dhcpLease = "dhcp_lease"
  case installedPackages = "installed_packages"
  case ipv6AddressListEntries = "ipv6_address_list_entries"
  case ipv6Firewall = "ipv6_firewall"
  case ipv6Neighbor = "ipv6_neighbor"
  case ipv6Pool = "ipv6_pool"
  case ipv6Route = "ipv6_route"
  case ipv6TotalAddressListCounts = "ipv6_total_address_list_counts"
  case kidControlAssigned = "kid_control_assigned"
  case kidControlDynamic = "kid_control_dynamic"
  case publicIP = "public_ip"
  case routingStats = "routing_stats"
  case switchPort = "switch_port"
  case totalAddressListCounts = "total_address_list_counts"
  case wireguardPeers = "wireguard_peers"
  case wirelessClients = "wireless_clients"

  /// MKTXP's own default.
  var isOnByDefault: Bool {
    switch self {
    case .addressListEntries, .capsman, .capsmanClients, .connections, .dhcp, .dhcpLease, .firewall, .health, .installedPackages,
      .interface, .ipv6AddressListEntries, .ipv6TotalAddressListCounts, .monitor, .neighbor, .netwatch, .poe, .pool, .publicIP,
      .queue, .route, .totalAddressListCounts, .user, .wireless, .wirelessClients:
      true
    case .bfd, .bgp, .bridgeVLAN, .certificate, .checkForUpdates, .connectionStats, .connectionStatsDestinations, .container,
      .dns,
      .eoip, .gre, .ipip, .ipsec, .ipv6Firewall, .ipv6Neighbor, .ipv6Pool, .ipv6Route, .kidControlAssigned, .kidControlDynamic,
      .lte, .routerboard, .routingStats, .switchPort, .w60g, .wireguardPeers:
      false
    }
  }
}

/// Which switches are on.
struct MenuSwitches: Sendable, Equatable {
  private var on = Set(MenuSwitch.allCases.filter(\.isOnByDefault))

  subscript(key: MenuSwitch) -> Bool {
    get { on.contains(key) }
    set { if newValue { on.insert(key) } else { on.remove(key) } }
  }

  /// Every switch on.
  static let all: MenuSwitches = {
    var switches = MenuSwitches()
    switches.on = Set(MenuSwitch.allCases)
    return switches
  }()

  /// Whether one of them is on.
  func any(_ keys: MenuSwitch...) -> Bool { keys.contains { on.contains($0) } }
}
