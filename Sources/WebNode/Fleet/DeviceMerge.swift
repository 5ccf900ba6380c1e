import Shared

/// Merges what several collectors tell about one device: the freshest live value wins, the best state wins.
struct DeviceMerge {
  let staleAfter: Double
  let now: Double

  private struct Judged {
    var replica: FleetMerge.Replica
    var state: DeviceState
    var reason: String?
    var message: String?
    var since: Double?
  }

  func view(name: String, _ replicas: [FleetMerge.Replica], _ day: DeviceDay? = nil) -> DeviceView {
    let everyone = replicas.map(judge).sorted { freshness($0.replica) > freshness($1.replica) }
    let listed = everyone.filter { !$0.replica.isRetired }
    // Who took the device out of its configuration has no say about its present, but its past counts.
    let past = everyone.filter(\.replica.isRetired)
    let judged = listed.isEmpty ? past : listed
    let all = listed + past
    // Whoever still reaches the device is right about it being up; among equals the freshest speaks.
    let best = judged.min { rank($0.state) < rank($1.state) } ?? judged[0]
    let freshest = judged[0].replica
    var view = DeviceView(name: name, state: best.state)
    view.reason = best.reason
    view.message = best.message
    view.since = best.since
    view.isRetired = listed.isEmpty
    view.collectors = judged.reduce(into: []) { names, judged in
      if !names.contains(judged.replica.collector.name) { names.append(judged.replica.collector.name) }
    }
    view.replicas = all.map {
      DeviceView.Replica(
        root: $0.replica.root, collector: $0.replica.collector.name, state: $0.state, reason: $0.reason,
        sampleTime: $0.replica.record.sampleTime, isRetired: $0.replica.isRetired, message: $0.message, since: $0.since,
        missedSamples: $0.replica.heartbeat?.missedSamples, latencyMs: $0.replica.heartbeat?.latencyMs,
        coverage: day?.coverage[$0.replica.collector.id])
    }
    view.folders = all.compactMap(folder)
    let steady = all.sorted { (place($0), $0.replica.collector.id) < (place($1), $1.replica.collector.id) }
    view.steadyFolders = steady.compactMap(folder)
    view.clockOffset = best.replica.collector.isClockOff ? best.replica.collector.clockOffset : nil
    view.interval = freshest.collector.interval ?? 1
    view.sampleTime = freshest.record.sampleTime
    if let beat = best.replica.heartbeat {
      view.address = beat.address
      view.uptime = beat.uptime
      view.latencyMs = beat.latencyMs
      view.cpuPercent = beat.cpuPercent
      view.memoryPercent = beat.memoryPercent
      view.temperature = beat.temperature
      view.missedSamples = beat.missedSamples
      view.identity = beat.identity
      view.model = beat.model
      view.version = beat.version
    }
    for file in all.compactMap(\.replica.record.file) {
      view.identity = view.identity ?? file.identity
      view.model = view.model ?? file.model
      view.version = view.version ?? file.version
      view.serial = view.serial ?? file.serial
      view.address = view.address ?? file.address
      view.billing = view.billing ?? file.billing
      if view.labels.isEmpty { view.labels = file.labels ?? [:] }
    }
    view.today = day?.amount.flatMap { $0.isUnknown ? nil : $0 }
    view.interfaces = InterfaceMerge.views(all.map(\.replica))
    if view.state != .down, view.state != .starting, let newest = view.sampleTime {
      // Replicas sample at moments of their own, and not all of them the same interfaces.
      let rates = view.totalInterfaces.filter { interface in
        interface.isCurrent && interface.time.map { newest - $0 <= max(3, 2.5 * view.interval) } ?? false
      }
      view.rxRate = sum(rates.map(\.rxRate))
      view.txRate = sum(rates.map(\.txRate))
    }
    return view
  }

  private func judge(_ replica: FleetMerge.Replica) -> Judged {
    var result = Judged(replica: replica, state: .stale)
    let sample = replica.record.sampleTime
    let patience = max(staleAfter, 2.5 * (replica.collector.interval ?? 1))
    let isSampled = sample.map { now - $0 <= patience } ?? false
    guard let beat = replica.heartbeat, replica.collector.isFresh else {
      result.since = replica.collector.written ?? sample
      if isSampled {
        result.state = .degraded
        result.reason = "storage"
        result.message = replica.problem ?? "collector \(replica.collector.name) gives no heartbeat"
      } else {
        result.reason = replica.problem == nil ? "heartbeat" : "storage"
        result.message = replica.problem ?? silence("collector \(replica.collector.name) is silent", replica.collector.written)
      }
      return result
    }
    result.since = beat.since.flatMap { UTCTime.epoch(rfc3339: $0) }
    result.reason = beat.reason
    result.message = beat.message
    switch beat.state {
    case .down: result.state = .down
    case .starting: result.state = .starting
    case .up, .degraded, .push:
      guard isSampled else {
        result.reason = replica.problem == nil ? "sample" : "storage"
        result.message = replica.problem ?? silence("no sample", sample)
        result.since = sample ?? result.since
        return result
      }
      result.state = beat.state == .degraded ? .degraded : beat.state == .push ? .push : .up
      if let problem = replica.problem {
        result.state = .degraded
        result.reason = "storage"
        result.message = problem
      }
    }
    return result
  }

  private func folder(_ judged: Judged) -> DeviceView.Folder? {
    guard judged.replica.record.folderProblem == nil else { return nil }
    return DeviceView.Folder(
      root: judged.replica.root, collector: judged.replica.collector.name, directory: judged.replica.record.directory,
      isAnswering: judged.replica.isAnswering)
  }

  /// Who lists the device comes before who does not, and who does not reach it comes after who may be silent for a moment.
  private func place(_ judged: Judged) -> Int {
    judged.replica.isRetired ? 10 : judged.state == .down ? 9 : rank(judged.state)
  }

  private func silence(_ what: String, _ since: Double?) -> String {
    since.map { "\(what) since \(UTCTime.rfc3339($0))" } ?? what
  }

  private func rank(_ state: DeviceState) -> Int {
    switch state {
    case .up: 0
    case .push: 1
    case .degraded: 2
    case .starting: 3
    case .down: 4
    case .stale: 5
    }
  }

  /// By the newest sample, then by the newest heartbeat, then by name so that equals keep their order.
  private func freshness(_ replica: FleetMerge.Replica) -> (Double, Double, String) {
    (replica.record.sampleTime ?? 0, replica.collector.written ?? 0, replica.collector.name)
  }

  private func sum(_ values: [Double?]) -> Double? {
    guard !values.isEmpty else { return nil }
    return values.reduce(Double?(0)) { total, value in total.flatMap { total in value.map { total + $0 } } }
  }
}
