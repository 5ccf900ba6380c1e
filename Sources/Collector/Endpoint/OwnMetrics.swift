import Shared
import Synchronization

/// The collector's families about itself.
final class OwnMetrics: Sendable {
  /// What storage tells the heartbeat, and how the configuration was read.
  struct Sources: Sendable {
    var collector: String
    var storage: @Sendable () -> Heartbeat.Storage
    var config: @Sendable () -> Heartbeat.Config
    var devices: @Sendable () -> [DeviceStatus]
  }

  private struct Counts {
    var answers: [Int: UInt64] = [:]
    var probes: [String: UInt64] = [:]
  }

  private let sources: Sources
  private let process: ProcessMetrics
  private let counts = Mutex(Counts())
  private let bandwidth = Mutex<BandwidthResult?>(nil)

  init(_ sources: Sources, process: ProcessMetrics = ProcessMetrics()) {
    self.sources = sources
    self.process = process
  }

  func countAnswer(_ status: Int) { counts.withLock { $0.answers[status, default: 0] += 1 } }

  /// - Parameter outcome: one of a few words.
  func countProbe(_ outcome: String) { counts.withLock { $0.probes[outcome, default: 0] += 1 } }

  /// - Parameter result: the newest; `nil`: none, or none any more.
  func show(_ result: BandwidthResult?) { bandwidth.withLock { $0 = result } }

  /// Reads `/proc`, no disk.
  func families() -> [MetricFamily] {
    let (answers, probes) = counts.withLock { ($0.answers, $0.probes) }
    let storage = sources.storage()
    let config = sources.config()
    let states = sources.devices().map(\.state)
    let own = Labels([("collector", sources.collector)])
    var families = [
      gauge("tikwatch_collector_build_info", "Version of this collector", .unsigned(1), own, [("version", Version.current)]),
      MetricFamily(
        "tikwatch_collector_device_states", .gauge, help: "Devices by state",
        samples: Heartbeat.Device.State.allCases.map { state in
          sample(.unsigned(UInt64(states.count { $0 == state })), own, [("state", state.rawValue)])
        }),
      gauge(
        "tikwatch_config_last_reload_successful",
        "Whether the newest state of the configuration files is in force", .unsigned(config.lastReloadSuccessful ? 1 : 0), own),
      gauge(
        "tikwatch_collector_storage_failing", "Whether something cannot be written",
        .unsigned(storage.lastError == nil ? 0 : 1), own),
      MetricFamily(
        "tikwatch_collector_http_responses_total", .counter, help: "Answers of the collector's endpoint, by status",
        samples: answers.sorted { $0.key < $1.key }.map { sample(.unsigned($0.value), own, [("code", String($0.key))]) }),
      MetricFamily(
        "tikwatch_collector_probes_total", .counter, help: "Probes, by outcome",
        samples: probes.sorted { $0.key < $1.key }.map { sample(.unsigned($0.value), own, [("outcome", $0.key)]) }),
    ]
    if let read = config.lastReload.flatMap(UTCTime.epoch(rfc3339:)) {
      families.append(
        gauge(
          "tikwatch_config_last_reload_timestamp_seconds", "When the configuration in force was read", .double(read), own))
    }
    func count(_ name: String, _ kind: MetricFamily.Kind, _ help: String, _ value: Int?) {
      guard let value, value >= 0 else { return }
      families.append(MetricFamily(name, kind, help: help, samples: [sample(.unsigned(UInt64(value)), own)]))
    }
    count("tikwatch_collector_spool_bytes", .gauge, "Bytes that wait outside the root", storage.spoolBytes)
    count("tikwatch_collector_pending_samples", .gauge, "Samples that wait to be written to archives", storage.pendingSamples)
    count(
      "tikwatch_collector_spool_dropped_samples_total", .counter, "Samples given up because the spool was full",
      storage.spoolDroppedSamples)
    count(
      "tikwatch_collector_dropped_samples_total", .counter, "Samples given up because neither the root nor the spool took them",
      storage.droppedSamples)
    if let seconds = storage.flushSeconds {
      families.append(
        gauge("tikwatch_collector_flush_seconds", "Length of the last round of writes to archives", .double(seconds), own))
    }
    return families + (bandwidth.withLock { $0 }?.families ?? []) + process.families()
  }

  private func gauge(
    _ name: String, _ help: String, _ value: MetricFamily.Value, _ labels: Labels, _ more: [(String, String)] = []
  ) -> MetricFamily {
    MetricFamily(name, .gauge, help: help, samples: [sample(value, labels, more)])
  }

  private func sample(_ value: MetricFamily.Value, _ labels: Labels, _ more: [(String, String)] = []) -> MetricFamily.Sample {
    var labels = labels
    for (name, value) in more { labels.append(name, value) }
    return MetricFamily.Sample(value, labels: labels)
  }
}
