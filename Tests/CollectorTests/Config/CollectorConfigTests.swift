import Foundation
import Shared
import TestSupport
import Testing

@testable import Collector

@Suite struct CollectorConfigTests {
  private func load(
    _ text: String, mode: Int = 0o600, _ change: (inout ConfigSource) -> Void = { _ in }
  ) throws -> (config: CollectorConfig, warnings: [ConfigError], notices: [String]) {
    let folder = try TemporaryDirectory()
    let path = try folder.write("c.conf", text.utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    var source = ConfigSource(.file(path))
    source.hostName = "edge-7"
    source.timeZone = "Europe/Riga"
    change(&source)
    return try source.load()
  }

  /// What `load` says about `text`, without the folder's name.
  private func errors(_ text: String, mode: Int = 0o600, strict: Bool = false) -> [String] {
    do {
      _ = try load(text, mode: mode) { $0.isStrict = strict }
      return []
    } catch let errors as ConfigErrors {
      return errors.errors.map { $0.description.replacing(/^.*\/c\.conf/, with: "c.conf") }
    } catch {
      return ["\(error)"]
    }
  }

  static let head = "[collector]\nstorage = /srv/t\n[default]\nusername = u\nhostname = h.example\n"

  @Test func defaultsApply() throws {
    let (config, warnings, notices) = try load("[collector]\nstorage = /srv/t\n[gw]\nhostname = 192.0.2.1\nusername = u\n")
    #expect(warnings.isEmpty)
    #expect(notices.isEmpty)
    #expect(config.id == "edge-7")
    #expect(config.sampleInterval == .seconds(1))
    #expect(config.metricsInterval == .seconds(15))
    #expect(config.flushInterval == .seconds(10))
    let device = try #require(config.devices.first)
    #expect(device.endpoint == DeviceEndpoint(host: "192.0.2.1", port: 8728))
    #expect(device.credentials == Credentials(username: "u", password: Secret(""), plaintextLogin: true))
    #expect(device.retention == .standard)
    #expect(device.billing == .init(day: 1, timeZone: "Europe/Riga", quota: nil))
    #expect(device.menus == MenuSettings())
    #expect(device.uplinks == .defaultRoute)
    #expect(device.interfaces == .all)
  }

  @Test func everyKeyIsRead() throws {
    let text = """
      [collector]
        id = Edge One
        storage = sub/root
        sample_interval = 2
        metrics_interval = 30s
        flush_interval = 60
        retention = wan
        spool = sub/spool
        spool_limit = 64MiB
        update_check_url = 0
      [retention wan]
        archives = 1s:1d, 1m:1y
      [default]
        username = "tik, watch"
        password = a,b
        retention = compact
      [Office]
        hostname = [2001:db8::1]
        port = 9999
        plaintext_login = no
        interfaces = ether*, !ether9, comment:*uplink*, type:vlan
        wan = ether1, lte*
        billing_day = 28
        time_zone = UTC
        quota = 2TB
        custom_labels = dc:london, rack=a1, url:http://x
        interface_name_format = combined
        interface_with_default_name = yes
        health = off
        interface = 0
        routerboard = on
        rate_source = monitor
        interface_limit = 50
        series_limit = 2000
        dhcp = True
        use_ssl = no
        ssl_ca_file = x.pem
      [Probe]
        module_only = True
      [Off]
        enabled = no
      """
    let (config, warnings, notices) = try load(text)
    #expect(warnings.isEmpty)
    #expect(config.releaseFeeds == nil)
    #expect(notices.contains { $0.contains("not polled, since off or for probes only: Probe, Off") })
    #expect(config.id == "Edge One")
    #expect(config.storage.hasSuffix("/sub/root"))
    #expect(config.spool.hasSuffix("/sub/spool"))
    #expect(config.spoolLimit == 64 << 20)
    #expect(config.sampleInterval == .seconds(2))
    #expect(config.flushInterval == .seconds(60))
    let device = try #require(config.devices.first)
    #expect(config.devices.count == 1)
    #expect(device.endpoint == DeviceEndpoint(host: "2001:db8::1", port: 9999))
    #expect(device.credentials == Credentials(username: "tik, watch", password: Secret("a,b"), plaintextLogin: false))
    #expect(device.retention == .compact)
    #expect(device.billing == .init(day: 28, timeZone: "UTC", quota: 2_000_000_000_000))
    #expect(
      device.customLabels == [
        .init(name: "dc", value: "london"), .init(name: "rack", value: "a1"), .init(name: "url", value: "http://x"),
      ])
    #expect(device.nameFormat == .combined)
    #expect(device.addsDefaultName)
    #expect(device.seriesLimit == 2000)
    var switches = MenuSwitches()
    (switches[.health], switches[.interface], switches[.routerboard]) = (false, false, true)
    #expect(device.menus.switches == switches)
    #expect(device.uplinks == .matching(try InterfaceFilter(parsing: ["ether1", "lte*"])))
  }

  static let bad: [(String, String)] = [
    ("[collector]\n", #"c.conf:1: [collector] storage: missing; allowed: the folder that web nodes read, e.g. /srv/tikwatch"#),
    (
      "[collector]\nstorage = /s\nsample_interval = 301\n",
      #"c.conf:3: [collector] sample_interval = "301": out of range; allowed: 1 s to 300 s"#
    ),
    (
      "[collector]\nstorage = /s\n[gw]\nhostname = h\nusername = u\nseries_limit = 10\n",
      #"c.conf:6: [gw] series_limit = "10": out of range; allowed: 1000 to 1000000"#
    ),
    (
      "[collector]\nstorage = /s\nretention = big\n",
      #"c.conf:3: [collector] retention = "big": unknown retention; allowed: compact, full, standard"#
    ),
    (
      "[collector]\nstorage = /s\n[retention x]\narchives = 10s:1y\n",
      #"c.conf:4: [retention x] archives = "10s:1y": the first step must be 1s, not that of '10s:1y'; allowed: step:keep, …, e.g. 1s:1y, 10s:5y, 1m:5y"#
    ),
    (
      "[collector]\nstorage = /s\n[retention x]\n",
      #"c.conf:3: [retention x] archives: missing; allowed: step:keep, …, e.g. 1s:1y, 10s:5y, 1m:5y"#
    ),
    (
      "[collector]\nstorage = /s\n[retention full]\narchives = 1s:1d\n",
      #"c.conf:4: [retention full] archives = "1s:1d": retention "full" exists already; allowed: a name other than compact, standard and full"#
    ),
    (
      "[collector]\nstorage = /s\n[gw]\nusername = u\n",
      #"c.conf:3: [gw] hostname: missing; allowed: 192.168.88.1, 2001:db8::1 or gw.example.net"#
    ),
    ("[collector]\nstorage = /s\n[gw]\nhostname = h\n", #"c.conf:3: [gw] username: missing"#),
    (
      "[collector]\nstorage = /s\n[gw]\nusername = u\nhostname = 10.0.0.256\n",
      #"c.conf:5: [gw] hostname = "10.0.0.256": neither an address nor a host name; allowed: 192.168.88.1, 2001:db8::1 or gw.example.net"#
    ),
    (head + "[gw]\nport = 0\n", #"c.conf:7: [gw] port = "0": out of range; allowed: 1 to 65535"#),
    (head + "[gw]\nport = abc\n", #"c.conf:7: [gw] port = "abc": not a whole number; allowed: 1 to 65535"#),
    (
      head + "[gw]\nuse_ssl = True\nssl_fingerprint = ab:cd\n",
      #"c.conf:8: [gw] ssl_fingerprint = "ab:cd": no SHA-256 fingerprint; allowed: 64 hexadecimal digits, with or without colons, sha256: before them or not"#
    ),
    (
      head + "[gw]\nuse_ssl = maybe\n",
      #"c.conf:7: [gw] use_ssl = "maybe": neither yes nor no; allowed: true, false, yes, no, on, off, 1 or 0"#
    ),
    (
      head + "[gw]\nrate_source = snmp\n",
      #"c.conf:7: [gw] rate_source = "snmp": unknown choice; allowed: counters, monitor"#
    ),
    (
      head + "[gw]\npush_token = abc\n",
      #"c.conf:7: [gw] push_token = [redacted]: push is not supported by this version; allowed: no push_token: the device is polled"#
    ),
    (head + "[gw]\nbilling_day = 29\n", #"c.conf:7: [gw] billing_day = "29": out of range; allowed: 1 to 28"#),
    (
      head + "[gw]\ntime_zone = Mars/Olympus\n",
      #"c.conf:7: [gw] time_zone = "Mars/Olympus": unknown time zone; allowed: an IANA name such as Europe/Riga"#
    ),
    (
      head + "[gw]\nquota = lots\n",
      #"c.conf:7: [gw] quota = "lots": not a size in bytes; allowed: bytes, or a number with kB, MB, GB, TB, PB, KiB, MiB, GiB, TiB or PiB (1GiB, 2TB)"#
    ),
    (
      head + "[gw]\ninterfaces = ether1, !\n",
      #"c.conf:7: [gw] interfaces = "ether1, !": "!" has no pattern; allowed: patterns such as *, ether1, vlan*, comment:*uplink*, type:ether, !bridge*"#
    ),
    (
      head + "[gw]\ncustom_labels = 1dc:x\n",
      #"c.conf:7: [gw] custom_labels = "1dc:x": "1dc" cannot name a label; allowed: items such as dc:london, rack=a1; names of letters, digits and _, not beginning with a digit"#
    ),
    (
      head + "[gw]\ncustom_labels = routerboard_name:x\n",
      #"c.conf:7: [gw] custom_labels = "routerboard_name:x": "routerboard_name" names the device itself and cannot be replaced; allowed: items such as dc:london, rack=a1; names of letters, digits and _, not beginning with a digit"#
    ),
    (
      head + "[gw]\ninterface_name_format = nick\n",
      #"c.conf:7: [gw] interface_name_format = "nick": unknown choice; allowed: name, comment, combined"#
    ),
    (head + "[gw]\nretention = wan\n", #"c.conf:7: [gw] retention = "wan": unknown retention; allowed: compact, full, standard"#),
    (
      head + "dhcp = None\n[gw]\n",
      #"c.conf:6: [default] dhcp = "None": neither yes nor no; allowed: true, false, yes, no, on, off, 1 or 0"#
    ),
  ]

  @Test(arguments: bad) func everyErrorNamesPlaceValueAndWhatIsAllowed(_ text: String, _ expected: String) {
    #expect(errors(text) == [expected])
  }

  @Test func otherEntriesStandInForADevice() throws {
    let (config, warnings, _) = try load(
      """
      [collector]
        storage = /srv
      [default]
        username = u
        remote_dhcp_entry = Core
      [Core]
        hostname = core.example.net
        password = core
        enabled = no
        use_ssl = yes
      [AP]
        hostname = 192.0.2.2
        remote_capsman_entry = Lost
        address_list = blocked, allowed, blocked
        bgp = yes
      [Free]
        hostname = 192.0.2.3
        remote_dhcp_entry = None
      """)
    let access = try #require(config.devices.first { $0.name == "AP" })
    let core = try #require(access.dhcpServer)
    #expect(core.name == "Core")
    #expect(core.endpoint == DeviceEndpoint(host: "core.example.net", port: 8729))
    #expect(core.credentials.password == Secret("core"))
    #expect(access.capsman == nil)
    #expect(access.menus.addressLists == ["blocked", "allowed"])
    #expect(access.menus.switches[.bgp])
    #expect(warnings.map(\.key) == ["remote_capsman_entry"])
    #expect(config.devices.first { $0.name == "Free" }?.dhcpServer == nil)
  }

  @Test func allErrorsComeAtOnceInTheOrderOfTheFile() {
    let text = Self.head + "[a]\nport = x\n[b]\nbilling_day = 0\nquota = 0\n"
    #expect(errors(text).map { $0.prefix(9) } == ["c.conf:7:", "c.conf:9:", "c.conf:10"])
  }

  @Test func unknownKeysAreWarningsAndErrorsWhenStrict() throws {
    let text = Self.head + "pasword = x\n[gw]\ninterfeces = *\n"
    let warnings = try load(text).warnings.map { $0.description.replacing(/^.*\/c\.conf/, with: "c.conf") }
    let expected = [
      #"c.conf:8: [gw] interfeces: unknown key; did you mean "interfaces"?"#,
      #"c.conf:6: [default] pasword: unknown key; did you mean "password"?"#,
    ]
    #expect(Set(warnings) == Set(expected))
    #expect(Set(errors(text, strict: true)) == Set(expected))
  }

  @Test func passwordsThatEverybodyCanReadAreRefused() throws {
    let text = Self.head + "[gw]\npassword = s3cret\n"
    #expect(
      errors(text, mode: 0o644) == [
        "c.conf:7: [gw] password = [redacted]: others can read this file (mode 644); allowed: chmod o-rwx"
      ])
    #expect(errors(text, mode: 0o640) == [])
    let accepted = try load(text, mode: 0o644) { $0.allowsExposedSecrets = true }
    #expect(accepted.warnings.count == 1)
  }

  @Test func anMKTXPFolderHasItsOwnDefaults() throws {
    let folder = try TemporaryDirectory()
    try folder.write(
      "mktxp.conf", "[on]\nenabled = True\nuse_ssl = False\n[off]\n[collector]\nenabled = True\nusername = me\n".utf8)
    try folder.write("_mktxp.conf", "[MKTXP]\nlisten = '0.0.0.0:49090'\n".utf8)
    var source = ConfigSource(.directory(folder.path))
    source.environment = ["XDG_STATE_HOME": "/state", "HOME": "/home/u"]
    let (config, warnings, _) = try source.load()
    #expect(config.devices.map(\.name) == ["on", "collector"])
    #expect(config.devices[0].credentials == Credentials(username: "user", password: Secret("password"), plaintextLogin: true))
    #expect(config.devices[0].endpoint == DeviceEndpoint(host: "localhost", port: 8728))
    #expect(config.devices[1].credentials.username == "me")
    #expect(config.storage == "/state/tikwatch")
    #expect(config.createsStorage)
    #expect(warnings.isEmpty)
    source.environment = ["HOME": "/home/u"]
    #expect(source.defaultStorage == "/home/u/.local/state/tikwatch")
    source.isRoot = true
    #expect(source.defaultStorage == "/var/lib/tikwatch")
    try folder.write("_mktxp.conf", "no section\n".utf8)
    #expect(throws: ConfigErrors.self) { try source.load() }
  }
}

@Suite struct InterfaceFilterTests {
  @Test(
    arguments: [
      (["*"], "ether1", nil, "ether", false, true),
      (["*"], "<pppoe-x>", nil, "pppoe-in", true, false),
      (["**"], "<pppoe-x>", nil, "pppoe-in", true, false),
      (["<pppoe-*"], "<pppoe-x>", nil, "pppoe-in", true, true),
      (["type:pppoe-in"], "<pppoe-x>", nil, "pppoe-in", true, true),
      (["ether1"], "ether10", nil, "ether", false, false),
      (["ether?"], "ether1", nil, "ether", false, true),
      (["Ether1"], "ether1", nil, "ether", false, false),
      (["comment:*uplink*"], "ether1", "the uplink here", "ether", false, true),
      (["comment:*uplink*"], "ether1", nil, "ether", false, false),
      (["type:vlan"], "x", nil, "vlan", false, true),
      (["*", "!bridge*"], "bridge1", nil, "bridge", false, false),
      (["!bridge*"], "ether1", nil, "ether", false, true),
      (["!type:bridge"], "br", nil, "bridge", false, false),
      (["! comment:private"], "ether1", "private", "ether", false, false),
      ([], "ether1", nil, "ether", false, false),
    ] as [([String], String, String?, String, Bool, Bool)])
  func patterns(_ items: [String], _ name: String, _ comment: String?, _ type: String, _ dynamic: Bool, _ expected: Bool) throws {
    let filter = try InterfaceFilter(parsing: items)
    #expect(filter.matches(name: name, comment: comment, type: type, isDynamic: dynamic) == expected)
  }

  @Test func aPatternOfManyStarsEndsInTime() {
    let glob = Glob(String(repeating: "*a", count: 40) + "b")
    #expect(!glob.matches(String(repeating: "a", count: 3000)))
  }

  @Test(arguments: [
    (InterfaceNameFormat.name, "ether1"), (.comment, "A very long comment "), (.combined, "ether1 (A very long comment )"),
  ])
  func namesAreMKTXPs(_ format: InterfaceNameFormat, _ expected: String) {
    #expect(format.text(name: "ether1", comment: "A very long comment beyond twenty") == expected)
    #expect(format.text(name: "ether1", comment: nil) == "ether1")
    #expect(format.text(name: "ether1", comment: "") == "ether1")
  }
}
