import Shared

/// Whether a `/probe` may be made, decided from what it asks and what is configured. Pure: nothing is looked up for a request that is
/// refused.
enum ProbeVerdict: Sendable, Equatable {
  case refused(ProbeRefusal)
  case granted(ProbeGrant)

  /// The rules in MKTXP's order, with its statuses.
  ///
  /// - Parameters:
  ///   - modules: the values of every `module` parameter, empty ones too.
  ///   - targets: the same of `target`.
  init(modules: [String], targets: [String], config: CollectorConfig) {
    do throws(ProbeRefusal) {
      self = .granted(try Self.grant(modules.map(\.trimmed), targets.map(\.trimmed), config))
    } catch {
      self = .refused(error)
    }
  }

  private static func grant(
    _ modules: [String], _ targets: [String], _ config: CollectorConfig
  ) throws(ProbeRefusal) -> ProbeGrant {
    guard config.endpoint.probe.isEnabled else { throw .forbidden("probes are switched off (enable_probe)") }
    guard modules.count == 1, !modules[0].isEmpty else { throw .unavailable("module must be given, once") }
    let name = modules[0]
    let shown = String(name.prefix(200))
    guard let module = config.modules[name] else { throw .unavailable("there is no module \"\(shown)\"") }
    guard let device = module.device else { throw .unavailable("the module \"\(shown)\" is switched off (enabled)") }
    guard targets.count <= 1 else { throw .unavailable("target must be given once at most") }
    if let target = targets.first, target.isEmpty { throw .unavailable("target is empty") }
    guard device.isModuleOnly else {
      guard let target = targets.first else { return ProbeGrant(module: name, device: device) }
      guard isHost(target, of: device) else {
        throw .forbidden("the module \"\(shown)\" is one device; only an entry with module_only takes targets")
      }
      return ProbeGrant(module: name, device: device, target: target)
    }
    guard let target = targets.first else { throw .unavailable("the module \"\(shown)\" needs a target") }
    guard let rules = module.targets ?? config.endpoint.probe.targets else {
      throw .forbidden("the module \"\(shown)\" allows no target: probe_allowed_targets is not set")
    }
    guard let check = rules.check(target) else {
      throw .forbidden("the target \"\(target.prefix(300))\" is not allowed for the module \"\(shown)\"")
    }
    var aimed = device
    aimed.endpoint.host = check.host
    return ProbeGrant(module: name, device: aimed, target: target, check: check)
  }

  private static func isHost(_ target: String, of device: DeviceConfig) -> Bool {
    let host = device.endpoint.host
    if let asked = IPAddress(plainOrInBrackets: target), let known = IPAddress(host) { return asked == known }
    return target.lowercased() == host.lowercased()
  }
}

/// Why there will be no metrics.
struct ProbeRefusal: Error, Sendable, Hashable {
  /// 403 or 503: what MKTXP answers, and what tells a scraper that the target is down.
  var status: Int
  var message: String

  static func forbidden(_ message: String) -> ProbeRefusal { ProbeRefusal(status: 403, message: message) }
  static func unavailable(_ message: String) -> ProbeRefusal { ProbeRefusal(status: 503, message: message) }
}

/// A probe that may be made.
struct ProbeGrant: Sendable, Equatable {
  var module: String
  /// With the target as its host.
  var device: DeviceConfig
  /// As it was asked for.
  var target: String?
  /// `nil`: the configuration names the host.
  var check: TargetCheck?

  /// As it is called in messages.
  var title: String { target.map { "\"\(module)\" at \($0.prefix(300))" } ?? "\"\(module)\"" }
}

/// What allows a target, and which of its addresses may be used for it.
enum TargetCheck: Sendable, Equatable {
  /// The target is an address that a rule holds.
  case address(IPAddress)
  /// The target is a name that is listed as it stands, or everything is allowed: whatever it resolves to.
  case name(String)
  /// The target is a name below a listed suffix: those who fill that zone must not lead us to this machine.
  case nameBelow(String, TargetRules)

  /// Without brackets.
  var host: String {
    switch self {
    case .address(let address): address.description
    case .name(let name), .nameBelow(let name, _): name
    }
  }

  /// Whether this address, which the target resolves to, may be connected to.
  func allows(_ address: IPAddress) -> Bool {
    switch self {
    case .address(let only): address == only
    case .name: true
    case .nameBelow(_, let rules): !address.isOfThisMachineOrLink || rules.allows(address)
    }
  }
}

extension TargetRules {
  /// What allows this target; `nil`: nothing does. Rules for names are tried on names only, those for addresses on addresses only.
  func check(_ target: String) -> TargetCheck? {
    if let address = IPAddress(plainOrInBrackets: target) { return allows(address) ? .address(address) : nil }
    // What is neither an address nor a name may still be one for the resolver (`127.1`, `0x7f000001`).
    guard let name = HostName(target)?.text else { return nil }
    if rules.contains(.anything) || rules.contains(.name(name)) { return .name(name) }
    let isBelow = rules.contains { rule in
      if case .suffix(let suffix) = rule { return name.hasSuffix(suffix) && name.utf8.count > suffix.utf8.count }
      return false
    }
    return isBelow ? .nameBelow(name, self) : nil
  }
}

extension IPAddress {
  /// Loopback, link-local (cloud metadata too), unspecified, multicast and broadcast.
  fileprivate var isOfThisMachineOrLink: Bool {
    Self.special.contains { $0.contains(self) }
  }

  private static let special: [IPNetwork] = [
    "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32", "::/128", "::1/128", "fe80::/10",
    "ff00::/8",
  ].compactMap { try? IPNetwork(parsing: $0) }
}
