import Shared

/// The settings of a web node. `WebNodeConfig+Reading.swift` says where they come from.
struct WebNodeConfig: Sendable, Equatable {
  enum Theme: String, Sendable, CaseIterable { case auto, dark, light }

  /// Where to listen.
  var listen: [ListenAddress] = [.tcp(host: .address(IPAddress(v4: 0x7F00_0001)), port: 8080)]
  /// Absolute paths of the roots.
  var storage: [String] = ["/srv/tikwatch"]
  /// Who may look.
  var allow = AccessList.privateRanges
  /// Who may fetch `/metrics`, `/federate` and `/sd`; `nil`: as `allow`.
  var metricsAllow: AccessList?
  /// Whose forwarding headers count.
  var trustedProxies = AccessList.loopbackHosts
  /// Where the pages live: `/`, or a path with a slash at both ends.
  var basePath = "/"
  var title = "Tikwatch"
  var theme = Theme.auto
  /// Seconds without a sample or heartbeat until a device is shown as stale.
  var staleAfter = 10.0
  /// Seconds after which a device's series leave `/metrics`.
  var metricsStaleAfter = 60.0
  /// Added to every series, unless it has a label of that name.
  var externalLabels: [ExternalLabel] = []

  typealias ExternalLabel = Labels.Label
}
