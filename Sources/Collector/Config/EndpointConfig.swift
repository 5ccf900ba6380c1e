import Shared

/// The collector's own HTTP endpoint, as it is configured.
struct EndpointConfig: Sendable, Equatable {
  /// Where to listen; empty: nowhere.
  var listen: [ListenAddress] = []
  /// Who may ask.
  var allow = AccessList.privateRanges
  /// Whose forwarding headers count.
  var trustedProxies = AccessList.loopbackHosts
  var probe = ProbeConfig()
  var bandwidth = BandwidthConfig()
}

/// `/probe`.
struct ProbeConfig: Sendable, Equatable {
  /// `enable_probe`.
  var isEnabled = true
  /// `probe_allowed_targets` of the system: for modules that have none of their own. `nil`: no target at all.
  var targets: TargetRules?
  /// `probe_connection_pool`: whether sessions are kept between probes.
  var keepsSessions = false
  /// `probe_connection_pool_ttl`: seconds without use after which a kept session is closed; 0: never.
  var sessionSeconds = 300
  /// `probe_connection_pool_max_size`: how many are kept; 0: without limit.
  var sessionLimit = 128
  /// How long a probe may take, seconds.
  var deadline = 30
}

/// An entry that `/probe` may name.
struct ProbeModule: Sendable, Equatable {
  /// `nil`: the entry is off.
  var device: DeviceConfig?
  /// `probe_allowed_targets` of the entry.
  var targets: TargetRules?
}

/// Which targets a `/probe` may name, as data. An empty list allows none.
struct TargetRules: Sendable, Equatable {
  enum Rule: Sendable, Equatable {
    case anything
    case network(IPNetwork)
    /// Exactly this name, in lower case.
    case name(String)
    /// Names that end in this, which begins with a dot; in lower case.
    case suffix(String)
  }

  static let allowed = "addresses, networks (10.0.0.0/8), host names, *.example.net, or *"

  let rules: [Rule]

  init(rules: [Rule]) { self.rules = rules }

  /// - Throws: for the first item that is none of these: a rule that is mistyped must not vanish.
  init(parsing items: [String]) throws(ConfigProblem) {
    var rules: [Rule] = []
    for item in items where !item.isEmpty && item.lowercased() != "none" { rules.append(try Self.rule(item)) }
    self.init(rules: rules)
  }

  private static func rule(_ item: String) throws(ConfigProblem) -> Rule {
    if item == "*" { return .anything }
    if item.contains("/") { return .network(try IPNetwork(parsing: item)) }
    if let address = IPAddress(plainOrInBrackets: item) { return .network(IPNetwork(address)) }
    let tail = item.hasPrefix("*.") ? String(item.dropFirst(2)) : item.hasPrefix(".") ? String(item.dropFirst()) : nil
    guard let name = HostName(tail ?? item) else {
      throw ConfigProblem("\"\(item)\" is neither an address nor a host name", allowed: allowed)
    }
    return tail == nil ? .name(name.text) : .suffix("." + name.text)
  }

  /// Whether these addresses fall under a rule for addresses.
  func allows(_ address: IPAddress) -> Bool {
    rules.contains { rule in
      switch rule {
      case .anything: true
      case .network(let network): network.contains(address)
      case .name, .suffix: false
      }
    }
  }
}

extension IPAddress {
  /// `2001:db8::1` and `[2001:db8::1]` alike.
  init?(plainOrInBrackets text: String) {
    let isBracketed = text.hasPrefix("[") && text.hasSuffix("]") && text.contains(":")
    self.init(isBracketed ? String(text.dropFirst().dropLast()) : text)
  }
}
