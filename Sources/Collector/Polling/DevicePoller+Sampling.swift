import Logging
import Shared

extension DevicePoller {
  /// Answers kept while this actor is busy: minutes of them.
  private static let answerLimit = 300

  /// Takes samples until the session breaks. The connection asks for them; what they mean is found out here.
  func keepSampling(_ connection: DeviceConnection) async -> RouterOSError? {
    let (answers, feed) = AsyncStream<CounterAnswer>.makeStream(bufferingPolicy: .bufferingNewest(Self.answerLimit))
    chooseQuestions()
    async let end = connection.keepSampling(plan, environment.time, into: feed)
    for await answer in answers { take(answer) }
    return await end
  }

  private func take(_ answer: CounterAnswer) {
    let reply = answer.counters
    let told = monitoredRates(answer.rates)
    let time = environment.time
    let (sent, received) = (time.steady(reply.sent), time.steady(reply.received))
    let middle = (sent + received) / 2
    api.add(received - sent)
    noteClock()
    guard !answer.isOutOfTime else { return }
    let epoch = SampleClock.rounded(time.epoch(of: middle))
    var outcome = derivation.derive(
      reply.rows, keys: catalogue.recorded, speeds: catalogue.speeds, time: epoch, steady: middle)
    if !told.isEmpty { outcome.sample.take(told) }
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

  /// Makes the next sample ask for the interfaces that are recorded now.
  func chooseQuestions() {
    let ids = catalogue.recordedIDs
    let wantsRates = config.rateSource == .monitor && !ids.isEmpty && !absentMenus.contains(MonitoredRates.path)
    if let asked, asked == (ids, wantsRates) { return }
    asked = (ids, wantsRates)
    plan.questions = Self.questions(ids, wantsRates: wantsRates)
  }

  /// All recorded interfaces in one query; without any, a query that shows whether the device is there.
  static func questions(_ ids: [String], wantsRates: Bool) -> SamplingPlan.Questions {
    let counters =
      ids.isEmpty
      ? MenuQuery(path: "/system/identity", properties: ["name"])
      : MenuQuery(path: "/interface", properties: [".id", "rx-byte", "tx-byte"], queries: Self.anyOf(ids))
    return SamplingPlan.Questions(counters: counters, rates: wantsRates ? MonitoredRates.query(ids) : nil)
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

  /// The device's own rates by key, if they were asked for; none when it has none to give, so that those of the counters stand.
  private func monitoredRates(_ answer: Result<Reply, RouterOSError>?) -> [String: MonitoredRates.Rate] {
    switch answer {
    case nil: return [:]
    case .success(let reply):
      var keys: [String: String] = [:]
      for key in catalogue.present { if let name = catalogue.known[key]?.name { keys[name] = key } }
      let rates = MonitoredRates.rates(reply.rows)
      return Dictionary(rates.compactMap { name, rate in keys[name].map { ($0, rate) } }) { $1 }
    case .failure(let error):
      // Once per connection: the rates of the counters are as good.
      if absentMenus.insert(MonitoredRates.path).inserted {
        logger.warning("The device does not tell its rates: those of its counters are used", metadata: [LogKey.error: "\(error)"])
      }
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
