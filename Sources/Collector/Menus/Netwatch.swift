import Shared

/// `/tool/netwatch`: what the device itself watches. RouterOS 6 knows up and down only.
struct Netwatch: SingleMenu {
  static let info = Metric.gauge("mktxp_netwatch_info", "What is watched, and its state; since is the device's local time")
  static let status = Metric.gauge("mktxp_netwatch_status", "What is watched is up")
  static let numbers: [(metric: Metric, field: String, unit: String, types: Set<String>?)] = [
    (.gauge("mktxp_netwatch_done_tests", "Tests done"), "done-tests", "", nil),
    (.gauge("mktxp_netwatch_failed_tests", "Tests failed"), "failed-tests", "", nil),
    (.gauge("mktxp_netwatch_icmp_loss_count", "Replies that did not come in the last test"), "loss-count", "", ping),
    (.gauge("mktxp_netwatch_icmp_loss_percent", "Share of replies that did not come in percent"), "loss-percent", "%", ping),
    (.gauge("mktxp_netwatch_http_status_code", "HTTP status of the last test"), "http-status-code", "", web),
  ]
  static let times: [(metric: Metric, field: String, types: Set<String>)] = [
    (.gauge("mktxp_netwatch_icmp_rtt_avg_ms", "Average round trip in milliseconds"), "rtt-avg", ping),
    (.gauge("mktxp_netwatch_icmp_rtt_min_ms", "Shortest round trip in milliseconds"), "rtt-min", ping),
    (.gauge("mktxp_netwatch_icmp_rtt_max_ms", "Longest round trip in milliseconds"), "rtt-max", ping),
    (.gauge("mktxp_netwatch_icmp_rtt_jitter_ms", "Jitter of the round trips in milliseconds"), "rtt-jitter", ping),
    (.gauge("mktxp_netwatch_icmp_rtt_stdev_ms", "Standard deviation of the round trips in milliseconds"), "rtt-stdev", ping),
    (
      .gauge("mktxp_netwatch_tcp_connect_time_ms", "Time to connect in milliseconds"), "tcp-connect-time", web.union(["tcp-conn"])
    ),
    (.gauge("mktxp_netwatch_http_resp_time", "Time to the HTTP response in milliseconds"), "http-resp-time", web),
  ]
  private static let ping: Set = ["icmp"]
  private static let web: Set = ["http-get", "https-get"]

  let query = MenuQuery(
    path: "/tool/netwatch",
    properties: ["name", "host", "type", "timeout", "interval", "since", "status", "comment", "disabled"]
      + numbers.map(\.field) + times.map(\.field))
  let metrics = [info, status] + numbers.map(\.metric) + times.map(\.metric)

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.netwatch] ? .exported : .off }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows where row["disabled"].flatMap(RowValue.boolean) != true {
      guard let raw = row["name"].flatMap({ $0.isEmpty ? nil : $0 }) ?? row["host"] else {
        samples.drop()
        continue
      }
      let name = context.nameFormat.text(name: raw, comment: row["comment"])
      let isUp = row["status"].flatMap(Self.isUp)
      let own = ["host", "timeout", "interval", "since"].map { ($0, row[$0]) }
      samples.add(
        info: Self.info,
        context.labels(own + [("status", isUp.map { $0 ? "1" : "0" } ?? ""), ("comment", row["comment"]), ("name", name)]))
      let labels = context.labels([("name", name), ("type", row["type"])])
      // Without a value until the first test: unknown is neither up nor down.
      samples.add(Self.status, row.known, "status", labels, Self.isUp) { .unsigned($0 ? 1 : 0) }
      let type = row["type"] ?? "simple"
      for (metric, field, unit, types) in Self.numbers where types?.contains(type) ?? true {
        samples.add(metric, row.known, field, in: unit, labels)
      }
      for (metric, field, types) in Self.times where types.contains(type) {
        samples.add(milliseconds: metric, row.known, field, labels)
      }
    }
    return samples
  }

  private static func isUp(_ text: String) -> Bool? {
    switch text {
    case "up": true
    case "down": false
    default: nil
    }
  }
}
