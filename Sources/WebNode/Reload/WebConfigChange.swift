import Shared

/// What a new configuration means for a running node. Pure.
enum WebConfigChange: Sendable, Equatable {
  case none
  /// The names of the keys that differ; all of them can change while the node runs.
  case live([String])
  /// Keys that cannot: nothing of the new configuration is taken.
  case needsRestart([String])

  init(from old: WebNodeConfig, to new: WebNodeConfig) {
    guard old.storage == new.storage else {
      self = .needsRestart(["storage"])
      return
    }
    let keys = zip(old.settings, new.settings).filter { $0.value != $1.value }.map(\.0.key)
    self = keys.isEmpty ? .none : .live(keys)
  }
}

extension WebNodeConfig {
  /// Every key with what applies, as a file would say it.
  var settings: [(key: String, value: String)] {
    func text(_ list: AccessList) -> String { list.rules.isEmpty ? "None" : list.description }
    return [
      ("listen", listen.map(\.description).joined(separator: " ")), ("storage", storage.joined(separator: ", ")),
      ("allow", text(allow)), ("metrics_allow", metricsAllow.map(text) ?? ""), ("trusted_proxies", text(trustedProxies)),
      ("base_path", basePath), ("title", title), ("theme", theme.rawValue), ("stale_after", Self.text(staleAfter)),
      ("metrics_stale_after", Self.text(metricsStaleAfter)),
      ("external_labels", externalLabels.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")),
    ]
  }

  private static func text(_ seconds: Double) -> String { Int(exactly: seconds).map(String.init) ?? String(seconds) }
}
