extension DeviceData {
  /// `ap-office`: a cAP ax with RouterOS 7.19.4, four interfaces, no uplink of its own.
  static let accessPoint = DeviceData(
    name: "ap-office", version: "7.19.4", menus: accessPointMenus,
    monitors: accessPointMonitors, interfaces: accessPointInterfaces)

  private static let accessPointMonitors: [String: [RowData]] = [
    "/interface/ethernet": [link("ether1", "1Gbps"), ["name": "ether2", "status": "no-link"]],
    "/interface/wifi": [
      [
        "name": "wifi1", "state": "running", "channel": "5500/ax/Ceee/D", "registered-peers": "4", "authorized-peers": "4",
        "tx-power": "22",
      ]
    ],
  ]

  private static let accessPointInterfaces: [InterfaceData] = [
    .make(
      1, "ether1", "ether", mac: "DC:2C:6E:4A:01:21", rx: .people(17, seed: "office/down", packet: 1100, downloads: movie),
      tx: .people(3.1, seed: "office/up", packet: 350), ["default-name": "ether1", "comment": "To gw-riga", "slave": "true"]),
    .make(
      2, "ether2", "ether", mac: "DC:2C:6E:4A:01:22", rx: .none, tx: .none,
      ["default-name": "ether2", "running": "false", "slave": "true", "link-downs": "0"]),
    .make(
      3, "wifi1", "wifi", mac: "DC:2C:6E:4A:01:23", rx: .people(3, seed: "office/up", noise: 0.85, packet: 350),
      tx: .people(16, seed: "office/down", noise: 0.85, packet: 1100, downloads: movie),
      ["default-name": "wifi1", "comment": "Office 5 GHz", "l2mtu": "1560", "slave": "true"]),
    .make(
      4, "bridge", "bridge", mac: "DC:2C:6E:4A:01:21", rx: .steady(0.6, seed: "office/bridge/rx"),
      tx: .steady(0.2, seed: "office/bridge/tx"), ["link-downs": "0"]),
  ]

  private static let movie = TrafficData.Downloads(every: 5400, bytes: 1_900_000_000)

  private static let accessPointMenus: [String: [RowData]] = [
    "/system/identity": [["name": "ap-office"]],
    "/system/resource": [
      [
        "uptime": "$uptime", "version": "7.19.4 (stable)", "build-time": "2025-07-25 09:12:11", "factory-software": "7.8",
        "free-memory": "$wave(610000000,655000000,1200)", "total-memory": "1073741824", "cpu": "ARM64", "cpu-count": "4",
        "cpu-frequency": "864", "cpu-load": "$wave(1,18,45)", "free-hdd-space": "88784896", "total-hdd-space": "134217728",
        "write-sect-since-reboot": "$bytes(0.12)", "write-sect-total": "281220", "bad-blocks": "0",
        "architecture-name": "arm64", "board-name": "cAPGi-5HaxD2HaxD", "platform": "MikroTik",
      ]
    ],
    "/system/routerboard": [
      [
        "routerboard": "true", "model": "cAPGi-5HaxD2HaxD", "serial-number": "HGQ09T7B3KX", "firmware-type": "ipq5000",
        "factory-firmware": "7.8", "current-firmware": "7.19.4", "upgrade-firmware": "7.19.4",
      ]
    ],
    "/system/health": [[".id": "*D", "name": "cpu-temperature", "value": "$wave(48,62,1800)", "type": "C"]],
    "/system/package": [
      [
        ".id": "*1", "name": "routeros", "version": "7.19.4", "build-time": "2025-07-25 09:12:11", "scheduled": "",
        "disabled": "false",
      ],
      [
        ".id": "*2", "name": "wifi-qcom", "version": "7.19.4", "build-time": "2025-07-25 09:12:11", "scheduled": "",
        "disabled": "false",
      ],
    ],
    "/interface/ethernet": [
      ethernet(1, "ether1", "DC:2C:6E:4A:01:21", "To gw-riga"), ethernet(2, "ether2", "DC:2C:6E:4A:01:22", nil, isRunning: false),
    ],
    "/interface/bridge": [
      [
        ".id": "*4", "name": "bridge", "mtu": "auto", "actual-mtu": "1500", "mac-address": "DC:2C:6E:4A:01:21", "running": "true",
        "disabled": "false",
      ]
    ],
    "/interface/wifi": [
      [
        ".id": "*3", "default-name": "wifi1", "name": "wifi1", "mac-address": "DC:2C:6E:4A:01:23", "configuration.ssid": "Office",
        "running": "true", "disabled": "false", "comment": "Office 5 GHz",
      ]
    ],
    "/interface/wifi/registration-table": [
      client(1, "anna-laptop", signal: "-52", "1200.9Mbps-80MHz/2S"),
      client(2, "phone-janis", signal: "-61", "864.7Mbps-80MHz/2S"),
      client(3, "tv", signal: "-47", "1200.9Mbps-80MHz/2S"), client(4, "scanner", signal: "-70", "86.7Mbps-20MHz/1S"),
    ],
    "/ip/address": [address(1, "192.168.10.2/24", "192.168.10.0", "bridge")],
    "/ip/route": [
      [
        ".id": "*80000001", "dst-address": "0.0.0.0/0", "routing-table": "main", "gateway": "192.168.10.1",
        "immediate-gw": "192.168.10.1%bridge", "distance": "1", "scope": "30", "target-scope": "10", "static": "true",
        "active": "true", "dynamic": "false", "disabled": "false",
      ],
      connected("*40000002", "192.168.10.0/24", "bridge"),
    ],
    "/ip/dhcp-server/lease": [],
    "/ip/neighbor": [],
    "/ip/firewall/connection": connections("192.168.10", 6),
    "/tool/netwatch": [],
    "/user/active": [],
    "/queue/simple": [],
    "/queue/tree": [],
  ]

  private static func client(_ id: Int, _ host: String, signal: String, _ rate: String) -> RowData {
    [
      ".id": "*\(id)", "interface": "wifi1", "ssid": "Office", "mac-address": mac(Hash.seed("192.168.10" + host)),
      "uptime": LiveText.duration(Double(Hash.seed(host) % 80000)), "last-activity": "0ms", "signal": signal,
      "auth-type": "wpa2-psk", "band": "5ghz-ax", "tx-rate": rate, "rx-rate": rate,
      "packets": "\(Hash.seed(host) % 900_000),\(Hash.seed(host) % 400_000)",
      "bytes": "\(Hash.seed(host) % 900_000_000),\(Hash.seed(host) % 90_000_000)", "authorized": "true",
    ]
  }
}
