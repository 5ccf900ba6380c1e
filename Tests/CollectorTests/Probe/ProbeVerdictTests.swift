import Shared
import Testing

@testable import Collector

/// Which probes may be made: MKTXP's rules in its order.
@Suite struct ProbeVerdictTests {
  private static func device(_ name: String, host: String = "192.0.2.1", moduleOnly: Bool = false) -> DeviceConfig {
    var device = DeviceConfig(
      name: name, endpoint: DeviceEndpoint(host: host), credentials: Credentials(username: "u", password: Secret("p")),
      billing: .init(day: 1, timeZone: "UTC", quota: nil))
    device.isModuleOnly = moduleOnly
    return device
  }

  private static func config(_ system: [String]? = nil) throws -> CollectorConfig {
    var config = CollectorConfig(id: "edge", storage: "/srv/t")
    config.endpoint.probe.targets = try system.map { items throws(ConfigProblem) in try TargetRules(parsing: items) }
    config.modules = [
      "gw": ProbeModule(device: device("gw", host: "gw.example.net"), targets: nil),
      "six": ProbeModule(device: device("six", host: "2001:db8::1"), targets: nil), "off": ProbeModule(),
      "open": ProbeModule(device: device("open", moduleOnly: true), targets: nil),
      "lab": ProbeModule(
        device: device("lab", moduleOnly: true),
        targets: try TargetRules(parsing: ["10.0.0.0/8", "r1.lab", "*.corp.local", "2001:db8::/32"])),
      "all": ProbeModule(device: device("all", moduleOnly: true), targets: try TargetRules(parsing: ["*"])),
    ]
    return config
  }

  private func outcome(_ modules: [String], _ targets: [String] = [], _ config: CollectorConfig) -> String {
    switch ProbeVerdict(modules: modules, targets: targets, config: config) {
    case .refused(let refusal): "\(refusal.status)"
    case .granted(let grant): grant.device.endpoint.host
    }
  }

  static let refusals: [([String], [String], String, String)] = [
    ([], [], "503", "module must be given"), ([""], [], "503", "module must be given"),
    (["  "], [], "503", "module must be given"),
    (["gw", "gw"], [], "503", "module must be given"), (["nobody"], ["x", "y"], "503", "there is no module \"nobody\""),
    (["default"], [], "503", "there is no module"), (["off"], ["x", "y"], "503", "\"off\" is switched off"),
    (["gw"], ["gw.example.net", "gw.example.net"], "503", "target must be given once"), (["gw"], [" "], "503", "target is empty"),
    (["gw"], ["192.0.2.9"], "403", "only an entry with module_only takes targets"), (["lab"], [], "503", "needs a target"),
    (["open"], ["10.0.0.1"], "403", "probe_allowed_targets is not set"), (["lab"], ["192.0.2.9"], "403", "is not allowed"),
  ]

  @Test(arguments: refusals)
  func refusesInOrder(modules: [String], targets: [String], status: String, words: String) throws {
    guard case .refused(let refusal) = ProbeVerdict(modules: modules, targets: targets, config: try Self.config()) else {
      Issue.record("granted")
      return
    }
    #expect("\(refusal.status)" == status && refusal.message.contains(words), "\(refusal)")
  }

  @Test func theSwitchGoesBeforeEverything() throws {
    var config = try Self.config()
    config.endpoint.probe.isEnabled = false
    #expect(outcome([], [], config) == "403")
    #expect(outcome(["gw"], [], config) == "403")
  }

  @Test(arguments: [
    ("gw", nil, "gw.example.net"), ("gw", "GW.example.net", "gw.example.net"), ("six", "[2001:db8::1]", "2001:db8::1"),
    ("six", "2001:DB8:0::1", "2001:db8::1"), (" gw ", nil, "gw.example.net"),
  ])
  func oneDeviceIsProbedAsItIs(module: String, target: String?, host: String) throws {
    #expect(outcome([module], target.map { [$0] } ?? [], try Self.config()) == host)
  }

  @Test(arguments: [
    ("10.1.2.3", "10.1.2.3"), ("[2001:db8::5]", "2001:db8::5"), ("R1.LAB", "r1.lab"), ("r.corp.local", "r.corp.local"),
    ("a.b.corp.local.", "a.b.corp.local"), ("::ffff:10.0.0.1", "10.0.0.1"),
    // No rule, or one of the other kind: a suffix is not tried on an address, nor a network on a name.
    ("corp.local", "403"), ("xcorp.local", "403"), ("r2.lab", "403"), ("localhost", "403"), ("11.0.0.1", "403"), ("::1", "403"),
    // Other spellings of addresses.
    ("127.1", "403"), ("0x0a000001", "403"), ("167772161", "403"), ("010.0.0.1", "403"), ("10.0.0.1:22", "403"),
    ("10.0.0.0/8", "403"),
    ("r1.lab/x", "403"), ("user@r1.lab", "403"), ("*", "403"), ("fe80::1%eth0", "403"),
  ])
  func aTargetNeedsARule(target: String, outcome expected: String) throws {
    #expect(outcome(["lab"], [target], try Self.config()) == expected)
  }

  @Test func theSystemsListIsForModulesWithoutOne() throws {
    let config = try Self.config(["192.0.2.0/24"])
    #expect(outcome(["open"], ["192.0.2.9"], config) == "192.0.2.9")
    #expect(outcome(["lab"], ["192.0.2.9"], config) == "403")
    #expect(outcome(["open"], ["10.0.0.1"], try Self.config([])) == "403")
  }

  @Test func anythingIsStillAnAddressOrAName() throws {
    let config = try Self.config()
    #expect(outcome(["all"], ["127.0.0.1"], config) == "127.0.0.1")
    #expect(outcome(["all"], ["router"], config) == "router")
    #expect(outcome(["all"], ["127.1"], config) == "403")
  }

  @Test(arguments: ["127.0.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "::1", "fe80::1", "::ffff:127.0.0.1"])
  func aNameBelowASuffixDoesNotLeadHere(address: String) throws {
    let ip = try #require(IPAddress(address))
    let rules = try TargetRules(parsing: ["*.corp.local"])
    let check = try #require(rules.check("r.corp.local"))
    #expect(!check.allows(ip))
    #expect(check.allows(try #require(IPAddress("10.9.9.9"))))
    // Unless that is asked for.
    #expect(try TargetRules(parsing: [".corp.local", address]).check("r.corp.local")?.allows(ip) == true)
    #expect(try TargetRules(parsing: ["r.corp.local"]).check("r.corp.local")?.allows(ip) == true)
  }
}
