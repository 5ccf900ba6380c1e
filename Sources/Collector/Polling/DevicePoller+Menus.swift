import Logging
import Shared

/// What one menu gave when it was last asked.
struct MenuResult: Sendable {
  var isUp: Bool
  var seconds: Double
  var families: [MetricFamily] = []
  var problem: String?
}

extension DevicePoller {
  /// The share of time that a single menu may take: a slow one is asked more seldom than its period says. Counters are never slowed.
  static let menuShare = 0.05

  /// Menus of a slow device are made use of now and then, those of a quick one together.
  static let askingPatience = Duration.seconds(1)

  /// What must be known before the first sample: which interfaces there are, and whether their counters began again meanwhile.
  func learn(_ asker: MenuAsker) async throws {
    let (asked, failure) = await asker.ask([SystemResource(), Interface()], context, deadline: Deadline.start)
    if let failure { throw failure }
    for one in asked {
      // Of the two, the list decides whether the device can be sampled; the other menu is asked again.
      if one.menu is Interface, let error = one.answers.error(Interface().query) { throw error }
      take(one)
    }
    publishFile()
  }

  /// Asks the menus that are due, in rounds, until the session breaks. In rounds, since what a round gave is rendered and written once.
  func keepAsking(_ asker: MenuAsker) async -> RouterOSError? {
    let time = environment.time
    while !Task.isCancelled {
      do {
        let began = time.steady
        let due = MenuRegistry.all.filter(isDue)
        let hasAsked = !due.isEmpty
        let failure = await asker.ask(due, context, deadline: Deadline.menu, patience: Self.askingPatience) { asked in
          await self.take(asked)
        }
        if let failure { throw failure }
        if isDue(UplinkFinder.key) { try await askUplinks(asker.connection) }
        if isDue(LinkSpeeds.path) { try await askSpeeds(asker.connection) }
        if hasAsked {
          traffic.present = await asker.connection.statistics
          publishFile()
          publishMetrics()
          publishTables()
          report()
        }
        try await Task.sleep(until: time.instant(max(began + roundLength, time.steady + 0.05)), clock: .continuous)
      } catch {
        return error as? RouterOSError
      }
    }
    return nil
  }

  /// Seconds between the beginnings of two rounds.
  private var roundLength: Double { min(environment.metricsInterval, 15) }

  private func isDue(_ menu: any MenuCollector) -> Bool {
    menu.use(config.menus.switches) != .off && !absentMenus.contains(menu.path) && isDue(menu.path)
  }

  /// A period counts from an answer, which came some time into its round: half a round too soon is in time.
  private func isDue(_ path: String) -> Bool { (menuDue[path] ?? 0) <= environment.time.steady + roundLength / 2 }

  private func take(_ asked: [AskedMenu]) {
    for menu in asked { take(menu) }
  }

  private func take(_ asked: AskedMenu) {
    let (menu, answers, seconds) = (asked.menu, asked.answers, asked.seconds)
    let path = menu.path
    for reply in answers.replies { api.add((reply.received - reply.sent).seconds) }
    if let name = MKTXPCollector.name(ofMenu: path) { collectionTimes[name, default: 0] += seconds }
    guard !answers.isAbsent else {
      // Learned once per connection: this device has nothing there, which is no failure.
      absentMenus.insert(path)
      menus[path] = nil
      tables.forget(path)
      menuDue[path] = nil
      return
    }
    guard !answers.isEmpty else {
      // It had nothing to ask: it neither works nor fails.
      menus[path] = nil
      schedule(menu, took: 0)
      return
    }
    let failures = answers.failures
    var result = MenuResult(isUp: failures.isEmpty, seconds: seconds)
    if let (command, error) = failures.first {
      result.problem = error.description
      if menus[path]?.problem != result.problem {
        logger.warning("A menu fails", metadata: [LogKey.menu: "\(command)", LogKey.error: "\(error)"])
      }
    }
    context.known.take(menu, answers)
    if context.switches[.checkForUpdates] {
      context.known.newestVersion = environment.releases.newest(for: context.known.version)
    }
    // What was answered counts, whatever else was not.
    if menu.use(config.menus.switches) == .exported {
      let samples = menu.collect(answers, context)
      result.families = samples.families
      drop(samples.dropped, in: path)
      tables.take(path, answers, context, now: SampleClock.rounded(environment.time.epoch))
    }
    finish(menu, result)
    if let monitor = menu as? EthernetMonitor { takeSpeeds(monitor.links(answers)) }
    guard let single = menu as? any SingleMenu, let reply = answers.reply(single.query) else { return }
    takeFacts(path, reply)
  }

  private func schedule(_ menu: any MenuCollector, took seconds: Double) {
    let period = menu.period(metricsInterval: environment.metricsInterval)
    menuDue[menu.path] = environment.time.steady + max(period, seconds / Self.menuShare)
  }

  private func finish(_ menu: any MenuCollector, _ result: MenuResult) {
    let path = menu.path
    schedule(menu, took: result.seconds)
    menus[path] = result
    let failed = menus.filter { !$0.value.isUp }.min { $0.key < $1.key }
    let problem = failed.map { DeviceStatus.Problem(reason: .menu, message: $0.value.problem ?? "\($0.key) fails") }
    status.setMenuProblem(problem, at: environment.time.epoch)
  }

  // MARK: What the collector itself takes from menus

  private func takeFacts(_ path: String, _ reply: Reply) {
    let version = status.facts.version
    status.facts.take(path, reply.rows)
    if path == SystemResource().query.path { takeUptime(reply) }
    if let version, let now = status.facts.version, now != version { record(.version, "RouterOS \(now), it was \(version)") }
    guard path == Interface().query.path else { return }
    let changes = catalogue.update(reply.rows.compactMap(InterfaceRow.init), now: SampleClock.rounded(environment.time.epoch))
    for key in changes.remade { derivation.restart(key) }
    record(changes.events)
    noteLimit()
    catalogue.setUplinks(uplinkNames())
  }

  /// Says once that the device has more interfaces than are recorded.
  private func noteLimit() {
    guard catalogue.capped != cappedBefore else { return }
    cappedBefore = catalogue.capped
    guard catalogue.capped > 0 else { return }
    logger.warning(
      "The device has more interfaces than interface_limit allows: the rest is not recorded",
      metadata: [LogKey.count: "\(catalogue.capped)"])
  }

  private func takeUptime(_ reply: Reply) {
    guard let uptime = status.facts.uptime else { return }
    let time = environment.time
    let steady = time.steady(reply.received)
    let now = time.epoch(of: steady)
    derivation.restart(readBefore: now - uptime)
    if reboots.add(RebootDetection.Uptime(seconds: uptime, time: now, steady: steady), since: derivation.newest) {
      hasRebooted = true
      derivation.restartAll()
      record(.reboot, "the device rebooted \(Int(uptime)) s ago")
    }
  }

  private func askUplinks(_ connection: DeviceConnection) async throws {
    menuDue[UplinkFinder.key] = environment.time.steady + 60
    guard case .defaultRoute = config.uplinks else { return }
    do {
      let reply = try await connection.run(UplinkFinder.query, deadline: Deadline.menu)
      uplinks = UplinkFinder.names(reply.rows, interfaces: Set(catalogue.known.values.map(\.name)))
    } catch let error as RouterOSError where !error.endsSession {
      // A device without routes has no uplink that could be told.
      logger.debug("Uplinks are not known", metadata: [LogKey.error: "\(error)"])
      uplinks = []
    }
    catalogue.setUplinks(uplinks)
    publishFile()
  }

  private func askSpeeds(_ connection: DeviceConnection) async throws {
    menuDue[LinkSpeeds.path] = environment.time.steady + 60
    let ids = catalogue.runningEthernetIDs
    // Else the menu about Ethernet ports tells them.
    guard !ids.isEmpty, EthernetMonitor().use(config.menus.switches) == .off else { return }
    do {
      let reply = try await connection.run(LinkSpeeds.query(ids), deadline: Deadline.menu)
      takeSpeeds(reply.rows)
    } catch let error as RouterOSError where !error.endsSession {
      // Speeds only sharpen a judgement; without them the bounds are wider.
      logger.debug("Link speeds are not known", metadata: [LogKey.error: "\(error)"])
    }
    publishFile()
  }

  private func takeSpeeds(_ rows: [Row]) {
    record(catalogue.setSpeeds(LinkSpeeds.speeds(rows), now: SampleClock.rounded(environment.time.epoch)))
  }

  private func uplinkNames() -> Set<String> {
    switch config.uplinks {
    case .defaultRoute: return uplinks
    case .matching(let filter):
      let present = catalogue.present.compactMap { catalogue.known[$0] }
      return Set(
        present.filter { filter.matches(name: $0.name, comment: $0.comment, type: $0.type, isDynamic: $0.dynamic ?? false) }
          .map(\.name))
    }
  }
}
