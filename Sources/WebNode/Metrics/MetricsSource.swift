import HTTPService
import Logging
import Shared

/// Brings the metrics of devices together for one request: reads what changed, and picks one copy of each device.
struct MetricsSource: Sendable {
  let services: WebServices

  /// What a request needs, at one moment.
  struct Contents: Sendable {
    var sources: [MetricsView.Source]
    /// The node's own families; none when the request was narrowed.
    var own: [RenderedFamily]
    var time: Double
    /// Of the files: whoever has a higher one saw them later.
    var version: UInt64 = 0
    /// What was written before is too old to be shown.
    var freshFrom = -Double.infinity
  }

  func contents(_ selection: MetricsSelection, _ snapshot: FleetSnapshot) async -> Contents {
    await refresh(selection, snapshot)
    let now = services.now()
    let (sources, version) = chosen(selection, now: now)
    return Contents(
      sources: sources, own: selection.isEverything ? own(snapshot) : [], time: now, version: version,
      freshFrom: now - services.config.metricsStaleAfter)
  }

  private func own(_ snapshot: FleetSnapshot) -> [RenderedFamily] {
    var families = NodeMetrics.families(
      snapshot, counters: services.counters, streams: services.streams.open, problems: services.fleet.problems.counts,
      droppedLines: services.metrics.dropped + services.metrics.views.conflicts)
    for family in families.indices {
      for sample in families[family].samples.indices {
        for label in services.config.externalLabels { families[family].samples[sample].labels.append(label.name, label.value) }
      }
    }
    return PrometheusText.rendered(families).families
  }

  /// Reads what changed, all roots at once; a root that does not answer in time is left as it is known, and is not waited for again
  /// as long as it does not answer.
  private func refresh(_ selection: MetricsSelection, _ snapshot: FleetSnapshot) async {
    var files: [MetricsLane.Key: [MetricsStore.Wanted]] = [:]
    for device in selection.devices {
      for folder in selection.folders(device) {
        let path = folder.directory.metrics
        files[MetricsLane.Key(root: folder.root, path: path), default: []].append(.init(path: path, device: device.name))
      }
    }
    let store = services.metrics
    await withTaskGroup(of: Void.self) { group in
      for (key, list) in files {
        let lane = services.metrics.lanes.lane(key)
        guard !lane.isStuck else { continue }
        let pool = services.series.pool(key.root)
        group.addTask {
          do { try await pool.run { lane.refresh(list, store) } } catch {
            services.logger.warning("Metrics of a root are not up to date", metadata: [LogKey.error: "\(error)"])
          }
        }
      }
    }
    if selection.isEverything { store.keep(only: Set(files.values.joined().map(\.path))) }
  }

  /// Of several collectors' files one counts, so that a device appears once: always the same as long as it is fresh, since what collectors
  /// count by themselves would jump back and forth between them.
  private func chosen(_ selection: MetricsSelection, now: Double) -> ([MetricsView.Source], version: UInt64) {
    let paths = selection.devices.map { device in selection.folders(device).map(\.directory.metrics) }
    let (files, version) = services.metrics.metrics(paths.flatMap(\.self))
    var known = files[...]
    var sources: [MetricsView.Source] = []
    sources.reserveCapacity(selection.devices.count)
    for (device, paths) in zip(selection.devices, paths) {
      var newest: (written: Double, metrics: KeptMetrics)?
      var fresh: (copy: String, metrics: KeptMetrics)?
      for case (let path, let metrics?) in zip(paths, known) {
        guard let written = metrics.written, written <= now + Double(JournalTail.farthestFuture) else { continue }
        if written > newest?.written ?? -1 { newest = (written, metrics) }
        if fresh == nil, now - written <= services.config.metricsStaleAfter { fresh = (path, metrics) }
      }
      known = known.dropFirst(paths.count)
      if let fresh {
        sources.append(.init(device: device.name, copy: fresh.copy, metrics: fresh.metrics))
      } else if device.state == .down {
        let metrics = services.metrics.lanes.down(device, newest?.metrics, external: services.config.externalLabels)
        sources.append(.init(device: device.name, metrics: metrics))
      }
    }
    if selection.isEverything {
      let down = Set(selection.devices.filter { $0.state == .down }.map(\.name))
      services.metrics.lanes.keepDown(down.contains)
    }
    return (sources, version)
  }
}
