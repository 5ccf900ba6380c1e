/// Who is let in, as data: addresses, networks, and host names whose addresses the caller looks up (in the background, never while a
/// request waits). An empty list lets nobody in.
package struct AccessList: Sendable, Hashable, CustomStringConvertible {
  package enum Rule: Sendable, Hashable {
    case network(IPNetwork)
    case hostName(HostName)
  }

  package static let allowed = "addresses (10.0.0.7), networks (10.0.0.0/8, fd00::/8) and host names, separated by commas"

  /// Loopback, private and link-local ranges: who may look when `allow` is not set.
  package static let privateRanges = AccessList(
    rules: [
      network(v4: 0x7F00_0000, 8), .network(IPNetwork(IPAddress(v6: 1))), network(v4: 0x0A00_0000, 8),
      network(v4: 0xAC10_0000, 12),
      network(v4: 0xC0A8_0000, 16), network(v6: 0xFC00 << 112, 7), network(v6: 0xFE80 << 112, 10),
    ].compactMap(\.self))

  /// 127.0.0.1 and ::1: whose forwarding headers count when `trusted_proxies` is not set.
  package static let loopbackHosts = AccessList(rules: [
    .network(IPNetwork(IPAddress(v4: 0x7F00_0001))), .network(IPNetwork(IPAddress(v6: 1))),
  ])

  package let rules: [Rule]
  private let networks: [IPNetwork]

  /// The names that ``allows(_:resolved:)`` wants addresses for.
  package let hostNames: [String]

  package init(rules: [Rule]) {
    self.rules = rules
    networks = rules.compactMap { if case .network(let network) = $0 { network } else { nil } }
    hostNames = rules.compactMap { if case .hostName(let name) = $0 { name.text } else { nil } }
  }

  /// - Throws: for the first item that is neither: a malformed rule must not vanish, whatever it was meant to allow.
  package init(parsing items: [String]) throws(ConfigProblem) {
    var rules: [Rule] = []
    for item in items { rules.append(try Self.rule(item)) }
    self.init(rules: rules)
  }

  /// Items separated by commas or blanks.
  package init(parsing text: String) throws(ConfigProblem) {
    try self.init(parsing: text.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init))
  }

  /// Whether `address` falls under a rule. `resolved` holds what is known of ``hostNames``; a name without an entry allows nobody.
  package func allows(_ address: IPAddress, resolved: [String: [IPAddress]] = [:]) -> Bool {
    networks.contains { $0.contains(address) } || hostNames.contains { resolved[$0]?.contains(address) == true }
  }

  package var description: String {
    rules.map { rule in
      switch rule {
      case .network(let network): network.description
      case .hostName(let name): name.text
      }
    }.joined(separator: ", ")
  }

  private static func rule(_ item: String) throws(ConfigProblem) -> Rule {
    if item.contains("/") || item.contains(":") { return .network(try IPNetwork(parsing: item)) }
    if let address = IPAddress(item) { return .network(IPNetwork(address)) }
    guard let name = HostName(item) else {
      throw ConfigProblem("\"\(item)\" is neither an address nor a host name", allowed: allowed)
    }
    return .hostName(name)
  }

  private static func network(v4 bits: UInt32, _ length: Int) -> Rule? {
    IPNetwork(IPAddress(v4: bits), prefixLength: length).map(Rule.network)
  }

  private static func network(v6 bits: UInt128, _ length: Int) -> Rule? {
    IPNetwork(IPAddress(v6: bits), prefixLength: length).map(Rule.network)
  }
}

extension SectionReader {
  /// An access list, or `nil` when not set or empty. `None` allows nobody.
  package mutating func accessList(_ key: String) -> AccessList? {
    parsed(key) { value throws(ConfigProblem) in value.isNone ? AccessList(rules: []) : try AccessList(parsing: value.text) }
  }
}
