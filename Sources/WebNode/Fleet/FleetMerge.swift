import Shared

/// Makes one picture out of what all roots hold: a pure function of their states and the time.
struct FleetMerge: Sendable {
  /// Seconds without a sample or heartbeat until a device counts as stale.
  var staleAfter: Double
  /// Seconds a look through a root may take until the root counts as hung.
  var hungAfter = 10.0
  /// Seconds a look may take until requests no longer wait for that root if another can answer.
  var answersWithin = 2.5

  /// One collector's view of a device, with what is needed to judge it.
  struct Replica {
    var root: Int
    var collector: CollectorView
    var heartbeat: Heartbeat.Device?
    var record: DeviceRecord
    /// Why what should tell about the device cannot be read.
    var problem: String?
    /// Its collector's heartbeat is there and does not list it.
    var isRetired: Bool
    /// Its root answers at present.
    var isAnswering: Bool
  }

  /// - Parameters:
  ///   - stuck: roots that requests found not to answer.
  ///   - problems: what requests found broken, by device.
  ///   - days: the bytes of the present day, by device.
  func snapshot(
    _ states: [RootState], lookingSince: [Double?], stuck: Set<Int> = [], problems: [String: String] = [:],
    days: [String: DeviceDay] = [:], now: Double
  ) -> FleetSnapshot {
    var collectors: [CollectorView] = []
    var replicas: [String: [Replica]] = [:]
    for (index, state) in states.enumerated() {
      let isAnswering = !stuck.contains(index) && lookingSince[index].map { now - $0 <= answersWithin } ?? true
      for record in state.collectors {
        let collector = view(record, root: index, now: now)
        collectors.append(collector)
        for (name, device) in record.devices {
          replicas[name, default: []].append(
            Replica(
              root: index, collector: collector, heartbeat: record.heartbeat?.devices[name], record: device,
              problem: (device.folderProblem ?? device.fileProblem ?? record.heartbeatProblem ?? record.tail.problem)?.description
                ?? problems[name],
              isRetired: record.heartbeatProblem == nil && record.heartbeat != nil && record.heartbeat?.devices[name] == nil,
              isAnswering: isAnswering))
        }
      }
    }
    let devices = replicas.map { DeviceMerge(staleAfter: staleAfter, now: now).view(name: $0.key, $0.value, days[$0.key]) }
    let roots = zip(states, lookingSince).enumerated().map { index, root in
      let (state, since) = root
      return RootView(
        path: state.path, scanned: state.scanned, isHung: stuck.contains(index) || since.map { now - $0 > hungAfter } ?? false,
        problem: state.problem?.description)
    }
    return FleetSnapshot(
      time: now, devices: devices,
      collectors: collectors.sorted { ($0.name, $0.root) < ($1.name, $1.root) }, roots: roots)
  }

  private func view(_ record: CollectorRecord, root: Int, now: Double) -> CollectorView {
    let heartbeat = record.heartbeat
    let age = record.heartbeatEpoch.map { now - $0 }
    return CollectorView(
      name: record.name, root: root, host: heartbeat?.host, version: heartbeat?.version,
      started: heartbeat.flatMap { UTCTime.epoch(rfc3339: $0.started) }, written: record.heartbeatEpoch,
      isFresh: age.map { $0 <= staleAfter } ?? false, heartbeatAge: age,
      clockOffset: record.clock.offset, interval: heartbeat?.interval,
      deviceCount: heartbeat?.devices.count ?? record.devices.count, spoolBytes: heartbeat?.storage?.spoolBytes,
      pendingSamples: heartbeat?.storage?.pendingSamples, storage: heartbeat?.storage,
      problem: record.heartbeatProblem?.description ?? record.tail.problem?.description ?? heartbeat?.storage?.lastError,
      badLines: record.tail.badLines, badFiles: record.badFiles,
      config: heartbeat?.config)
  }
}
