import Shared

/// The families about polling itself, which a device has also while it is down.
enum DeviceMetrics {
  static let up = Metric.gauge("tikwatch_device_up", "Whether the device's counters are being sampled")
  static let reason = Metric.gauge("tikwatch_device_state_reason", "Why the device is not up, by reason code; absent when it is")
  static let lastSuccess = Metric.gauge("tikwatch_device_last_success_timestamp_seconds", "Time of the last sample")
  static let api = Metric(
    name: "tikwatch_device_api_seconds", kind: .histogram, help: "Time until the device answered a command of its API")
  static let apiBytes = Metric.counter(
    "tikwatch_device_api_bytes_total", "Bytes exchanged with the device over its API, before TLS")
  static let missed = Metric.counter("tikwatch_device_samples_missed_total", "Samples that were due and did not come")
  static let dropped = Metric.counter(
    "tikwatch_samples_dropped_total", "Values from the device that were none and were left out, by menu")
  static let menuUp = Metric.gauge("tikwatch_menu_up", "Whether the menu answered when it was last asked")
  static let menuSeconds = Metric.gauge("tikwatch_menu_seconds", "Time that the menu took when it was last asked")
  static let rate = Metric.gauge(
    "tikwatch_interface_rate_bytes_per_second", "Rate of the interface in the last sampled interval")
  static let capped = Metric.gauge(
    "tikwatch_device_interfaces_capped", "Interfaces that are not recorded because the device has more than interface_limit")
  static let refused = Metric.counter(
    "tikwatch_device_readings_refused_total", "Counter readings not used because no such link carries as much")
  static let seriesDropped = Metric.gauge(
    "tikwatch_device_series_dropped", "Series left out because the device gives more than series_limit: its largest families")
  static let collectionTime = Metric.counter(
    "mktxp_collection_time_total", "Time in milliseconds that the menus of a collector of MKTXP's have taken")
  static let all = [
    up, reason, lastSuccess, api, apiBytes, missed, dropped, menuUp, menuSeconds, rate, capped, refused, seriesDropped,
    collectionTime,
  ]

  /// How one menu went when it was last asked.
  struct Menu: Sendable, Equatable {
    var path: String
    var isUp: Bool
    var seconds: Double
  }

  /// Rates of one recorded interface in its last sample.
  struct Rate: Sendable, Equatable {
    var name: String
    var comment: String?
    /// Bit/s, as everywhere but in metrics, whose base unit is the byte.
    var rx: UInt64
    var tx: UInt64
  }

  /// What the families are made of.
  struct Source: Sendable {
    var status: DeviceStatus
    var steady: Double
    var api = DurationHistogram()
    var traffic = SessionTraffic()
    /// Dropped values by menu path, since the collector started.
    var dropped: [String: Int] = [:]
    var menus: [Menu] = []
    var rates: [Rate] = []
    /// Interfaces beyond the limit; `nil` before the device has listed any.
    var capped: Int?
    var refused = 0
    /// Seconds by the name of MKTXP's collector, since this one started; `nil` while the device is down.
    var collectionTimes: [String: Double]?
  }

  static func families(_ source: Source, _ context: MenuContext) -> [MetricFamily] {
    var samples = MenuSamples()
    let labels = context.labels()
    samples.add(up, .unsigned(source.status.isUp ? 1 : 0), labels)
    if let problem = source.status.problem {
      samples.add(reason, .unsigned(1), context.labels([("reason", problem.reason.rawValue)]))
    }
    if let time = source.status.lastSuccess { samples.add(lastSuccess, .double(time), labels) }
    samples.add(apiBytes, .unsigned(source.traffic.bytesSent), context.labels([("direction", "sent")]))
    samples.add(apiBytes, .unsigned(source.traffic.bytesReceived), context.labels([("direction", "received")]))
    samples.add(missed, .unsigned(UInt64(max(0, source.status.schedule?.missed(at: source.steady) ?? 0))), labels)
    if let capped = source.capped { samples.add(Self.capped, .unsigned(UInt64(capped)), labels) }
    samples.add(refused, .unsigned(UInt64(source.refused)), labels)
    for (menu, count) in source.dropped.sorted(by: { $0.key < $1.key }) {
      samples.add(dropped, .unsigned(UInt64(count)), context.labels([("menu", menu)]))
    }
    for menu in source.menus.sorted(by: { $0.path < $1.path }) {
      let own = context.labels([("menu", menu.path)])
      samples.add(menuUp, .unsigned(menu.isUp ? 1 : 0), own)
      samples.add(menuSeconds, .double(menu.seconds), own)
    }
    if let times = source.collectionTimes {
      for name in MKTXPCollector.names {
        let milliseconds = ((times[name] ?? 0) * 1e6).rounded() / 1e3
        samples.add(collectionTime, .double(milliseconds), context.labels([("name", name)]))
      }
    }
    for interface in source.rates.sorted(by: { $0.name < $1.name }) {
      let name = context.nameFormat.text(name: interface.name, comment: interface.comment)
      samples.add(rate, .double(Double(interface.rx) / 8), context.labels([("name", name), ("direction", "rx")]))
      samples.add(rate, .double(Double(interface.tx) / 8), context.labels([("name", name), ("direction", "tx")]))
    }
    var families = samples.families
    if source.api.count > 0 {
      families.append(MetricFamily(api.name, .histogram, help: api.help, samples: source.api.samples(labels)))
    }
    return families
  }

  /// How many series of the device's own families were left out.
  static func dropped(series: Int, _ context: MenuContext) -> MetricFamily {
    MetricFamily(
      seriesDropped.name, seriesDropped.kind, help: seriesDropped.help,
      samples: [MetricFamily.Sample(.unsigned(UInt64(series)), labels: context.labels())])
  }
}
