import Shared

/// `/ip/cloud`: the address that MikroTik's service sees the device under.
struct PublicIPAddress: SingleMenu {
  static let info = Metric.gauge("mktxp_public_ip_address_info", "Public address as seen by MikroTik's cloud service")

  let query = MenuQuery(path: "/ip/cloud", properties: ["public-address", "public-address-ipv6", "dns-name"])
  let metrics = [info]

  func period(metricsInterval: Double) -> Double { max(60, metricsInterval) }

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.publicIP] ? .exported : .off }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows {
      let own = [
        ("public_address", row["public-address"]), ("public_address_ipv6", row["public-address-ipv6"]),
        ("dns_name", row["dns-name"] ?? "ddns disabled"),
      ]
      samples.add(info: Self.info, context.labels(own))
    }
    return samples
  }
}
