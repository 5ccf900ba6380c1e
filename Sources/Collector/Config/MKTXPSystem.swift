import Shared

/// MKTXP's system settings: section `[MKTXP]` of `_mktxp.conf`, then `[new_system_parameters]`, then its built-in defaults.
///
/// The endpoint's keys are honoured. Of the others, each has what it is for here done in our own way; where a value asks for
/// something else, that is said with the reason. `docs/mktxp-compatibility.md` has them all.
enum MKTXPSystem {
  /// A key whose value changes nothing.
  struct Mapped: Sendable {
    var key: String
    var kind: Kind
    /// Why it changes nothing, or what is done in its place.
    var reason: String
  }

  enum Kind: Sendable, Equatable {
    /// A number; `silent` are MKTXP's own defaults, which nobody chose.
    case number(silent: Set<Int>)
    /// A switch; `told` is the position that asks for what is not done.
    case flag(told: Bool?)
  }

  static let port = 49090
  /// Keys that do something.
  static let honoured = [
    "listen", "port", "max_scrape_duration", "enable_probe", "probe_allowed_targets", "probe_connection_pool",
    "probe_connection_pool_ttl", "probe_connection_pool_max_size", "bandwidth", "bandwidth_test_dns_server",
    "bandwidth_test_interval",
  ]

  private static let retries = "a device that is down is tried every second for a minute, then less often, at most every 30 s"

  static let mapped = [
    Mapped(
      key: "socket_timeout", kind: .number(silent: [2, 5]),
      reason: "connecting, login and each command have deadlines of their own (4 to 10 s)"),
    Mapped(key: "initial_delay_on_failure", kind: .number(silent: [120]), reason: retries),
    Mapped(key: "max_delay_on_failure", kind: .number(silent: [900]), reason: retries),
    Mapped(key: "delay_inc_div", kind: .number(silent: [5]), reason: retries),
    Mapped(
      key: "minimal_collect_interval", kind: .number(silent: [5]),
      reason: "a scrape is answered from memory and asks no device; metrics_interval (15 s) says how fresh that is"),
    Mapped(key: "verbose_mode", kind: .flag(told: true), reason: "run with --log-level debug"),
    Mapped(key: "fetch_routers_in_parallel", kind: .flag(told: nil), reason: "every device is polled independently"),
    Mapped(key: "max_worker_threads", kind: .number(silent: [5]), reason: "there are no worker threads to share"),
    Mapped(
      key: "total_max_scrape_duration", kind: .number(silent: [30, 90]), reason: "a scrape waits for no device"),
    Mapped(key: "http_server_threads", kind: .number(silent: [16]), reason: "the endpoint's threads follow the processors"),
    Mapped(
      key: "persistent_router_connection_pool", kind: .flag(told: false), reason: "a device's session is always kept"),
    Mapped(key: "persistent_dhcp_cache", kind: .flag(told: nil), reason: "leases are kept, and asked again on their own period"),
    Mapped(
      key: "compact_default_conf_values", kind: .flag(told: true), reason: "configuration files are never rewritten"),
    Mapped(
      key: "prometheus_headers_deduplication", kind: .flag(told: nil),
      reason: "each family has one HELP and one TYPE in any case"),
  ]

  /// - Returns: the endpoint's settings and what is to be said.
  static func read(
    _ document: INIDocument?, file: String, isStrict: Bool
  ) -> (endpoint: EndpointConfig, diagnostics: ConfigDiagnostics, notices: [String]) {
    let none = INISection(name: "MKTXP", file: file)
    var reader = SectionReader(
      document?.section("MKTXP") ?? none, fallbacks: [document?.section("new_system_parameters")].compactMap(\.self))
    var endpoint = EndpointConfig.read(&reader)
    let port = reader.int("port", in: 0...65535, default: Self.port)
    if endpoint.listen.isEmpty { endpoint.listen = [.tcp(host: .address(IPAddress(v4: 0)), port: port)] }
    endpoint.probe.deadline = reader.int("max_scrape_duration", in: 1...600, default: endpoint.probe.deadline)
    let notices = (mapped.compactMap { notice($0, &reader) } + endpoint.notices.map { "[MKTXP] " + $0 }).map { "\(file): \($0)" }
    return (endpoint, reader.finish(strict: isStrict), notices)
  }

  private static func notice(_ mapped: Mapped, _ reader: inout SectionReader) -> String? {
    let isTold: Bool
    switch mapped.kind {
    case .number(let silent): isTold = reader.int(mapped.key, in: 0...Int(Int32.max)).map { !silent.contains($0) } ?? false
    case .flag(let told):
      let value = reader.bool(mapped.key, default: told.map { !$0 } ?? false)
      isTold = told == value
    }
    return isTold ? "[MKTXP] \(mapped.key) changes nothing: \(mapped.reason)" : nil
  }
}
