import Logging
import NIOCore
import Shared

/// Polls one device for as long as its task lives: connects, samples, asks the menus, and tries again when something breaks.
///
/// It shares nothing with other pollers but clocks, the event loops and the recorder, none of which waits. Decisions are made by values
/// (``SampleDerivation``, ``InterfaceCatalogue``, ``DeviceStatus``, ``Backoff``, ``PollSchedule``); this type performs them.
actor DevicePoller {
  /// What all pollers share.
  struct Environment: Sendable {
    var recorder: Recorder
    var time: TimeSource
    var grid: SampleGrid
    var group: any EventLoopGroup
    var resolver: HostResolver
    var logger: Logger
    var sampleInterval: Double
    var metricsInterval: Double
    var board = MetricsBoard()
    var releases: ReleaseCheck
  }

  /// How long answers may take, in seconds.
  enum Deadline {
    /// Counters. Later, a fresh connection finds out sooner whether the device is back than TCP's patience would.
    static let counters = Duration.seconds(4)
    static let menu = Duration.seconds(10)
    /// What a session begins with.
    static let start = Duration.seconds(5)
  }

  let config: DeviceConfig
  let environment: Environment
  var context: MenuContext
  /// Sessions with the entries that some menus are asked of.
  private let remotes: (dhcpServer: RemoteSession?, capsman: RemoteSession?)
  /// Behind the interval's beginning, in seconds: devices take turns.
  let phase: Double
  let logger: Logger

  var derivation: SampleDerivation
  var catalogue: InterfaceCatalogue
  var status: DeviceStatus
  var reboots: RebootDetection
  /// When the counters are asked for, and how.
  let plan: SamplingPlan
  /// What the questions of ``plan`` were made of.
  var asked: (ids: [String], wantsRates: Bool)?
  var rates: [String: LiveLine.Interface] = [:]
  var uplinks: Set<String> = []
  /// What the menus gave in this session, by path.
  var menus: [String: MenuResult] = [:]
  var absentMenus: Set<String> = []
  var menuDue: [String: Double] = [:]
  var droppedValues: [String: Int] = [:]
  /// Seconds that menus took, by the name of MKTXP's collector.
  var collectionTimes: [String: Double] = [:]
  /// Families that were left out for `series_limit` at any time, as far as that was told.
  var familiesLeftOut: Set<String> = []
  var api = DurationHistogram()
  /// When metrics were last rendered, steady seconds.
  var metricsPublished = -Double.infinity
  /// Bytes to and from the device, over all sessions.
  var traffic = SessionTraffic()
  var file: DeviceFile
  var publishedFile: DeviceFile?
  /// What the menus list, for people.
  var tables = DeviceTables()
  var hasRebooted = false
  /// The system's clock was behind the end of the history at the last sample.
  var wasBehind = false
  /// How often the system's clock had been set when that was last told.
  var clockSettings: Int
  /// Interfaces left out when that was last told.
  var cappedBefore = 0
  /// Readings that were not used because no link carries as much.
  var refusedReadings = 0
  private var backoff = Backoff()
  /// Where the last session went.
  private var remoteAddress: String?
  private var sessionBegan = 0.0

  init(_ config: DeviceConfig, past: DevicePast, index: Int, of count: Int, _ environment: Environment) {
    self.config = config
    self.environment = environment
    context = MenuContext(config)
    phase = SampleGrid.phase(index, of: count, interval: environment.sampleInterval)
    var logger = environment.logger
    logger[metadataKey: LogKey.device] = "\(config.name)"
    self.logger = logger
    let own = logger
    func session(_ device: RemoteDevice?) -> RemoteSession? {
      device.map { RemoteSession($0, resolver: environment.resolver, group: environment.group, logger: own) }
    }
    remotes = (session(config.dhcpServer), session(config.capsman))
    let time = environment.time
    clockSettings = time.clockSettings.count
    derivation = SampleDerivation(interval: environment.sampleInterval, last: past.last)
    catalogue = InterfaceCatalogue(
      filter: config.interfaces, retention: config.retention.name, limit: config.interfaceLimit,
      known: past.file?.interfaces ?? [:])
    status = DeviceStatus(address: config.endpoint.host, now: time.epoch)
    reboots = RebootDetection(last: past.uptime)
    plan = SamplingPlan(Self.questions([], wantsRates: false))
    file = past.file ?? DeviceFile(device: config.name, address: config.endpoint.host)
    publishedFile = past.file
    uplinks = Set(file.interfaces.values.filter { $0.role == "wan" }.map(\.name))
    status.facts = DeviceFacts(file)
    environment.recorder.report(status, of: config.name)
  }

  /// Returns when the task is cancelled.
  func run() async {
    record(.collector, "sampling began (tikwatch-collector \(Version.current))")
    noteAddress()
    await withDiscardingTaskGroup { group in
      group.addTask { await self.keepConnected() }
      group.addTask { await self.keepMetrics() }
    }
    await remotes.dhcpServer?.close()
    await remotes.capsman?.close()
    record(.collector, "sampling ended: the collector stops, or its configuration has changed")
  }

  // MARK: Sessions

  private func keepConnected() async {
    while !Task.isCancelled {
      let began = environment.time.steady
      let failure = await attempt(began: began)
      guard !Task.isCancelled else { return }
      let now = environment.time.steady
      if plan.schedule == nil { plan.schedule = newSchedule(from: began) }
      let problem =
        failure.map { DeviceStatus.Problem(reason: $0.downReason, message: $0.description) }
        ?? DeviceStatus.Problem(reason: .protocol, message: "\(config.endpoint): the session ended")
      if status.problem?.reason != problem.reason || status.isUp {
        logger.warning(
          "Device is down", metadata: [LogKey.reason: "\(problem.reason.rawValue)", LogKey.error: "\(problem.message)"])
      }
      let isNews = status.problem?.reason != problem.reason || status.state != .down
      status.failed(problem, at: environment.time.epoch)
      report()
      // Whoever scrapes is to see it now, not when metrics are due.
      if isNews { publishMetrics() }
      let delay = backoff.failed(failure?.backoff ?? .other, began: began, now: now, chance: .random(in: 0...1))
      do { try await Task.sleep(for: .seconds(delay)) } catch { return }
    }
  }

  /// One session from connecting to its end; returns why it ended, `nil` when it was cancelled.
  private func attempt(began: Double) async -> RouterOSError? {
    var timeouts = ConnectionTimeouts()
    // A lost packet of the handshake is repeated after 1, 3, 7 s: a new attempt is sooner.
    if backoff.isInFirstMinute(at: began) { timeouts.connect = .seconds(2) }
    do {
      let connection = try await DeviceConnection.open(
        config.endpoint, credentials: config.credentials, security: config.transport.security, timeouts: timeouts,
        resolver: environment.resolver,
        group: environment.group, logger: logger)
      noteRemote(connection.remoteAddress)
      let end = await session(connection)
      traffic.end(with: await connection.statistics)
      await connection.close()
      menus = [:]
      return end
    } catch let error as RouterOSError {
      return error
    } catch {
      return nil
    }
  }

  private func session(_ connection: DeviceConnection) async -> RouterOSError? {
    absentMenus = []
    menuDue = [:]
    sessionBegan = environment.time.steady
    let asker = MenuAsker(connection: connection, dhcpServer: remotes.dhcpServer, capsman: remotes.capsman)
    do {
      try await learn(asker)
    } catch {
      return error as? RouterOSError
    }
    if plan.schedule == nil { plan.schedule = newSchedule(from: environment.time.steady) }
    return await withTaskGroup(of: RouterOSError?.self) { group in
      group.addTask { await self.keepSampling(connection) }
      group.addTask { await self.keepAsking(asker) }
      group.addTask { await connection.waitUntilClosed() }
      let first = await group.next() ?? nil
      group.cancelAll()
      var reason = first
      // Whoever noticed first may not know why.
      for await other in group where reason == nil { reason = other }
      return reason
    }
  }

  private func newSchedule(from now: Double) -> PollSchedule {
    let interval = environment.sampleInterval
    return PollSchedule(first: environment.grid.next(from: now, phase: phase, interval: interval), interval: interval)
  }

  /// A sample came; tells whether that makes the device well.
  func sampleCame() -> Bool { backoff.succeeded(session: environment.time.steady - sessionBegan) }

  // MARK: Telling

  /// Hands the present state to the heartbeat, and what is to be recorded now to the next sample.
  func report() {
    chooseQuestions()
    let problem = environment.recorder.storageProblem(of: config.name)
    status.setStorageProblem(problem.map { DeviceStatus.Problem(reason: .storage, message: $0) }, at: environment.time.epoch)
    status.schedule = plan.schedule
    status.interfaces = catalogue.present.count
    environment.recorder.report(status, of: config.name)
  }

  func record(_ kind: EventLine.Kind, _ text: String, key: String? = nil) {
    let event = EventLine(t: SampleClock.rounded(environment.time.epoch), kind: kind, interface: key, text: text)
    record([event])
  }

  func record(_ events: [EventLine]) {
    for event in events {
      logger.info(
        "\(event.kind.rawValue)", metadata: [LogKey.interface: "\(event.interface ?? "")", LogKey.state: "\(event.text)"])
    }
    environment.recorder.record(events, of: config.name)
  }

  /// The address that this session goes to, if the configured host is a name: it may belong to another box from now on.
  private func noteRemote(_ address: String?) {
    guard let address else { return }
    if let before = remoteAddress, before != address {
      record(.address, "\(config.endpoint.host) is now at \(address), it was at \(before)")
    }
    remoteAddress = address
  }

  private func noteAddress() {
    guard let before = publishedFile?.address, before != config.endpoint.host else { return }
    record(.address, "the address is now \(config.endpoint.host), it was \(before)")
  }
}

extension RouterOSError {
  /// The reason code of a device that is down for this: a device whose counters cannot be read is not merely degraded.
  var downReason: ReasonCode {
    switch code {
    case .menu, .storage: .protocol
    case .dns, .refused, .timeout, .tls, .login, .permission, .protocol, .hung, .fatal: code
    }
  }

  /// What it means for the next attempt.
  var backoff: Backoff.Failure {
    if case .fatal(let text) = failure, Self.isSessionLimit(text) { return .turnedAway }
    return switch downReason {
    case .login, .permission: .login
    case .hung: .hung
    case .dns, .refused, .timeout, .tls, .protocol, .fatal, .menu, .storage: .other
    }
  }

  /// RouterOS ends a session beyond the service's `max-sessions` with a `!fatal` that says so, in words that differ by version.
  private static func isSessionLimit(_ text: String) -> Bool {
    let text = text.lowercased()
    return text.contains("too many") || text.contains("max-sessions") || (text.contains("limit") && !text.contains("time limit"))
  }
}
