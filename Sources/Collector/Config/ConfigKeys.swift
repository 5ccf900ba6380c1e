/// Keys that are known but not used by this version, so that existing files run and nobody is misled.
enum ConfigKeys {
  /// `[collector]`.
  static let laterCollector = [
    "public_ip_urls", "public_ip_interval", "update_check_url",
  ]

  /// Devices: switches of menus that are not collected yet. Their values must be yes or no all the same.
  static let laterSwitches = [
    "check_for_updates", "kid_control_assigned", "kid_control_dynamic", "wireguard_peers", "ipv6_route", "ipv6_pool",
    "ipv6_firewall", "ipv6_neighbor", "connection_stats", "connection_stats_destinations", "bfd", "bgp", "eoip", "gre", "ipip",
    "ipsec", "lte", "switch_port", "routing_stats", "certificate", "dns", "container", "w60g", "bridge_vlan", "dhcp",
    "installed_packages", "dhcp_lease", "connections", "route", "pool", "firewall", "address_list_entries",
    "total_address_list_counts", "neighbor", "monitor", "wireless", "wireless_clients", "capsman", "capsman_clients", "poe",
    "netwatch", "public_ip", "user", "queue", "ipv6_address_list_entries", "ipv6_total_address_list_counts",
  ]

  /// Devices: settings of what is not there yet.
  static let laterSettings = [
    "remote_dhcp_entry", "remote_capsman_entry", "address_list", "ipv6_address_list", "rsc_ssh_port",
    "rsc_ssh_user",
  ]

  /// Devices: an old spelling that MKTXP replaces by itself.
  static let replaced = ["use_comments_over_names"]
}
