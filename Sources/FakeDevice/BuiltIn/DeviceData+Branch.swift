extension DeviceData {
  /// `branch-tartu`: an hAP ac with RouterOS 6.49.18 in its manners, five interfaces, the uplink on `ether1`.
  static let branch = DeviceData(
    name: "branch-tartu", version: "6.49.18", menus: branchMenus,
    monitors: branchMonitors, interfaces: branchInterfaces.map(\.inOldManner))

  private static let branchMonitors: [String: [RowData]] = [
    "/interface/ethernet": [link("ether1", "100Mbps"), link("ether2", "1Gbps"), ["name": "ether3", "status": "no-link"]],
    "/interface/wireless": [
      ["name": "wlan1", "status": "running-ap", "channel": "2437/20/gn", "registered-clients": "2", "noise-floor": "-109"]
    ],
  ]

  private static let branchInterfaces: [InterfaceData] = [
    .make(
      1, "ether1", "ether", mac: "6C:3B:6B:77:A0:01", rx: .people(7.4, seed: "tartu/down", packet: 1050, downloads: film),
      tx: .people(1.6, seed: "tartu/up", packet: 380), ["default-name": "ether1", "comment": "Uplink, 100 Mbit/s"]),
    .make(
      2, "ether2", "ether", mac: "6C:3B:6B:77:A0:02", rx: .people(1.1, seed: "tartu/up", packet: 380),
      tx: .people(5.2, seed: "tartu/down", packet: 1050, downloads: film), ["default-name": "ether2", "slave": "true"]),
    .make(
      3, "ether3", "ether", mac: "6C:3B:6B:77:A0:03", rx: .none, tx: .none,
      ["default-name": "ether3", "running": "false", "slave": "true", "link-downs": "0"]),
    .make(
      6, "wlan1", "wlan", mac: "6C:3B:6B:77:A0:06", rx: .people(0.5, seed: "tartu/wlan/rx", noise: 0.9),
      tx: .people(2.2, seed: "tartu/wlan/tx", noise: 0.9), ["default-name": "wlan1", "slave": "true", "l2mtu": "1600"]),
    .make(
      7, "bridge", "bridge", mac: "6C:3B:6B:77:A0:02", rx: .people(1.5, seed: "tartu/up", packet: 380),
      tx: .people(7.2, seed: "tartu/down", packet: 1050, downloads: film), ["comment": "LAN", "link-downs": "0"]),
  ]

  private static let film = TrafficData.Downloads(every: 7200, bytes: 700_000_000)

  private static let branchMenus: [String: [RowData]] = [
    "/system/identity": [["name": "branch-tartu"]],
    "/system/resource": [
      [
        "uptime": "$uptime", "version": "6.49.18 (long-term)", "build-time": "Feb/27/2025 15:57:18", "factory-software": "6.39.2",
        "free-memory": "$wave(84000000,97000000,900)", "total-memory": "134217728", "cpu": "MIPS 74Kc V5.0", "cpu-count": "1",
        "cpu-frequency": "720", "cpu-load": "$wave(4,46,45)", "free-hdd-space": "2445312", "total-hdd-space": "16777216",
        "write-sect-since-reboot": "$bytes(0.02)", "write-sect-total": "301870", "bad-blocks": "0",
        "architecture-name": "mipsbe", "board-name": "hAP ac", "platform": "MikroTik",
      ]
    ],
    "/system/routerboard": [
      [
        "routerboard": "true", "model": "RouterBOARD 962UiGS-5HacT2HnT", "serial-number": "8A7708E1D2F4",
        "firmware-type": "qca9550L",
        "factory-firmware": "3.36", "current-firmware": "6.49.18", "upgrade-firmware": "6.49.18",
      ]
    ],
    "/system/health": [["voltage": "23.9", "temperature": "$wave(33,41,1800)"]],
    "/system/package": ["system", "dhcp", "wireless", "security", "ppp", "advanced-tools"].enumerated().map { index, name in
      [
        ".id": "*\(index + 1)", "name": name, "version": "6.49.18", "build-time": "Feb/27/2025 15:57:18", "scheduled": "",
        "disabled": "false",
      ]
    },
    "/interface/ethernet": [
      ethernet(1, "ether1", "6C:3B:6B:77:A0:01", "Uplink, 100 Mbit/s"), ethernet(2, "ether2", "6C:3B:6B:77:A0:02", nil),
      ethernet(3, "ether3", "6C:3B:6B:77:A0:03", nil, isRunning: false),
    ],
    "/interface/bridge": [
      [
        ".id": "*7", "name": "bridge", "mtu": "auto", "actual-mtu": "1500", "mac-address": "6C:3B:6B:77:A0:02", "running": "true",
        "disabled": "false",
      ]
    ],
    "/interface/wireless": [
      [
        ".id": "*6", "default-name": "wlan1", "name": "wlan1", "ssid": "Tartu", "band": "2ghz-b/g/n", "running": "true",
        "disabled": "false",
      ]
    ],
    "/interface/wireless/registration-table": [
      [
        ".id": "*1", "interface": "wlan1", "mac-address": mac(Hash.seed("192.168.30till")), "ap": "false",
        "rx-rate": "65Mbps-20MHz/1S",
        "tx-rate": "72.2Mbps-20MHz/1S/SGI", "uptime": "3h12m8s", "last-activity": "40ms", "signal-strength": "-58@6Mbps",
        "signal-to-noise": "51", "tx-ccq": "91", "bytes": "91239212,12391022", "packets": "91221,40112", "authorized": "true",
      ]
    ],
    "/ip/address": [
      address(1, "192.0.2.77/24", "192.0.2.0", "ether1"), address(2, "192.168.30.1/24", "192.168.30.0", "bridge"),
    ],
    "/ip/route": [
      [
        ".id": "*1", "dst-address": "0.0.0.0/0", "gateway": "192.0.2.1", "gateway-status": "192.0.2.1 reachable via  ether1",
        "distance": "1", "scope": "30", "target-scope": "10", "static": "true", "active": "true", "dynamic": "false",
        "disabled": "false",
      ],
      [
        ".id": "*40002", "dst-address": "192.0.2.0/24", "pref-src": "192.0.2.77", "gateway": "ether1",
        "gateway-status": "ether1 reachable", "distance": "0", "scope": "10", "active": "true", "dynamic": "true",
        "connect": "true", "disabled": "false",
      ],
    ],
    "/ip/dhcp-server/lease": leases("192.168.30", server: "lan", ["till", "office-pc", "phone-mari"]),
    "/ip/neighbor": [],
    "/ip/firewall/connection": connections("192.168.30", 12),
    "/tool/netwatch": [],
    "/user/active": [],
    "/queue/simple": [],
    "/queue/tree": [],
  ]
}

extension InterfaceData {
  /// As RouterOS 6 writes times.
  fileprivate var inOldManner: InterfaceData {
    var interface = self
    interface.row["last-link-up-time"] = "nov/02/2026 05:12:41"
    return interface
  }
}
