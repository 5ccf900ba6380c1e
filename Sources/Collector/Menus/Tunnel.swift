import Shared

/// `/interface/eoip`, `/interface/gre` and `/interface/ipip`: MTU of tunnels. They share a family.
struct Tunnel: MenuCollector {
  static let mtu = Metric.gauge("mktxp_interface_mtu", "MTU in effect of a tunnel")
  static let l2mtu = Metric.gauge("mktxp_interface_l2mtu", "Layer 2 MTU of an EoIP tunnel")

  private static let fields = ["name", "local-address", "remote-address", "mtu", "actual-mtu"]
  private static let eoip = MenuQuery(path: "/interface/eoip", properties: fields + ["tunnel-id", "l2mtu"])
  private static let kinds: [(key: MenuSwitch, query: MenuQuery)] = [
    (.eoip, eoip), (.gre, MenuQuery(path: "/interface/gre", properties: fields)),
    (.ipip, MenuQuery(path: "/interface/ipip", properties: fields)),
  ]

  let path = "/interface/eoip"
  let metrics = [mtu, l2mtu]

  func period(metricsInterval: Double) -> Double { max(60, metricsInterval) }

  func use(_ switches: MenuSwitches) -> MenuUse { switches.any(.eoip, .gre, .ipip) ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] { Self.kinds.filter { context.switches[$0.key] }.map(\.query) }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for (_, query) in Self.kinds {
      for row in answers.rows(query) {
        guard row["name"] != nil else {
          samples.drop()
          continue
        }
        var own = ["name", "local-address", "remote-address"]
        if query == Self.eoip { own.append("tunnel-id") }
        let labels = own.map { ($0.labelName, row[$0]) }
        if query == Self.eoip { samples.add(counter: Self.l2mtu, row, "l2mtu", context.labels(labels)) }
        samples.add(counter: Self.mtu, row, "actual-mtu", context.labels(labels + [("mtu", row["mtu"])]))
      }
    }
    return samples
  }
}
