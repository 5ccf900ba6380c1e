import Shared

/// `/ip/firewall/filter`, `raw`, `nat`, `mangle` and their IPv6 twins: bytes that rules matched.
struct Firewall: MenuCollector {
  private struct Table {
    var key: MenuSwitch
    var metric: Metric
    var query: MenuQuery

    init(_ table: String, ipv6: Bool) {
      key = ipv6 ? .ipv6Firewall : .firewall
      metric = .counter(
        "mktxp_firewall_\(table)\(ipv6 ? "_ipv6" : "")_total",
        "Bytes matched by \(ipv6 ? "IPv6" : "IPv4") firewall rules of table \(table)")
      query = MenuQuery(
        path: "/\(ipv6 ? "ipv6" : "ip")/firewall/\(table)",
        properties: ["chain", "action", "bytes", "comment", "log", "out-interface", "protocol"], attributes: [("stats", "")])
    }
  }

  private static let tables = [false, true].flatMap { ipv6 in
    ["filter", "raw", "nat", "mangle"].map { Table($0, ipv6: ipv6) }
  }

  let path = "/ip/firewall"
  let metrics = tables.map(\.metric)

  func period(metricsInterval: Double) -> Double { max(60, metricsInterval) }

  func use(_ switches: MenuSwitches) -> MenuUse { switches.any(.firewall, .ipv6Firewall) ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] {
    Self.tables.filter { context.switches[$0.key] }.map(\.query)
  }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for table in Self.tables {
      for (labels, bytes) in Self.sums(answers.rows(table.query), context, &samples) {
        samples.add(count: table.metric, bytes, labels)
      }
    }
    return samples
  }

  /// In the order of the rules. Rules that the labels cannot tell apart are one series: their sum.
  private static func sums(_ rows: [Row], _ context: MenuContext, _ samples: inout MenuSamples) -> [(Labels, UInt64)] {
    var sums: [(labels: Labels, bytes: UInt64)] = []
    var places: [Labels: Int] = [:]
    for row in rows {
      switch row.read("bytes", RowValue.unsigned) {
      case .absent: break
      case .unreadable: samples.drop()
      case .value(let bytes):
        let labels = context.labels([
          ("name", name(row)), ("log", row["log"].flatMap(RowValue.boolean) == true ? "1" : "0"),
        ])
        if let place = places[labels] {
          // Wraps as a counter of the device would.
          sums[place].bytes &+= bytes
        } else {
          places[labels] = sums.count
          sums.append((labels, bytes))
        }
      }
    }
    return sums
  }

  /// `| chain | action | comment | out-interface | protocol`; the last two only where the rule has them.
  private static func name(_ row: Row) -> String {
    var name = "| " + (row["chain"] ?? " ") + " | " + (row["action"] ?? " ") + " | " + (row["comment"] ?? "")
    for field in ["out-interface", "protocol"] {
      if let value = row[field], !value.isEmpty { name += " | " + value }
    }
    return name
  }
}
