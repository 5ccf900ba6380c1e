import Shared

/// `/ip/route` and `/ipv6/route`: how many routes there are. Only counts are asked for: tables can be large.
struct Route: MenuCollector {
  private struct Kind {
    var key: MenuSwitch
    var path: String
    var all: Metric
    var byProtocol: Metric

    var total: MenuQuery { MenuQuery(path: path, attributes: [("count-only", "")]) }

    func count(_ flag: String) -> MenuQuery {
      MenuQuery(path: path, attributes: [("count-only", "")], queries: [flag + "=yes"])
    }
  }

  private static let kinds = [
    Kind(
      key: .route, path: "/ip/route",
      all: .gauge("mktxp_routes_total_routes", "Routes in the routing table"),
      byProtocol: .gauge("mktxp_routes_protocol_count", "Routes by origin; dynamic ones count under their protocol too")),
    Kind(
      key: .ipv6Route, path: "/ipv6/route",
      all: .gauge("mktxp_routes_total_routes_ipv6", "Routes in the IPv6 routing table"),
      byProtocol: .gauge("mktxp_routes_protocol_count_ipv6", "IPv6 routes by origin; dynamic ones count under their protocol too")
    ),
  ]
  private static let flags = ["connect", "dynamic", "static", "bgp", "ospf"]

  let path = "/ip/route"
  let metrics = kinds.flatMap { [$0.all, $0.byProtocol] }

  func period(metricsInterval: Double) -> Double { max(60, metricsInterval) }

  func use(_ switches: MenuSwitches) -> MenuUse { switches.any(.route, .ipv6Route) ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] {
    Self.kinds.filter { context.switches[$0.key] }.flatMap { [$0.total] + Self.flags.map($0.count) }
  }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for kind in Self.kinds {
      samples.add(count: kind.all, answers.count(kind.total), context.labels())
      for flag in Self.flags {
        samples.add(count: kind.byProtocol, answers.count(kind.count(flag)), context.labels([("protocol", flag)]))
      }
    }
    return samples
  }
}
