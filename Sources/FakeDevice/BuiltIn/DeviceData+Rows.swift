/// Rows that several built-in devices have.
extension DeviceData {
  static func ethernet(
    _ id: Int, _ name: String, _ mac: String, _ comment: String?, original: String? = nil, isRunning: Bool = true
  ) -> RowData {
    var row: RowData = [
      ".id": "*" + String(id, radix: 16, uppercase: true), "default-name": original ?? name, "name": name, "mtu": "1500",
      "l2mtu": "1514", "mac-address": mac, "orig-mac-address": mac, "arp": "enabled", "auto-negotiation": "true",
      "loop-protect": "default", "running": isRunning ? "true" : "false", "slave": "false", "disabled": "false",
    ]
    row["comment"] = comment
    return row
  }

  static func address(_ id: Int, _ address: String, _ network: String, _ interface: String) -> RowData {
    [
      ".id": "*\(id)", "address": address, "network": network, "interface": interface, "actual-interface": interface,
      "invalid": "false", "dynamic": "false", "disabled": "false",
    ]
  }

  /// A route of RouterOS 7 to a network of one's own.
  static func connected(_ id: String, _ network: String, _ interface: String) -> RowData {
    [
      ".id": id, "dst-address": network, "routing-table": "main", "gateway": interface, "immediate-gw": interface,
      "distance": "0", "scope": "10", "connect": "true", "dynamic": "true", "active": "true", "disabled": "false",
    ]
  }

  static func leases(_ network: String, server: String, _ hosts: [String]) -> [RowData] {
    hosts.enumerated().map { index, host in
      let hash = Hash.seed(network + host)
      let address = network + ".\(101 + index)"
      let mac = mac(hash)
      return [
        ".id": "*" + String(index + 1, radix: 16, uppercase: true), "address": address, "mac-address": mac,
        "client-id": "1:" + mac.lowercased(), "server": server, "dhcp-option": "", "status": "bound",
        "expires-after": LiveText.duration(Double(120 + hash % 500)), "last-seen": LiveText.duration(Double(hash % 480)),
        "active-address": address, "active-mac-address": mac, "active-server": server, "host-name": host, "radius": "false",
        "dynamic": "true", "blocked": "false", "disabled": "false",
      ]
    }
  }

  static func connections(_ network: String, _ count: Int) -> [RowData] {
    (0..<count).map { index in
      let hash = Hash.seed("\(network)/\(index)")
      return [
        ".id": "*" + String(0x1F00 + index, radix: 16, uppercase: true), "protocol": index % 4 == 3 ? "udp" : "tcp",
        "src-address": "\(network).\(101 + hash % 6):\(40000 + (hash >> 8) % 20000)",
        "dst-address": "203.0.113.\(1 + (hash >> 24) % 200):443", "timeout": "23h58m", "tcp-state": "established",
        "orig-bytes": "\((hash >> 32) % 90000)", "repl-bytes": "\((hash >> 36) % 9_000_000)",
      ]
    }
  }

  static func mac(_ hash: UInt64) -> String {
    (0..<6).map { index in
      let octet = UInt8(truncatingIfNeeded: hash >> (8 * UInt64(index))) & (index == 0 ? 0xFC : 0xFF)
      let text = String(octet, radix: 16, uppercase: true)
      return text.count == 1 ? "0" + text : text
    }.joined(separator: ":")
  }
}
