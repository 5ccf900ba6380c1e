import Shared

/// `/interface/wireguard/peers`: RouterOS 7 only. The fields asked for leave out the keys, which the menu has too.
struct WireGuardPeer: SingleMenu {
  static let disabled = Metric.gauge("mktxp_peer_disabled", "WireGuard peer is disabled")
  static let counters: [(metric: Metric, field: String)] = [
    (.counter("mktxp_peer_rx_total", "Bytes received from a WireGuard peer"), "rx"),
    (.counter("mktxp_peer_tx_total", "Bytes sent to a WireGuard peer"), "tx"),
  ]
  static let handshake = Metric.gauge("mktxp_last_handshake", "Seconds since the last handshake with a WireGuard peer")

  private static let fields: [LabelField] = [
    "interface", "comment", "current-endpoint-address", "current-endpoint-port", "allowed-address",
  ]

  let query = MenuQuery(
    path: "/interface/wireguard/peers",
    properties: ["name", "disabled", "last-handshake"] + fields.map(\.field) + counters.map(\.field))
  let metrics = [disabled, handshake] + counters.map(\.metric)

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.wireguardPeers] ? .exported : .off }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows {
      // Peers have names from 7.15 on.
      let labels = context.labels([("name", context.interfaceName(row))], fields: Self.fields, of: row)
      samples.add(boolean: Self.disabled, row, "disabled", labels)
      for (metric, field) in Self.counters { samples.add(counter: metric, row, field, labels) }
      // A peer that never answered has none: 0 would be "just now".
      samples.add(seconds: Self.handshake, row, "last-handshake", labels)
    }
    return samples
  }
}
