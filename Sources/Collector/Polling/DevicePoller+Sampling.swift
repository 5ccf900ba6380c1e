import Logging
import Shared

extension DevicePoller {
  /// Takes a sample whenever one is due, until the session breaks.
  func keepSampling(_ connection: DeviceConnection) async -> RouterOSError? {
    let time = environment.time
    do {
      // With long intervals a device that is back must not wait for its turn.
      if let next = schedule?.next, next - time.steady > 1 { try await sample(connection) }
    } catch {
      return error as? RouterOSError
    }
    while !Task.isCancelled {
      guard let due = schedule?.take(now: time.steady) else { return nil }
      do {
        try await Task.sleep(until: time.instant(due), tolerance: .zero, clock: .continuous)
        try await sample(connection)
      } catch {
        schedule?.fail()
        return error as? RouterOSError
      }
    }
    return nil
  }

  private func sample(_ connection: DeviceConnection) async throws {
    let query = queryForCounters()
    async let monitored = monitoredRates(connection)
    let reply = try await connection.run(query, deadline: Deadline.counters)
    let told = try await monitored
    let time = environment.time
    let (sent, received) = (time.steady(reply.sent), time.steady(reply.received))
    let middle = (sent + received) / 2
    api.add(received - sent)
    noteClock()
    // The machine slept between question and answer: nobody knows to which moment these counters belong.
    guard received - sent <= 2 * Deadline.counters.seconds else {
      schedule?.fail()
      return
    }
    let epoch = SampleClock.rounded(time.epoch(of: middle))
    var outcome = derivation.derive(
      reply.rows, keys: catalogue.recorded, speeds: catalogue.speeds, time: epoch, steady: middle)
    outcome.sample.take(told)
    let wasUp = status.isUp
    let before = status.problem
    status.succeeded(at: epoch, latency: received - sent, isWell: sampleCame())
    rates = outcome.sample.interfaces
    takeTotals()
    drop(outcome.odd, in: "/interface")
    tell(outcome, before: before)
    if !outcome.sample.interfaces.isEmpty { environment.recorder.record(outcome.sample, of: config.name) }
    if !wasUp, status.isUp {
      logger.notice("Device is up", metadata: [LogKey.address: "\(config.endpoint)", LogKey.count: "\(catalogue.present.count)"])
      publishMetrics()
    }
    report()
  }

  /// All recorded interfaces in one query; without any, a query that shows whether the device is there.
  private func queryForCounters() -> MenuQuery {
    let ids = catalogue.recordedIDs
    if let counterQuery, counterQuery.ids == ids { return counterQuery.query }
    let query =
      ids.isEmpty
      ? MenuQuery(path: "/system/identity", properties: ["name"])
      : MenuQuery(path: "/interface", properties: [".id", "rx-byte", "tx-byte"], queries: Self.anyOf(ids))
    counterQuery = (ids, query)
    return query
  }

  /// `.id=*1`, `.id=*2`, `#|`, `.id=*3`, `#|` …: RouterOS keeps a stack; each `#|` joins the two on top.
  static func anyOf(_ ids: [String]) -> [String] {
    var words: [String] = []
    words.reserveCapacity(ids.count * 2)
    for (index, id) in ids.enumerated() {
      words.append(".id=" + id)
      if index > 0 { words.append("#|") }
    }
    return words
  }

  /// The device's own rates by key, if they are wanted; none when it has none to give, so that those of the counters stand.
  private func monitoredRates(_ connection: DeviceConnection) async throws -> [String: MonitoredRates.Rate] {
    let ids = catalogue.recordedIDs
    guard config.rateSource == .monitor, !ids.isEmpty, !absentMenus.contains(MonitoredRates.path) else { return [:] }
    do {
      let reply = try await connection.run(MonitoredRates.query(ids), deadline: Deadline.counters)
      var keys: [String: String] = [:]
      for key in catalogue.present { if let name = catalogue.known[key]?.name { keys[name] = key } }
      let rates = MonitoredRates.rates(reply.rows)
      return Dictionary(rates.compactMap { name, rate in keys[name].map { ($0, rate) } }) { $1 }
    } catch let error as RouterOSError where !error.endsSession {
      // Once per connection: the rates of the counters are as good.
      absentMenus.insert(MonitoredRates.path)
      logger.warning("The device does not tell its rates: those of its counters are used", metadata: [LogKey.error: "\(error)"])
      return [:]
    }
  }

  private func takeTotals() {
    var (rx, tx): (UInt64?, UInt64?)
    for key in catalogue.representative {
      guard let shown = rates[key] else { continue }
      if let rate = shown.rxRate { rx = (rx ?? 0) &+ rate }
      if let rate = shown.txRate { tx = (tx ?? 0) &+ rate }
    }
    status.rxRate = rx.map { Double($0) }
    status.txRate = tx.map { Double($0) }
  }

  private func tell(_ outcome: SampleDerivation.Outcome, before: DeviceStatus.Problem?) {
    if let gap = outcome.gap, gap > max(10, 3 * environment.sampleInterval) {
      let reason =
        if outcome.isFirstGap { "the collector was not running" } else if let before { before.reason.rawValue } else if wasBehind
        {
          "the clock of this host had been set back"
        } else { "the collector was suspended or too slow" }
      record(.gap, "no samples for \(Int(gap.rounded())) s (\(reason)): the counters close the gap")
    }
    wasBehind = outcome.isBehind
    for finding in outcome.findings {
      let name = catalogue.known[finding.key]?.name ?? finding.key
      switch finding.meaning {
      case .reset where !hasRebooted: record(.reset, "\(name): the counters began again", key: finding.key)
      case .jump:
        record(.reset, "\(name): the counters jumped by more than the link can carry, and go on from there", key: finding.key)
      case .refused:
        drop(1, in: "/interface")
        refusedReadings += 1
        logger.warning("A counter jumped by more than the link can carry", metadata: [LogKey.interface: "\(name)"])
      case .first, .sample, .gap, .clockSet, .behind, .reset: break
      }
    }
    hasRebooted = false
  }

  /// Tells, once for each device, that the system's clock has been set.
  private func noteClock() {
    let (count, last) = environment.time.clockSettings
    guard count != clockSettings, let last else { return }
    clockSettings = count
    switch last {
    case .ahead(let seconds):
      record(
        .gap, "the clock of this host was set ahead by \(Int(seconds.rounded())) s: no time has passed, no bytes are missing")
    case .back(let seconds):
      let text = "the clock of this host was set back by \(Int(seconds.rounded())) s"
      record(.gap, text + ": history goes on when it has caught up, with all bytes")
    case .held(let seconds):
      logger.notice(
        "The clock of this host was set back; times wait for it", metadata: [LogKey.seconds: "\(Int(seconds.rounded()))"])
    }
  }

  func drop(_ count: Int, in menu: String) {
    if count > 0 { droppedValues[menu, default: 0] += count }
  }
}
