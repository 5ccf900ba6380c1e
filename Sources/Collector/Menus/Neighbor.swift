import Shared

/// `/ip/neighbor`: devices that announce themselves, and `/ipv6/neighbor`: addresses that answered lately.
struct Neighbor: MenuCollector {
  static let discovered = Metric.gauge("mktxp_neighbor_info", "Device seen by neighbour discovery")
  static let ipv6 = Metric.gauge("mktxp_ipv6_neighbor_info", "Reachable IPv6 neighbour")

  private static let labels = ["address", "interface", "mac-address", "identity"]
  /// With what only the table of neighbours shows.
  private static let discovery = MenuQuery(
    path: "/ip/neighbor", properties: labels + ["platform", "board", "version"])
  private static let reachable = MenuQuery(
    path: "/ipv6/neighbor", properties: ["address", "interface", "mac-address", "status", "comment"],
    queries: ["status=reachable"])
  private static let kinds = [
    (discovery, discovered, labels.map { LabelField($0) }), (reachable, ipv6, reachable.properties.map { LabelField($0) }),
  ]

  let path = discovery.path
  let metrics = [discovered, ipv6]

  func period(metricsInterval: Double) -> Double { max(60, metricsInterval) }

  func use(_ switches: MenuSwitches) -> MenuUse { switches.any(.neighbor, .ipv6Neighbor) ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] {
    (context.switches[.neighbor] ? [Self.discovery] : []) + (context.switches[.ipv6Neighbor] ? [Self.reachable] : [])
  }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for (query, metric, fields) in Self.kinds {
      for row in answers.rows(query) {
        let own = fields.map { ($0.label, row[$0.field].map(Self.text)) }
        samples.add(info: metric, context.labels(own))
      }
    }
    return samples
  }

  /// What neighbours announce is sent on as it came: fields of a fixed length are filled up with NULs or blanks.
  static func text(_ announced: String) -> String {
    let isPlain = announced.utf8.allSatisfy { 0x20..<0x80 ~= $0 } && announced.utf8.first != 0x20 && announced.utf8.last != 0x20
    if isPlain { return announced }
    let kept = announced.unicodeScalars.prefix { $0 != "\0" }
    let start = kept.firstIndex { !$0.properties.isWhitespace } ?? kept.endIndex
    let end = kept.lastIndex { !$0.properties.isWhitespace }.map { kept.index(after: $0) } ?? start
    return String(String.UnicodeScalarView(kept[start..<end]))
  }
}
