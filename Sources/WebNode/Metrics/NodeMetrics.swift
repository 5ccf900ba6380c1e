import HTTPService
import NIOConcurrencyHelpers
import Shared
import Synchronization

/// Counts of what the node did since it started. Its lock is pthread's: the Thread sanitizer does not see the standard library's.
final class NodeCounters: Sendable {
  private struct Counts {
    var responses: [Int: UInt64] = [:]
    var renders: UInt64 = 0
    var refusedRenders: UInt64 = 0
    var drawingProcesses: [RenderCrew.End: UInt64] = [:]
  }
  private let counts = NIOLockedValueBox(Counts())

  /// How the configuration was read.
  let reload = ReloadStatus()
  /// Counts the connections.
  let connections = Mutex<ConnectionKeeper?>(nil)

  init() {}

  func countResponse(_ code: Int) { counts.withLockedValue { $0.responses[code, default: 0] += 1 } }
  func countRender(refused: Bool) {
    counts.withLockedValue { if refused { $0.refusedRenders += 1 } else { $0.renders += 1 } }
  }
  func countDrawingProcess(_ end: RenderCrew.End) { counts.withLockedValue { $0.drawingProcesses[end, default: 0] += 1 } }

  var responses: [Int: UInt64] { counts.withLockedValue { $0.responses } }
  var renders: (done: UInt64, refused: UInt64) { counts.withLockedValue { ($0.renders, $0.refusedRenders) } }
  var drawingProcesses: [RenderCrew.End: UInt64] { counts.withLockedValue { $0.drawingProcesses } }
}

/// The node's own families: `tikwatch_web_*` and, since only a reader can tell whether a collector is alive, `tikwatch_collector_*`.
enum NodeMetrics {
  static func families(
    _ snapshot: FleetSnapshot, counters: NodeCounters, streams: Int, problems: (total: Int, open: Int), droppedLines: Int
  ) -> [MetricFamily] {
    collectors(snapshot, counters.reload.value) + roots(snapshot) + connections(counters) + [
      gauge("tikwatch_web_build_info", "Version of this node.", [sample(1, [("version", Version.current)])]),
      gauge(
        "tikwatch_web_devices", "Devices by state, as this node shows them.",
        DeviceState.allCases.map { state in
          sample(Double(snapshot.devices.count { $0.state == state }), [("state", state.rawValue)])
        }),
      gauge("tikwatch_web_streams", "Live streams open.", [sample(Double(streams))]),
      gauge(
        "tikwatch_web_broken_files", "Files that requests could not read and that are still broken.",
        [sample(Double(problems.open))]),
      counter("tikwatch_web_read_failures_total", "Reads of files that failed.", [count(UInt64(problems.total))]),
      gauge(
        "tikwatch_web_metrics_dropped_lines", "Lines of the present metrics files that are left out because they are not valid.",
        [sample(Double(droppedLines))]),
      counter(
        "tikwatch_web_responses_total", "Answers given, by status.",
        counters.responses.sorted { $0.key < $1.key }.map { count($0.value, [("code", String($0.key))]) }),
      counter(
        "tikwatch_web_drawing_process_ends_total",
        "Drawing processes replaced, by reason: crash, deadline, garbage, worn (drawn enough); start: could not be started.",
        RenderCrew.End.allCases.map { count(counters.drawingProcesses[$0] ?? 0, [("reason", $0.rawValue)]) }),
      counter("tikwatch_web_renders_total", "Graphs drawn.", [count(counters.renders.done)]),
      counter(
        "tikwatch_web_renders_refused_total", "Graphs not drawn because too many were waiting or the drawing failed.",
        [count(counters.renders.refused)]
      ),
    ]
  }

  private static func connections(_ counters: NodeCounters) -> [MetricFamily] {
    guard let counts = counters.connections.withLock({ $0 })?.counts else { return [] }
    return [
      gauge("tikwatch_web_connections", "Connections open.", [sample(Double(counts.open))]),
      counter(
        "tikwatch_web_connections_refused_total", "Connections refused because too many were open.", [count(counts.refused)]),
      counter(
        "tikwatch_web_connections_evicted_total", "Idle connections closed to make room for others.", [count(counts.evicted)]),
    ]
  }

  /// - Parameter reload: of this node's own configuration, whose samples have no labels.
  private static func collectors(_ snapshot: FleetSnapshot, _ reload: ReloadStatus.Value) -> [MetricFamily] {
    func each(_ value: (CollectorView) -> Double?) -> [MetricFamily.Sample] {
      snapshot.collectors.compactMap { collector in
        value(collector).map { sample($0, labels(collector, snapshot)) }
      }
    }
    return [
      gauge("tikwatch_collector_up", "1 while the collector's heartbeat is fresh.", each { $0.isFresh ? 1 : 0 }),
      gauge(
        "tikwatch_collector_heartbeat_age_seconds", "Time since the collector's heartbeat, by this node's clock.",
        each { $0.heartbeatAge }),
      gauge(
        "tikwatch_collector_clock_offset_seconds", "Seconds that the collector's clock is ahead of this node's.",
        each { $0.clockOffset }),
      gauge("tikwatch_collector_devices", "Devices of the collector.", each { Double($0.deviceCount) }),
      gauge(
        "tikwatch_collector_pending_samples", "Samples that wait to be written to archives.",
        each { $0.pendingSamples.map { Double($0) } }),
      gauge("tikwatch_collector_spool_bytes", "Bytes that wait outside the root.", each { $0.spoolBytes.map { Double($0) } }),
      counter(
        "tikwatch_collector_spool_dropped_samples_total", "Samples given up because the spool was full.",
        each { $0.storage?.spoolDroppedSamples.map { Double($0) } }),
      counter(
        "tikwatch_collector_dropped_samples_total", "Samples given up because neither the root nor the spool took them.",
        each { $0.storage?.droppedSamples.map { Double($0) } }),
      gauge(
        "tikwatch_collector_flush_seconds", "Length of the last round of writes to archives and ledgers.",
        each { $0.storage?.flushSeconds }),
      gauge(
        "tikwatch_collector_storage_free_bytes", "Bytes that are free on the file system of the root, for the collector.",
        each { $0.storage?.freeBytes.map { Double($0) } }),
      gauge(
        "tikwatch_collector_storage_needed_bytes", "Bytes that archives of the collector's interfaces will still take.",
        each { $0.storage?.neededBytes.map { Double($0) } }),
      gauge(
        "tikwatch_collector_storage_reserved_bytes", "Free bytes below which the collector begins no archive.",
        each { $0.storage?.reservedBytes.map { Double($0) } }),
      gauge(
        "tikwatch_collector_storage_failing", "1 while the collector reports that something cannot be written.",
        each { $0.storage.map { $0.lastError == nil ? 0 : 1 } }),
      gauge(
        "tikwatch_collector_broken_files", "Files of the collector that this node cannot read at present.",
        each { Double($0.badFiles) }),
      gauge(
        "tikwatch_config_last_reload_successful",
        "1 while the newest state of the configuration files is in force, 0 after one that was refused; without labels: this node's.",
        [sample(reload.isSuccessful ? 1 : 0)] + each { collector in collector.config.map { $0.lastReloadSuccessful ? 1 : 0 } }),
      gauge(
        "tikwatch_config_last_reload_timestamp_seconds",
        "When the configuration that is in force was read; without labels: this node's.",
        (reload.read.map { [sample($0)] } ?? []) + each { $0.config?.lastReload.flatMap(UTCTime.epoch(rfc3339:)) }),
      counter(
        "tikwatch_web_journal_bad_lines_total", "Lines of live journals that could not be read.",
        snapshot.collectors.map { count(UInt64($0.badLines), labels($0, snapshot)) }),
    ]
  }

  private static func roots(_ snapshot: FleetSnapshot) -> [MetricFamily] {
    [
      gauge(
        "tikwatch_web_root_up", "1 while the root can be read.",
        snapshot.roots.map { sample($0.isReadable ? 1 : 0, [("root", $0.path)]) }),
      gauge(
        "tikwatch_web_root_scan_age_seconds", "Time since the root was last looked through.",
        snapshot.roots.compactMap { root in root.scanned.map { sample(max(0, snapshot.time - $0), [("root", root.path)]) } }),
    ]
  }

  private static func labels(_ collector: CollectorView, _ snapshot: FleetSnapshot) -> [(String, String)] {
    [("collector", collector.name), ("root", snapshot.roots[collector.root].path)]
  }

  private static func gauge(_ name: String, _ help: String, _ samples: [MetricFamily.Sample]) -> MetricFamily {
    MetricFamily(name, .gauge, help: help, samples: samples)
  }

  private static func counter(_ name: String, _ help: String, _ samples: [MetricFamily.Sample]) -> MetricFamily {
    MetricFamily(name, .counter, help: help, samples: samples)
  }

  private static func sample(_ value: Double, _ labels: [(String, String)] = []) -> MetricFamily.Sample {
    MetricFamily.Sample(.double(value), labels: Labels(labels))
  }

  private static func count(_ value: UInt64, _ labels: [(String, String)] = []) -> MetricFamily.Sample {
    MetricFamily.Sample(.unsigned(value), labels: Labels(labels))
  }
}
