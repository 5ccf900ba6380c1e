import HTTPService
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Shared

/// `/metrics`: every device once, with the node's own families. Never waits for a device; a root that hangs costs its deadline, and its
/// devices leave when what is known of them is too old.
struct MetricsRoute {
  let services: WebServices

  func add(to group: RouterGroup<WebContext>) { group.get("metrics", use: metrics) }

  @Sendable private func metrics(_ request: Request, _ context: WebContext) async throws -> Response {
    let query = try QueryParameters(request.uri.query)
    let snapshot = services.fleet.snapshot()
    let wanted = try selection(query, snapshot)
    await refresh(wanted.devices, wanted.collectors)
    var merge = ExpositionMerge()
    for device in wanted.devices { add(device, wanted.collectors, &merge) }
    if wanted.isEverything {
      let own = NodeMetrics.families(
        snapshot, counters: services.counters, streams: services.streams.open,
        problems: services.fleet.problems.counts, droppedLines: services.metrics.dropped)
      for family in own { merge.add(family, external: services.config.externalLabels) }
    }
    return Response(
      status: .ok, headers: [.contentType: ExpositionFormat.text.contentType, .cacheControl: "no-store"],
      body: .init(contentsOf: merge.blocks().map { ByteBuffer(bytes: $0.bytes) }))
  }

  private struct Selection {
    var devices: [DeviceView]
    /// `nil`: all.
    var collectors: Set<String>?
    var isEverything: Bool
  }

  private func selection(_ query: QueryParameters, _ snapshot: FleetSnapshot) throws(HTTPProblem) -> Selection {
    let names = query.all("device")
    let collectors = query.all("collector")
    for name in collectors where !snapshot.collectors.contains(where: { $0.name == name }) {
      throw .notFound("no collector is named \"\(name.prefix(100))\"", parameter: "collector")
    }
    var devices = snapshot.devices
    if !names.isEmpty {
      devices = []
      for name in names {
        let device = try snapshot.device(parameter: name)
        if !devices.contains(where: { $0.name == device.name }) { devices.append(device) }
      }
    }
    if !collectors.isEmpty { devices.removeAll { Set($0.collectors).isDisjoint(with: collectors) } }
    return Selection(
      devices: devices, collectors: collectors.isEmpty ? nil : Set(collectors),
      isEverything: names.isEmpty && collectors.isEmpty)
  }

  /// Reads what changed, all roots at once; a root that does not answer in time is left as it is known.
  private func refresh(_ devices: [DeviceView], _ collectors: Set<String>?) async {
    var files: [Int: [(path: String, device: String)]] = [:]
    for device in devices {
      for folder in device.folders where collectors?.contains(folder.collector) ?? true {
        files[folder.root, default: []].append((folder.directory.metrics, device.name))
      }
    }
    let store = services.metrics
    await withTaskGroup(of: Void.self) { group in
      for (root, list) in files {
        let pool = services.series.pool(root)
        group.addTask {
          do { try await pool.run { store.refresh(list) } } catch {
            services.logger.warning("Metrics of a root are not up to date", metadata: [LogKey.error: "\(error)"])
          }
        }
      }
    }
    if collectors == nil, devices.count == services.fleet.snapshot().devices.count {
      store.keep(only: Set(files.values.joined().map(\.path)))
    }
  }

  /// Of several collectors' files one counts, so that a device appears once: always the same as long as it is fresh, since what collectors
  /// count by themselves would jump back and forth between them.
  private func add(_ device: DeviceView, _ collectors: Set<String>?, _ merge: inout ExpositionMerge) {
    let now = services.now()
    let files = device.steadyFolders.filter { collectors?.contains($0.collector) ?? true }
      .compactMap { services.metrics.entry($0.directory.metrics)?.file }
      .filter { $0.written.map { $0 <= now + Double(JournalTail.farthestFuture) } ?? false }
    let newest = files.max { ($0.written ?? 0) < ($1.written ?? 0) }
    if let chosen = files.first(where: { now - ($0.written ?? 0) <= services.config.metricsStaleAfter }) {
      for family in chosen.families { merge.add(family) }
    } else if device.state == .down {
      merge.add(DownDevice.family(device, newest, external: services.config.externalLabels))
    }
  }
}

extension ExpositionMerge {
  /// Adds a family of the node's own.
  mutating func add(_ family: MetricFamily, external: [WebNodeConfig.ExternalLabel]) {
    var family = family
    for index in family.samples.indices {
      for label in external { family.samples[index].labels.append(label.name, label.value) }
    }
    for rendered in PrometheusText.rendered([family]).families { add(rendered) }
  }
}
