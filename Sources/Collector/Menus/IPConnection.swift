import Shared

/// `/ip/firewall/connection` and its IPv6 twin: how many connections are tracked.
struct IPConnection: MenuCollector {
  // Gauges, whatever their names say.
  static let all = Metric.gauge("mktxp_ip_connections_total", "Connections tracked now")
  static let ipv4 = Metric.gauge("mktxp_ipv4_connections_total", "IPv4 connections tracked now")
  static let ipv6 = Metric.gauge("mktxp_ipv6_connections_total", "IPv6 connections tracked now")

  static let path4 = "/ip/firewall/connection"
  static let path6 = "/ipv6/firewall/connection"
  static let count4 = MenuQuery(path: path4, attributes: [("count-only", "")])
  static let count6 = MenuQuery(path: path6, attributes: [("count-only", "")])

  let path = path4
  let metrics = [all, ipv4, ipv6]

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.connections] ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] { [Self.count4, Self.count6] }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    let (four, six) = (answers.count(Self.count4), answers.count(Self.count6))
    let labels = context.labels()
    samples.add(count: Self.ipv4, four, labels)
    samples.add(count: Self.ipv6, six, labels)
    // A device without the other kind has no connections of it; one that did not answer has an unknown number.
    if let four, let six {
      samples.add(count: Self.all, four &+ six, labels)
    } else if answers.isAbsent(Self.count4) || answers.isAbsent(Self.count6) {
      samples.add(count: Self.all, four ?? six, labels)
    }
    return samples
  }
}
