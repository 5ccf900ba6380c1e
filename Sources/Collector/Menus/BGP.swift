import Shared

/// BGP sessions: `/routing/bgp/session`, on RouterOS 6 `/routing/bgp/peer`, which has less.
struct BGP: MenuCollector {
  static let info = Metric.gauge("mktxp_bgp_sessions_info", "BGP session")
  static let counters: [(metric: Metric, field: String)] = [
    (.counter("mktxp_bgp_remote_messages_total", "Messages received in a BGP session"), "remote.messages"),
    (.counter("mktxp_bgp_local_messages_total", "Messages sent in a BGP session"), "local.messages"),
    (.counter("mktxp_bgp_remote_bytes_total", "Bytes received in a BGP session"), "remote.bytes"),
    (.counter("mktxp_bgp_local_bytes_total", "Bytes sent in a BGP session"), "local.bytes"),
  ]
  static let prefixes = Metric.gauge("mktxp_bgp_prefix_count", "Prefixes received in a BGP session")
  static let established = Metric.gauge("mktxp_bgp_established", "BGP session is established")
  static let uptime = Metric.gauge("mktxp_bgp_uptime", "Milliseconds since a BGP session was established")

  let path = "/routing/bgp/session"
  let metrics = [info, prefixes, established, uptime] + counters.map(\.metric)

  var needs: DeviceKnowledge.Parts { .version }

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.bgp] ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] {
    guard let version = context.known.version, version.major < 7 else {
      // Without a list of fields: their names have dots and differ between versions. A session holds no secret.
      return [MenuQuery(path: path)]
    }
    let fields = ["name", "remote-address", "remote-as", "state", "established", "uptime", "prefix-count", "disabled"]
    return [MenuQuery(path: "/routing/bgp/peer", properties: fields)]
  }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in queries(context).flatMap(answers.rows) {
      guard let name = row["name"] else {
        samples.drop()
        continue
      }
      let details = ["remote.address", "remote.as", "local.as", "remote.afi", "local.afi"].map { field in
        (field.labelName, row[field] ?? row[field.replacing(".", with: "-")])
      }
      samples.add(info: Self.info, context.labels([("name", name)] + details))
      let labels = context.labels([("name", name)])
      for (metric, field) in Self.counters { samples.add(counter: metric, row, field, labels) }
      samples.add(counter: Self.prefixes, row, "prefix-count", labels)
      samples.add(milliseconds: Self.uptime, row, "uptime", labels)
      if row["established"] == nil, let state = row["state"] {
        samples.add(Self.established, .unsigned(state == "established" ? 1 : 0), labels)
      } else {
        // RouterOS 7 has no state, and leaves the flag out while the session is not established.
        samples.add(flag: Self.established, row, "established", labels)
      }
    }
    return samples
  }
}
