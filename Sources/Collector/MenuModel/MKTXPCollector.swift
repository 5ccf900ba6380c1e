/// MKTXP's names of its 39 collectors, for `mktxp_collection_time_total`: which of them a menu here belongs to.
enum MKTXPCollector {
  /// In MKTXP's order. Its last one gives its own metrics; here that is the time it takes to write all of them.
  static let names = [
    "IdentityCollector", "SystemResourceCollector", "RouterboardCollector", "HealthCollector", "PublicIPAddressCollector",
    "NeighborCollector", "DNSCollector", "PackageCollector", "DHCPCollector", "IPConnectionCollector", "IPSecCollector",
    "AddressListCollector", "PoolCollector", "BridgeVlanCollector", "InterfaceCollector", "WireGuardPeerCollector",
    "FirewallCollector", "MonitorCollector", "W60gCollector", "POECollector", "NetwatchCollector", "RouteCollector",
    "WLANCollector", "CapsmanCollector", "UserCollector", "QueueTreeCollector", "QueueSimpleCollector", "KidControlCollector",
    "BFDCollector", "BGPCollector", "EOIPCollector", "GRECollector", "IPIPCollector", "LTECollector", "SwitchPortCollector",
    "ContainerCollector", "RoutingStatsCollector", "CertificateCollector", own,
  ]
  static let own = "MKTXPCollector"

  /// By the beginning of the menu's path, in whole words; the longest counts.
  private static let byPath = [
    "/certificate": "CertificateCollector",
    "/container": "ContainerCollector",
    "/caps-man": "CapsmanCollector",
    "/interface": "InterfaceCollector",
    "/interface/bridge": "BridgeVlanCollector",
    "/interface/eoip": "EOIPCollector",
    "/interface/ethernet": "MonitorCollector",
    "/interface/ethernet/poe": "POECollector",
    "/interface/ethernet/switch": "SwitchPortCollector",
    "/interface/gre": "GRECollector",
    "/interface/ipip": "IPIPCollector",
    "/interface/lte": "LTECollector",
    "/interface/w60g": "W60gCollector",
    "/interface/wireguard": "WireGuardPeerCollector",
    "/interface/wireless": "WLANCollector",
    "/ip/cloud": "PublicIPAddressCollector",
    "/ip/dhcp-server": "DHCPCollector",
    "/ip/dns": "DNSCollector",
    "/ip/firewall": "FirewallCollector",
    "/ip/firewall/address-list": "AddressListCollector",
    "/ip/firewall/connection": "IPConnectionCollector",
    "/ip/ipsec": "IPSecCollector",
    "/ip/kid-control": "KidControlCollector",
    "/ip/neighbor": "NeighborCollector",
    "/ip/pool": "PoolCollector",
    "/ip/route": "RouteCollector",
    "/ipv6/firewall": "FirewallCollector",
    "/ipv6/firewall/address-list": "AddressListCollector",
    "/ipv6/firewall/connection": "IPConnectionCollector",
    "/ipv6/neighbor": "NeighborCollector",
    "/ipv6/pool": "PoolCollector",
    "/ipv6/route": "RouteCollector",
    "/queue/simple": "QueueSimpleCollector",
    "/queue/tree": "QueueTreeCollector",
    "/routing/bfd": "BFDCollector",
    "/routing/bgp": "BGPCollector",
    "/routing/stats": "RoutingStatsCollector",
    "/system/health": "HealthCollector",
    "/system/identity": "IdentityCollector",
    "/system/package": "PackageCollector",
    "/system/resource": "SystemResourceCollector",
    "/system/routerboard": "RouterboardCollector",
    "/tool/netwatch": "NetwatchCollector",
    "/user": "UserCollector",
  ]

  /// The collector that a menu's time counts for; `nil` for a menu that MKTXP has no collector for.
  static func name(ofMenu path: String) -> String? {
    // Behind a blank stands which part of the menu it is.
    var path = path.prefix { $0 != " " }
    while !path.isEmpty {
      if let name = byPath[String(path)] { return name }
      path = path.lastIndex(of: "/").map { path[..<$0] } ?? ""
    }
    return nil
  }
}
