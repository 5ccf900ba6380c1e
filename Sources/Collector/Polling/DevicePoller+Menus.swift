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
  /// What must be known before the first sample: which interfaces there are, and whether their counters began again meanwhile.
  func learn(_ connection: DeviceConnection) async throws {
    let began = environment.time.steady
    async let resource = connection.run(SystemResource().query, deadline: Deadline.start)
    async let interfaces = connection.run(Interface().query, deadline: Deadline.start)
    do {
      take(SystemResource(), try await resource)
    } catch let error as RouterOSError where !error.endsSession {
      // The list decides whether the device can be sampled; this menu is asked again.
      fail(SystemResource(), error, began: began)
    }
    take(Interface(), try await interfaces)
    publishFile()
  }

  /// Asks each menu when it is due, until the session breaks. One at a time: they share the device with the counters.
  func keepAsking(_ connection: DeviceConnection) async -> RouterOSError? {
    let time = environment.time
    while !Task.isCancelled {
      do {
        var hasAsked = false
        for menu in MenuRegistry.all where isDue(menu) {
          try await ask(menu, connection)
          hasAsked = true
        }
        if (menuDue[UplinkFinder.query.path] ?? 0) <= time.steady { try await askUplinks(connection) }
        if (menuDue[LinkSpeeds.path] ?? 0) <= time.steady { try await askSpeeds(connection) }
        if hasAsked {
          publishFile()
          publishMetrics()
          report()
        }
        let next = menuDue.values.min() ?? time.steady + 1
        try await Task.sleep(until: time.instant(max(next, time.steady + 0.05)), clock: .continuous)
      } catch {
        return error as? RouterOSError
      }
    }
    return nil
  }

  private func isDue(_ menu: any MenuCollector) -> Bool {
    let path = menu.query.path
    guard menu.use(config.menus) != .off, !absentMenus.contains(path) else { return false }
    return (menuDue[path] ?? 0) <= environment.time.steady
  }

  private func ask(_ menu: any MenuCollector, _ connection: DeviceConnection) async throws {
    let began = environment.time.steady
    do {
      take(menu, try await connection.run(menu.query, deadline: Deadline.menu))
    } catch let error as RouterOSError where !error.endsSession {
      fail(menu, error, began: began)
    }
  }

  private func take(_ menu: any MenuCollector, _ reply: Reply) {
    let path = menu.query.path
    let seconds = environment.time.steady - environment.time.steady(reply.sent)
    api.add((reply.received - reply.sent).seconds)
    var result = MenuResult(isUp: true, seconds: seconds)
    if menu.use(config.menus) == .exported {
      let samples = menu.collect(reply.rows, context)
      result.families = samples.families
      drop(samples.dropped, in: path)
    }
    finish(menu, result)
    takeFacts(path, reply)
  }

  private func fail(_ menu: any MenuCollector, _ error: RouterOSError, began: Double) {
    let path = menu.query.path
    if error.isMenuAbsent {
      // Learned once per connection: this device has nothing there, which is no failure.
      absentMenus.insert(path)
      menus[path] = nil
      menuDue[path] = nil
      return
    }
    if menus[path]?.problem != error.description {
      logger.warning("A menu fails", metadata: [LogKey.menu: "\(path)", LogKey.error: "\(error)"])
    }
    finish(menu, MenuResult(isUp: false, seconds: environment.time.steady - began, problem: error.description))
  }

  private func finish(_ menu: any MenuCollector, _ result: MenuResult) {
    let path = menu.query.path
    menuDue[path] = environment.time.steady + menu.period(metricsInterval: environment.metricsInterval)
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
    menuDue[UplinkFinder.query.path] = environment.time.steady + 60
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
    guard !ids.isEmpty else { return }
    do {
      let reply = try await connection.run(LinkSpeeds.query(ids), deadline: Deadline.menu)
      record(catalogue.setSpeeds(LinkSpeeds.speeds(reply.rows), now: SampleClock.rounded(environment.time.epoch)))
    } catch let error as RouterOSError where !error.endsSession {
      // Speeds only sharpen a judgement; without them the bounds are wider.
      logger.debug("Link speeds are not known", metadata: [LogKey.error: "\(error)"])
    }
    publishFile()
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
