import Shared

/// Everything a collector is told, with its defaults. Where the values come from is ``ConfigSource``'s business.
struct CollectorConfig: Sendable, Equatable {
  /// The collector's name: its folder below the root.
  var id: String
  /// The root.
  var storage: String
  /// Whether a missing root is created: only where its place is our own choice. A missing mount point must not be filled.
  var createsStorage = false
  var sampleInterval = Duration.seconds(1)
  var metricsInterval = Duration.seconds(15)
  /// Between two writes to one archive.
  var flushInterval = Duration.seconds(10)
  /// Local disk for what the root does not take: collectors have folders of their own below it.
  var spool = "/var/lib/tikwatch/spool"
  /// Bytes that the spool of this collector may take.
  var spoolLimit = 1 << 30
  /// `update_check_url`; `nil`: nobody is asked for RouterOS releases.
  var releaseFeeds: ReleaseFeedURL? = .standard
  /// By name.
  var devices: [DeviceConfig] = []
  /// The collector's own HTTP endpoint.
  var endpoint = EndpointConfig()
  /// What `/probe` knows, by name: devices, entries for probes only, and entries that are off.
  var modules: [String: ProbeModule] = [:]

  init(id: String, storage: String) {
    self.id = id
    self.storage = storage
  }
}

/// One device, as it applies after inheritance.
struct DeviceConfig: Sendable, Equatable {
  /// The section's name.
  var name: String
  var endpoint: DeviceEndpoint
  var credentials: Credentials
  var transport = DeviceTransport()
  /// The file that the password came from, if any.
  var passwordFile: String?
  /// `module_only`: never polled, known for `/probe` only.
  var isModuleOnly = false
  var retention = Retention.standard
  /// Which interfaces are recorded.
  var interfaces = InterfaceFilter.all
  /// `interface_limit`: how many are recorded at most.
  var interfaceLimit = InterfaceCatalogue.defaultLimit
  /// `series_limit`: how many series its metrics have at most.
  var seriesLimit = SeriesLimit.standard
  var rateSource = RateSource.counters
  var uplinks = UplinkRule.defaultRoute
  var billing: DeviceFile.Billing
  /// In the order of the file; label names are valid and not ours.
  var customLabels: [CustomLabel] = []
  var nameFormat = InterfaceNameFormat.name
  var addsDefaultName = false
  var menus = MenuSettings()
  /// `remote_dhcp_entry`: the device whose DHCP server knows this one's clients.
  var dhcpServer: RemoteDevice?
  /// `remote_capsman_entry`: the device whose CAPsMAN manages this one's access points.
  var capsman: RemoteDevice?

  init(name: String, endpoint: DeviceEndpoint, credentials: Credentials, billing: DeviceFile.Billing) {
    self.name = name
    self.endpoint = endpoint
    self.credentials = credentials
    self.billing = billing
  }
}

/// Another entry that a device's menus are asked of: how to reach it.
struct RemoteDevice: Sendable, Equatable {
  /// The entry's name.
  var name: String
  var endpoint: DeviceEndpoint
  var credentials: Credentials
  var transport: DeviceTransport
}

/// `rate_source =`: where rates come from. Bytes are the counters' in any case.
enum RateSource: String, Sendable, Equatable, CaseIterable {
  /// Increase of the counters over the time between two samples.
  case counters
  /// What the device itself measures: `/interface/monitor-traffic`.
  case monitor
}

/// Which interfaces are uplinks: they are summed on the overview.
enum UplinkRule: Sendable, Equatable {
  /// Those that hold an active default route.
  case defaultRoute
  case matching(InterfaceFilter)
}

extension Duration {
  /// The same length as a number of seconds.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
