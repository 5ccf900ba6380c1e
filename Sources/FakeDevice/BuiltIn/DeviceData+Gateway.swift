extension DeviceData {
  /// `gw-riga`: an RB5009 with RouterOS 7.16.2, eight interfaces, the uplink on `ether1`.
  static let gateway = DeviceData(
    name: "gw-riga", version: "7.16.2", menus: gatewayMenus, monitors: ["/interface/ethernet": gatewayLinks],
    interfaces: gatewayInterfaces)

  private static let down = TrafficData.Downloads(every: 900, bytes: 2_400_000_000)
  private static let up = TrafficData.Downloads(every: 3600, bytes: 900_000_000)

  private static let gatewayInterfaces: [InterfaceData] = [
    .make(
      1, "ether1", "ether", mac: "48:A9:8A:10:4C:01", rx: .people(96, seed: "riga/down", packet: 1150, downloads: down),
      tx: .people(21, seed: "riga/up", packet: 420, downloads: up), ["default-name": "ether1", "comment": "Uplink"]),
    .make(
      2, "ether2", "ether", mac: "48:A9:8A:10:4C:02", rx: .people(9, seed: "riga/up", packet: 400),
      tx: .people(38, seed: "riga/down", packet: 1150),
      ["default-name": "ether2", "comment": "Switch, first floor", "slave": "true"]),
    .make(
      3, "ether3", "ether", mac: "48:A9:8A:10:4C:03", rx: .people(3.5, seed: "riga/3/rx"), tx: .people(14, seed: "riga/3/tx"),
      ["default-name": "ether3", "slave": "true"]),
    .make(
      4, "ether4", "ether", mac: "48:A9:8A:10:4C:04", rx: .none, tx: .none,
      ["default-name": "ether4", "running": "false", "slave": "true", "link-downs": "0"]),
    .make(
      5, "ether5 (camera)", "ether", mac: "48:A9:8A:10:4C:05", rx: .steady(6.2, seed: "riga/camera"),
      tx: .steady(0.11, seed: "riga/camera/back", packet: 90),
      ["default-name": "ether5", "comment": "Cameras, yard", "slave": "true", "link-downs": "4"]),
    .make(
      9, "sfp-sfpplus1", "ether", mac: "48:A9:8A:10:4C:09", rx: .people(11, seed: "riga/sfp/rx", noise: 0.85),
      tx: .people(47, seed: "riga/sfp/tx", noise: 0.85, downloads: TrafficData.Downloads(every: 1800, bytes: 3_100_000_000)),
      ["default-name": "sfp-sfpplus1", "comment": "Server room", "slave": "true"]),
    .make(
      0xA, "bridge", "bridge", mac: "48:A9:8A:10:4C:02", rx: .people(20, seed: "riga/up", packet: 420, downloads: up),
      tx: .people(94, seed: "riga/down", packet: 1150, downloads: down), ["comment": "LAN", "link-downs": "0"]),
    .make(
      0xB, "vlan20-guest", "vlan", mac: "48:A9:8A:10:4C:02", rx: .people(1.8, seed: "riga/guest/rx"),
      tx: .people(8.4, seed: "riga/guest/tx", noise: 0.9), ["comment": "Guests", "l2mtu": "1510", "link-downs": "0"]),
  ]

  private static let gatewayLinks: [RowData] = [
    link("ether1", "2.5Gbps"), link("ether2", "1Gbps"), link("ether3", "1Gbps"), ["name": "ether4", "status": "no-link"],
    link("ether5 (camera)", "100Mbps"),
    [
      "name": "sfp-sfpplus1", "status": "link-ok", "auto-negotiation": "done", "rate": "10Gbps", "full-duplex": "true",
      "sfp-module-present": "true", "sfp-rx-loss": "false", "sfp-tx-fault": "false", "sfp-type": "SFP/SFP+/SFP28/SFP56",
      "sfp-connector-type": "LC", "sfp-vendor-name": "MikroTik", "sfp-vendor-part-number": "S+85DLC03D",
      "sfp-wavelength": "850", "sfp-temperature": "$wave(38,46,3600)", "sfp-supply-voltage": "3.297",
      "sfp-tx-bias-current": "6", "sfp-tx-power": "-2.31", "sfp-rx-power": "-3.02",
    ],
  ]

  /// The answer of `/interface/ethernet/monitor` for a copper port with a link.
  static func link(_ name: String, _ rate: String) -> RowData {
    [
      "name": name, "status": "link-ok", "auto-negotiation": "done", "rate": rate, "full-duplex": "true",
      "tx-flow-control": "false", "rx-flow-control": "false",
    ]
  }

  private static let gatewayMenus: [String: [RowData]] = [
    "/system/identity": [["name": "gw-riga"]],
    "/system/resource": [
      [
        "uptime": "$uptime", "version": "7.16.2 (stable)", "build-time": "2024-11-26 12:09:40", "factory-software": "7.4.1",
        "free-memory": "$wave(688000000,742000000,1800)", "total-memory": "1073741824", "cpu": "ARM64", "cpu-count": "4",
        "cpu-frequency": "1400", "cpu-load": "$wave(3,31,60)", "free-hdd-space": "994377728", "total-hdd-space": "1073741824",
        "write-sect-since-reboot": "$bytes(0.41)", "write-sect-total": "4019266", "bad-blocks": "0",
        "architecture-name": "arm64", "board-name": "RB5009UG+S+", "platform": "MikroTik",
      ]
    ],
    "/system/routerboard": [
      [
        "routerboard": "true", "model": "RB5009UG+S+", "serial-number": "HE508TQ4C1R", "firmware-type": "70x0",
        "factory-firmware": "7.4.1", "current-firmware": "7.16.2", "upgrade-firmware": "7.16.2",
      ]
    ],
    "/system/health": [
      [".id": "*D", "name": "cpu-temperature", "value": "$wave(44,57,1800)", "type": "C"],
      [".id": "*E", "name": "voltage", "value": "24.1", "type": "V"],
    ],
    "/system/package": [
      [
        ".id": "*1", "name": "routeros", "version": "7.16.2", "build-time": "2024-11-26 12:09:40", "scheduled": "",
        "disabled": "false",
      ]
    ],
    "/system/clock": [["time": "$time", "date": "$date", "time-zone-name": "Europe/Riga", "gmt-offset": "+02:00"]],
    "/interface/ethernet": [
      ethernet(1, "ether1", "48:A9:8A:10:4C:01", "Uplink"), ethernet(2, "ether2", "48:A9:8A:10:4C:02", "Switch, first floor"),
      ethernet(3, "ether3", "48:A9:8A:10:4C:03", nil), ethernet(4, "ether4", "48:A9:8A:10:4C:04", nil, isRunning: false),
      ethernet(5, "ether5 (camera)", "48:A9:8A:10:4C:05", "Cameras, yard", original: "ether5"),
      ethernet(9, "sfp-sfpplus1", "48:A9:8A:10:4C:09", "Server room"),
    ],
    "/interface/bridge": [
      [
        ".id": "*A", "name": "bridge", "mtu": "auto", "actual-mtu": "1500", "l2mtu": "1514", "mac-address": "48:A9:8A:10:4C:02",
        "protocol-mode": "rstp", "vlan-filtering": "true", "running": "true", "disabled": "false", "comment": "LAN",
      ]
    ],
    "/interface/vlan": [
      [
        ".id": "*B", "name": "vlan20-guest", "mtu": "1500", "l2mtu": "1510", "mac-address": "48:A9:8A:10:4C:02", "arp": "enabled",
        "vlan-id": "20", "interface": "bridge", "running": "true", "disabled": "false", "comment": "Guests",
      ]
    ],
    "/ip/address": [
      address(1, "198.51.100.34/29", "198.51.100.32", "ether1"), address(2, "192.168.10.1/24", "192.168.10.0", "bridge"),
      address(3, "192.168.20.1/24", "192.168.20.0", "vlan20-guest"),
    ],
    "/ip/route": [
      [
        ".id": "*80000001", "dst-address": "0.0.0.0/0", "routing-table": "main", "gateway": "198.51.100.33",
        "immediate-gw": "198.51.100.33%ether1", "distance": "1", "scope": "30", "target-scope": "10", "static": "true",
        "active": "true", "dynamic": "false", "disabled": "false",
      ],
      connected("*40000002", "198.51.100.32/29", "ether1"), connected("*40000003", "192.168.10.0/24", "bridge"),
      connected("*40000004", "192.168.20.0/24", "vlan20-guest"),
    ],
    "/ip/dhcp-server/lease": leases(
      "192.168.10", server: "lan", ["nas", "printer-2f", "anna-laptop", "tv", "desk-14", "phone-janis"]),
    "/ip/neighbor": [
      [
        ".id": "*1", "interface": "ether2,bridge", "address": "192.168.10.2", "mac-address": "DC:2C:6E:4A:01:22",
        "identity": "ap-office", "platform": "MikroTik", "version": "7.19.4 (stable)", "board": "cAPGi-5HaxD2HaxD", "age": "12s",
      ]
    ],
    "/ip/firewall/connection": connections("192.168.10", 40),
    "/ip/firewall/filter": [],
    "/ip/dns": [
      ["servers": "198.51.100.33", "cache-size": "2048", "cache-used": "$wave(300,900,900)", "allow-remote-requests": "true"]
    ],
    "/ip/cloud": [
      [
        "ddns-enabled": "true", "public-address": "198.51.100.34", "dns-name": "he508tq4c1r.sn.mynetname.net",
        "status": "updated",
      ]
    ],
    "/ip/pool": [[".id": "*1", "name": "lan", "ranges": "192.168.10.100-192.168.10.199"]],
    "/ip/pool/used": [],
    "/tool/netwatch": [
      [
        ".id": "*1", "host": "192.0.2.53", "type": "simple", "status": "up", "since": "2026-11-02 05:13:02", "interval": "10s",
        "disabled": "false",
      ]
    ],
    "/user/active": [
      [".id": "*1", "name": "admin", "when": "2026-11-20 08:00:00", "address": "192.168.10.5", "via": "api", "group": "full"]
    ],
    "/queue/simple": [],
    "/queue/tree": [],
  ]
}
