import Shared

/// `/ip/ipsec/active-peers`: the other ends of IPsec, with their traffic.
struct IPSec: SingleMenu {
  static let state = Metric.gauge("mktxp_ipsec_peer_state_info", "State of an IPsec peer")
  static let counters: [(metric: Metric, field: String)] = [
    (.counter("mktxp_ipsec_peer_rx_byte_total", "Bytes received from an IPsec peer"), "rx-bytes"),
    (.counter("mktxp_ipsec_peer_tx_byte_total", "Bytes sent to an IPsec peer"), "tx-bytes"),
    (.counter("mktxp_ipsec_peer_rx_packet_total", "Packets received from an IPsec peer"), "rx-packets"),
    (.counter("mktxp_ipsec_peer_tx_packet_total", "Packets sent to an IPsec peer"), "tx-packets"),
  ]
  static let associations = Metric.gauge(
    "mktxp_ipsec_peer_security_association", "Phase 2 security associations of an IPsec peer")
  static let durations: [(metric: Metric, field: String)] = [
    (.gauge("mktxp_ipsec_peer_last_seen", "Milliseconds since an IPsec peer was last heard"), "last-seen"),
    (.gauge("mktxp_ipsec_peer_uptime", "Milliseconds since an IPsec peer connected"), "uptime"),
  ]
  static let flags: [(metric: Metric, field: String)] = [
    (.gauge("mktxp_ipsec_peer_responder", "The IPsec peer began the connection"), "responder"),
    (.gauge("mktxp_ipsec_peer_natt_enabled", "NAT traversal is in use with the IPsec peer"), "natt-peer"),
  ]

  let query = MenuQuery(
    path: "/ip/ipsec/active-peers",
    properties: ["local-address", "name", "comment", "remote-address", "state", "ph2-total"]
      + (counters + durations + flags).map(\.field),
    attributes: [("stats", "")])
  let metrics = [state, associations] + (counters + durations + flags).map(\.metric)

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.ipsec] ? .exported : .off }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows {
      guard row["remote-address"] != nil else {
        samples.drop()
        continue
      }
      let peer = [
        ("local_address", row["local-address"]), ("name", context.interfaceName(row)), ("remote_address", row["remote-address"]),
      ]
      samples.add(info: Self.state, context.labels(peer + [("state", row["state"])]))
      let labels = context.labels(peer)
      for (metric, field) in Self.counters { samples.add(counter: metric, row, field, labels) }
      samples.add(counter: Self.associations, row, "ph2-total", labels)
      for (metric, field) in Self.durations { samples.add(milliseconds: metric, row, field, labels) }
      // RouterOS shows both flags where they are set, and else leaves them out.
      for (metric, field) in Self.flags { samples.add(flag: metric, row, field, labels) }
    }
    return samples
  }
}
