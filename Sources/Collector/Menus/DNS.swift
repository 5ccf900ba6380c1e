import Shared

/// `/ip/dns`: the resolver's cache.
struct DNS: SingleMenu {
  /// A gauge, whatever its name says.
  static let cache = Metric.gauge("mktxp_dns_info", "Size of the DNS cache and how much of it is used, in bytes")

  let query = MenuQuery(path: "/ip/dns", properties: ["cache-size", "cache-used"])
  let metrics = [cache]

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.dns] ? .exported : .off }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows {
      for field in query.properties {
        let labels = context.labels([("property", field.labelName)])
        samples.add(Self.cache, row, field, labels, RowValue.kibibytes) { .unsigned($0) }
      }
    }
    return samples
  }
}
