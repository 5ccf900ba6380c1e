import Shared

/// Reads the keys of the endpoint: of `[collector]`, or of `[MKTXP]` in `_mktxp.conf`.
///
/// | key | type | default |
/// |---|---|---|
/// | listen | addresses with ports | none (MKTXP: 0.0.0.0 and `port`) |
/// | allow, trusted_proxies | addresses, networks, host names | private ranges, loopback |
/// | enable_probe | yes or no | yes |
/// | probe_allowed_targets | see ``TargetRules`` | none |
/// | probe_connection_pool | yes or no | no |
/// | probe_connection_pool_ttl | seconds, 0 to 1 d | 300 |
/// | probe_connection_pool_max_size | 0 to 10000 | 128 |
/// | bandwidth … | see ``BandwidthConfig`` | |
extension EndpointConfig {
  static func read(_ reader: inout SectionReader) -> EndpointConfig {
    var endpoint = EndpointConfig()
    endpoint.listen = reader.listenAddresses("listen", ports: 0...65535) ?? []
    if let allow = reader.accessList("allow") { endpoint.allow = allow }
    if let trusted = reader.accessList("trusted_proxies") { endpoint.trustedProxies = trusted }
    endpoint.probe.isEnabled = reader.bool("enable_probe", default: true)
    endpoint.probe.targets = TargetRules.read(&reader)
    endpoint.probe.keepsSessions = reader.bool("probe_connection_pool", default: false)
    endpoint.probe.sessionSeconds = reader.int("probe_connection_pool_ttl", in: 0...86_400, default: 300)
    endpoint.probe.sessionLimit = reader.int("probe_connection_pool_max_size", in: 0...10_000, default: 128)
    endpoint.bandwidth = BandwidthConfig.read(&reader)
    return endpoint
  }
}

extension TargetRules {
  /// `probe_allowed_targets`, or `nil` when it is not set, empty or `None`.
  static func read(_ reader: inout SectionReader) -> TargetRules? {
    let rules = reader.parsed("probe_allowed_targets") { value throws(ConfigProblem) -> TargetRules? in
      if value.isNone { return nil }
      let items = value.isQuoted ? value.text.split(separator: ",").map { String($0).trimmed } : value.list
      return try TargetRules(parsing: items)
    }
    return rules ?? nil
  }
}
