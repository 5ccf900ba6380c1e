import Logging
import Shared

extension DevicePoller {
  /// Writes metrics every `metrics_interval`, also of a device that is down, unless a round of menus has just done so.
  func keepMetrics() async {
    let interval = environment.metricsInterval
    while !Task.isCancelled {
      // Rounds of menus come as often; a late one is waited for a little.
      let overdue = metricsPublished + interval * (status.isUp ? 1.25 : 1) - environment.time.steady
      if overdue <= 0.05 {
        publishMetrics()
        report()
      }
      let pause = overdue <= 0.05 ? interval : overdue
      do { try await Task.sleep(for: .seconds(pause)) } catch { return }
    }
  }

  /// Renders `metrics.prom`: what the menus gave while the device is up, and what is known about polling it always.
  func publishMetrics() {
    let time = environment.time
    let began = time.steady
    metricsPublished = began
    var source = DeviceMetrics.Source(status: status, steady: time.steady)
    source.status.schedule = plan.schedule
    source.api = api
    source.traffic = traffic
    source.dropped = droppedValues
    source.refused = refusedReadings
    if status.isUp {
      source.capped = catalogue.capped
      source.collectionTimes = collectionTimes
      source.menus = menus.map { DeviceMetrics.Menu(path: $0.key, isUp: $0.value.isUp, seconds: $0.value.seconds) }
      source.rates = rates.compactMap { key, value in
        guard let interface = catalogue.known[key], let rx = value.rxRate, let tx = value.txRate else { return nil }
        return DeviceMetrics.Rate(name: interface.name, comment: interface.comment, rx: rx, tx: tx)
      }
    }
    var families = DeviceMetrics.families(source, context)
    if status.isUp { families += menuFamilies(own: families.reduce(1) { $0 + $1.samples.count }) }
    let (rendered, dropped) = PrometheusText.rendered(families)
    drop(dropped.invalid + dropped.duplicates, in: "metrics")
    var bytes = Array("# written ".utf8)
    PrometheusText.append(.double(SampleClock.rounded(time.epoch)), to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
    PrometheusText.append(rendered, to: &bytes)
    environment.recorder.publish(metrics: bytes, of: config.name)
    environment.board.publish(rendered, of: config.name, steady: time.steady)
    collectionTimes[MKTXPCollector.own, default: 0] += time.steady - began
  }

  /// What the menus gave, as far as `series_limit` allows, and how much was left out.
  private func menuFamilies(own: Int) -> [MetricFamily] {
    let outcome = SeriesLimit(config.seriesLimit).apply(to: menus.values.flatMap(\.families), own: own)
    let names = outcome.dropped.map(\.name).filter { !familiesLeftOut.contains($0) }
    if !names.isEmpty {
      familiesLeftOut.formUnion(names)
      logger.warning(
        "The device gives more series than series_limit allows: its largest families are left out",
        metadata: [LogKey.metric: "\(names.joined(separator: ", "))", LogKey.count: "\(outcome.droppedSeries)"])
    }
    return outcome.families + [DeviceMetrics.dropped(series: outcome.droppedSeries, context)]
  }

  /// Publishes `tables.json` when what it lists has changed, or its times have grown old.
  func publishTables() {
    let time = environment.time
    let now = SampleClock.rounded(time.epoch)
    guard let file = tables.file(config.name, now: now, steady: time.steady, interval: environment.metricsInterval) else {
      return
    }
    environment.recorder.publish(file)
  }

  /// Publishes `device.json` when something in it has changed; that an interface is still there is no change.
  func publishFile() {
    let facts = status.facts
    file.format = 1
    file.identity = facts.identity ?? file.identity
    file.model = facts.model ?? file.model
    file.serial = facts.serial ?? file.serial
    file.version = facts.version ?? file.version
    file.address = config.endpoint.host
    file.labels = config.customLabels.isEmpty ? nil : Dictionary(config.customLabels.map { ($0.name, $0.value) }) { $1 }
    file.billing = config.billing
    file.interfaces = catalogue.known
    guard file != publishedFile else { return }
    publishedFile = file
    var written = file
    for key in catalogue.present { written.interfaces[key]?.lastSeen = SampleClock.rounded(environment.time.epoch) }
    environment.recorder.publish(written)
  }
}

extension DeviceFacts {
  /// What an earlier run found out.
  init(_ file: DeviceFile) {
    self.init()
    identity = file.identity
    model = file.model
    serial = file.serial
    version = file.version
  }
}
