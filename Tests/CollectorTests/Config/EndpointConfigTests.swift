import Foundation
import Shared
import TestSupport
import Testing

@testable import Collector

/// The endpoint's keys, in our dialect and in MKTXP's files.
@Suite struct EndpointConfigTests {
  private typealias Loaded = (config: CollectorConfig, warnings: [ConfigError], notices: [String])

  private static let device = "[gw]\nhostname = 192.0.2.1\nusername = u\nenabled = True\n"

  private func load(_ collector: String, _ devices: String = device) throws -> Loaded {
    let folder = try TemporaryDirectory()
    let path = try folder.write("c.conf", "[collector]\nstorage = /srv/t\n\(collector)\n\(devices)".utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    return try ConfigSource(.file(path)).load()
  }

  private func mktxp(_ system: String?, _ devices: String = device, _ change: (inout ConfigSource) -> Void = { _ in }) throws
    -> Loaded
  {
    let folder = try TemporaryDirectory()
    let path = try folder.write("mktxp.conf", devices.utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    if let system { try folder.write("_mktxp.conf", system.utf8) }
    var source = ConfigSource(.directory(folder.path))
    change(&source)
    return try source.load()
  }

  private func problem(_ body: () throws -> Loaded) -> String {
    do {
      _ = try body()
      return ""
    } catch let errors as ConfigErrors {
      return errors.errors.map { $0.description.replacing(/^.*\/(c|_mktxp)\.conf/, with: "conf") }.joined(separator: "\n")
    } catch {
      return "\(error)"
    }
  }

  @Test func withoutListenThereIsNoEndpoint() throws {
    let endpoint = try load("").config.endpoint
    #expect(endpoint == EndpointConfig())
    #expect(endpoint.listen.isEmpty && endpoint.allow == .privateRanges && endpoint.trustedProxies == .loopbackHosts)
  }

  @Test func everyKeyIsRead() throws {
    let endpoint = try load(
      """
      listen = 0.0.0.0:49090 [::1]:49091 unix:/run/t.sock
      allow = 10.0.0.0/8, prom.example.net
      trusted_proxies = None
      enable_probe = no
      probe_allowed_targets = 192.0.2.0/24, *.example.net
      probe_connection_pool = yes
      probe_connection_pool_ttl = 0
      probe_connection_pool_max_size = 7
      """
    ).config.endpoint
    #expect(endpoint.listen.map(\.description) == ["0.0.0.0:49090", "[::1]:49091", "unix:/run/t.sock"])
    #expect(endpoint.allow.description == "10.0.0.0/8, prom.example.net")
    #expect(endpoint.trustedProxies.rules.isEmpty)
    #expect(!endpoint.probe.isEnabled && endpoint.probe.keepsSessions)
    #expect(endpoint.probe.sessionSeconds == 0 && endpoint.probe.sessionLimit == 7)
    #expect(endpoint.probe.targets?.rules.count == 2)
  }

  @Test(arguments: [
    ("listen = 49090", "conf:3: [collector] listen = \"49090\": \"49090\" has no port"),
    ("allow = 10.0.0.0/33", "conf:3: [collector] allow"), ("enable_probe = maybe", "neither yes nor no"),
    ("probe_allowed_targets = 10.0.0.256", "\"10.0.0.256\" is neither an address nor a host name"),
    ("probe_connection_pool_max_size = -1", "out of range; allowed: 0 to 10000"),
  ])
  func aBadValueIsNamed(line: String, words: String) {
    #expect(problem { try load(line) }.contains(words))
  }

  @Test(arguments: [
    (nil, ["0.0.0.0:49090"]), ("", ["0.0.0.0:49090"]), ("[MKTXP]\nport = 49100\n", ["0.0.0.0:49100"]),
    ("[MKTXP]\nlisten = '[::1]:49090 127.0.0.1:49090'\nport = 1\n", ["[::1]:49090", "127.0.0.1:49090"]),
    ("[MKTXP]\nlisten = *:49090\n", ["*:49090"]), ("[new_system_parameters]\nlisten = 127.0.0.1:5\n", ["127.0.0.1:5"]),
  ])
  func mktxpListensWhereItDid(system: String?, addresses: [String]) throws {
    #expect(try mktxp(system).config.endpoint.listen.map(\.description) == addresses)
  }

  @Test func theCommandLineGoesBefore() throws {
    #expect(try mktxp(nil, change: { $0.listen = [] }).config.endpoint.listen.isEmpty)
  }

  private func mktxp(_ system: String?, change: (inout ConfigSource) -> Void) throws -> Loaded {
    try mktxp(system, Self.device, change)
  }

  @Test func all25KeysOfTheReferenceAreKnown() {
    let keys = MKTXPSystem.honoured + MKTXPSystem.mapped.map(\.key)
    #expect(keys.count == 25 && Set(keys).count == 25)
  }

  @Test func theTemplatesValuesAreNothingToTalkAbout() throws {
    let template = """
      [MKTXP]
      listen = '0.0.0.0:49090'
      socket_timeout = 5
      initial_delay_on_failure = 120
      max_delay_on_failure = 900
      delay_inc_div = 5
      bandwidth = False
      bandwidth_test_dns_server = 8.8.8.8
      bandwidth_test_interval = 600
      minimal_collect_interval = 5
      verbose_mode = False
      fetch_routers_in_parallel = False
      max_worker_threads = 5
      max_scrape_duration = 30
      total_max_scrape_duration = 90
      http_server_threads = 16
      persistent_router_connection_pool = True
      persistent_dhcp_cache = True
      compact_default_conf_values = False
      prometheus_headers_deduplication = False
      probe_connection_pool = False
      probe_connection_pool_ttl = 300
      probe_connection_pool_max_size = 128
      enable_probe = True
      probe_allowed_targets = None
      [RSC]
      anything = goes
      """
    let (config, warnings, notices) = try mktxp(template)
    #expect(warnings.isEmpty && notices.isEmpty, "\(warnings) \(notices)")
    var expected = try mktxp(nil).config.endpoint
    // The template's is not the built-in one.
    expected.bandwidth.interval = 600
    #expect(config.endpoint == expected)
  }

  @Test(arguments: [
    ("socket_timeout = 9", "deadlines of their own"), ("verbose_mode = yes", "--log-level"),
    ("persistent_router_connection_pool = off", "always kept"), ("compact_default_conf_values = 1", "never rewritten"),
    ("minimal_collect_interval = 60", "from memory"), ("http_server_threads = 4", "processors"),
  ])
  func whatChangesNothingIsSaidWithItsReason(line: String, reason: String) throws {
    let notices = try mktxp("[MKTXP]\n\(line)\n").notices
    let key = String(line.prefix { $0 != " " })
    #expect(notices.count == 1 && notices[0].contains("[MKTXP] \(key) changes nothing: ") && notices[0].contains(reason))
  }

  @Test func aBadSystemValueIsAnError() {
    #expect(problem { try mktxp("[MKTXP]\nsocket_timeout = soon\n") }.hasPrefix("conf:2: [MKTXP] socket_timeout"))
    #expect(problem { try mktxp("[MKTXP]\nverbose_mode = None\n") }.contains("neither yes nor no"))
  }

  @Test func anUnknownSystemKeyIsAWarning() throws {
    let warnings = try mktxp("[MKTXP]\nlistn = 1\n").warnings
    #expect(warnings.count == 1 && warnings[0].description.contains("did you mean \"listen\"?"))
  }

  @Test func everyEntryIsAModule() throws {
    let (config, _, _) = try load(
      "probe_allowed_targets = 192.0.2.9",
      Self.device + "[off]\nenabled = no\n[lab]\nmodule_only = yes\nusername = u\nprobe_allowed_targets = \"10.0.0.0/8, .lab\"\n")
    #expect(config.devices.map(\.name) == ["gw"])
    #expect(config.modules.keys.sorted() == ["gw", "lab", "off"])
    #expect(config.modules["off"] == ProbeModule(device: nil, targets: nil))
    #expect(config.modules["lab"]?.device?.isModuleOnly == true)
    #expect(config.modules["lab"]?.targets?.rules.count == 2)
    #expect(config.modules["gw"]?.targets == nil && config.endpoint.probe.targets?.rules.count == 1)
  }

  @Test func itMayChangeWhileTheCollectorRuns() throws {
    let old = try load("").config
    var new = old
    new.endpoint.listen = [.tcp(host: .any, port: 1)]
    new.modules["x"] = ProbeModule()
    #expect(ConfigChange(from: old, to: new) == .none)
  }
}
