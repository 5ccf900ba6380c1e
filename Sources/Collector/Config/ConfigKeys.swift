/// Keys that are known but not used by this version, so that existing files run and nobody is misled.
enum ConfigKeys {
  /// `[collector]`.
  static let laterCollector = [
    "public_ip_urls", "public_ip_interval",
  ]

  /// Devices: the DHCP server's and the CAPsMAN's entry.
  static let remotes = ["remote_dhcp_entry", "remote_capsman_entry"]

  /// Devices: settings of what is not there yet.
  static let laterSettings = ["rsc_ssh_port", "rsc_ssh_user"]

  /// Devices: an old spelling that MKTXP replaces by itself.
  static let replaced = ["use_comments_over_names"]
}
