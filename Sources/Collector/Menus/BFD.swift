import Shared

/// BFD sessions: `/routing/bfd/session`, on RouterOS 6 `/routing/bfd/neighbor`.
struct BFD: MenuCollector {
  static let counters: [(metric: Metric, field: String)] = [
    (.counter("mktxp_bfd_rx_packet_total", "BFD packets received"), "packets-rx"),
    (.counter("mktxp_bfd_tx_packet_total", "BFD packets sent"), "packets-tx"),
    (.counter("mktxp_bfd_state_change_total", "Changes of a BFD session's state"), "state-changes"),
  ]
  static let durations: [(metric: Metric, field: String)] = [
    (.gauge("mktxp_bfd_hold_time", "Milliseconds of silence after which a BFD session is down"), "hold-time"),
    (.gauge("mktxp_bfd_tx_interval", "Milliseconds between two packets of a BFD session"), "actual-tx-interval"),
    (.gauge("mktxp_bfd_tx_interval_desired", "Milliseconds wanted between two packets of a BFD session"), "desired-tx-interval"),
    (.gauge("mktxp_bfd_uptime", "Milliseconds since a BFD session came up"), "uptime"),
  ]
  static let multiplier = Metric.gauge("mktxp_bfd_multiplier", "Packets that may be lost before a BFD session is down")
  static let up = Metric.gauge("mktxp_bfd_up", "BFD session is up")

  let path = "/routing/bfd/session"
  let metrics = (counters + durations).map(\.metric) + [multiplier, up]

  var needs: DeviceKnowledge.Parts { .version }

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.bfd] ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] {
    let fields = ["local-address", "interface", "multiplier", "up", "state"] + (Self.counters + Self.durations).map(\.field)
    guard let version = context.known.version, version.major < 7 else {
      return [MenuQuery(path: path, properties: ["remote-address"] + fields)]
    }
    return [MenuQuery(path: "/routing/bfd/neighbor", properties: ["address"] + fields)]
  }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in queries(context).flatMap(answers.rows) {
      guard let remote = row["remote-address"] ?? row["address"] else {
        samples.drop()
        continue
      }
      let labels = context.labels([
        ("local_address", row["local-address"]), ("remote_address", remote), ("interface", row["interface"]),
      ])
      for (metric, field) in Self.counters { samples.add(counter: metric, row, field, labels) }
      for (metric, field) in Self.durations { samples.add(milliseconds: metric, row, field, labels) }
      samples.add(number: Self.multiplier, row, "multiplier", labels)
      // The flag is left out while the session is not up; the state says which it is.
      if row["up"] == nil, let state = row["state"] {
        samples.add(Self.up, .unsigned(state == "up" ? 1 : 0), labels)
      } else {
        samples.add(boolean: Self.up, row, "up", labels)
      }
    }
    return samples
  }
}
