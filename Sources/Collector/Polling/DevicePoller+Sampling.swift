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
    let reply = try await connection.run(query, deadline: Deadline.counters)
    let time = environment.time
    let (sent, received) = (time.steady(reply.sent), time.steady(reply.received))
    let middle = (sent + received) / 2
    api.add(received - sent)
    if let step = clock.follow(epoch: time.epoch, steady: time.steady) {
      logger.warning("The system's clock was set", metadata: [LogKey.seconds: "\((step * 1000).rounded() / 1000)"])
    }
    let epoch = SampleClock.rounded(clock.epoch(of: middle))
    let outcome = derivation.derive(
      reply.rows, keys: catalogue.recorded, speeds: catalogue.speeds, time: epoch, steady: middle)
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

  private func takeTotals() {
    let shown = catalogue.representative.compactMap { rates[$0] }
    let rx = shown.compactMap(\.rxRate)
    let tx = shown.compactMap(\.txRate)
    status.rxRate = rx.isEmpty ? nil : Double(rx.reduce(0, &+))
    status.txRate = tx.isEmpty ? nil : Double(tx.reduce(0, &+))
  }

  private func tell(_ outcome: SampleDerivation.Outcome, before: DeviceStatus.Problem?) {
    if let gap = outcome.gap, gap > max(10, 3 * environment.sampleInterval) {
      let reason = before.map { " (\($0.reason.rawValue))" } ?? ""
      record(.gap, "no samples for \(Int(gap.rounded())) s\(reason)")
    }
    for finding in outcome.findings {
      let name = catalogue.known[finding.key]?.name ?? finding.key
      switch finding.meaning {
      case .reset where !hasRebooted: record(.reset, "\(name): the counters began again", key: finding.key)
      case .refused:
        drop(1, in: "/interface")
        logger.warning("A counter jumped by more than the link can carry", metadata: [LogKey.interface: "\(name)"])
      case .first, .sample, .gap, .reset: break
      }
    }
    hasRebooted = false
  }

  func drop(_ count: Int, in menu: String) {
    if count > 0 { droppedValues[menu, default: 0] += count }
  }
}
