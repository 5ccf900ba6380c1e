import Foundation
import HTTPService
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Shared
import Synchronization
import UnixSignals

/// Puts a web node together and runs it.
struct WebNodeApp: Sendable {
  let config: WebNodeConfig
  let logger: Logger
  /// Where `config` came from, with the stamps of its files from before they were read: it is followed when it changes.
  var source: (origin: WebConfigSource, stamps: [String: FileStamp?])?
  /// Told how the node is.
  var manager: ServiceManager?
  var pages = WebPages()
  var limits = ConnectionLimits()
  var reader: any HandoffReader = DiskReader()
  var vendors = MACVendors()
  var now: @Sendable () -> Double = { Date().timeIntervalSince1970 }
  /// Told every address that is being listened on, once it is.
  var onListening: @Sendable (SocketAddress) -> Void = { _ in }
  /// Returns when the node shall stop, for owners other than signals.
  var stop: (@Sendable () async -> Void)?
  /// How long a request waits for storage, all its reads together.
  var storageDeadline = TimeAmount.seconds(5)
  /// What that is measured by.
  var waitClock = WaitClock.system
  /// Runs before each read of a root (by its index): a seam for tests of storage that hangs.
  var beforeRead: @Sendable (Int) -> Void = { _ in }
  var drawing = RenderCrew.Settings()

  /// How long the first look through the roots may keep the node from listening.
  static let firstLookPatience = Duration.seconds(2)

  /// Longest time from the signal to the end: answers that are under way are finished, streams say goodbye.
  static let shutdownPatience = Duration.seconds(8)

  /// Runs until the task is cancelled, a signal comes (with `signals`), or a listener fails.
  ///
  /// - Throws: `StartError` when the node cannot start.
  func run(signals: [UnixSignal] = []) async throws {
    try await StartError.checkRoots(config.storage)
    let pools = pools
    defer { pools.forEach { $0.stop() } }
    let store = FleetStore(roots: config.storage, merge: FleetMerge(staleAfter: config.staleAfter), now: now) {
      pools[$0].isStuck
    }
    let watchers = config.storage.enumerated().map { index, path in
      RootWatcher(index: index, path: path, reader: reader, store: store, now: now, logger: logger) {
        [pool = pools[index], waitClock] in
        let begin = waitClock.now()
        return { pool.answered(since: begin) }
      }
    }
    watchers.forEach { $0.start() }
    defer { watchers.forEach { $0.stop() } }
    await firstLook(store)
    let counters = NodeCounters()
    let crew = RenderCrew(drawing, logger: logger) { counters.countDrawingProcess($0) }
    defer { crew.stop() }
    var limits = limits
    let descriptors = DescriptorLimit.raise()
    limits.connections = DescriptorLimit.connections(wanted: limits.connections, descriptors: descriptors)
    if limits.connections < self.limits.connections {
      logger.notice(
        "The limit of open files allows fewer connections",
        metadata: [LogKey.count: "\(limits.connections)", "descriptors": "\(descriptors)"])
    }
    let keeper = ConnectionKeeper(limit: limits.connections)
    let services = services(store, pools, crew, counters)
    counters.connections.withLock { $0 = keeper }
    let server = WebNodeService(
      services, pages: pages, limits: limits, keeper: keeper, logger: logger, onListening: onListening)
    // Stopped in the opposite order.
    var parts: [any Service] = [server]
    parts.append(TodayService(fleet: store, usage: services.usage))
    if let source { parts.append(await reloader(source, server, counters.reload)) }
    if let manager { parts.append(ManagedService(manager: manager, begins: server.listening)) }
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    var configuration = ServiceGroupConfiguration(
      services: parts.map { .init(service: $0) }, gracefulShutdownSignals: signals, logger: quiet)
    configuration.maximumGracefulShutdownDuration = Self.shutdownPatience
    let group = ServiceGroup(configuration: configuration)
    guard let stop else { return try await group.run() }
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        await stop()
        if !Task.isCancelled { await group.triggerGracefulShutdown() }
      }
      defer { tasks.cancelAll() }
      try await group.run()
    }
  }

  /// Threads for each root. None keeps a request for all of its patience: another root shall have its say too.
  private var pools: [BlockingPool] {
    config.storage.indices.map { index in
      BlockingPool(
        name: config.storage.count > 1 ? "root \(index + 1)" : "storage", threads: 4, queueLimit: 64,
        deadline: .nanoseconds(storageDeadline.nanoseconds / 5 * 4), use: .storage, clock: waitClock,
        before: { [beforeRead] in beforeRead(index) })
    }
  }

  private func reloader(
    _ source: (origin: WebConfigSource, stamps: [String: FileStamp?]), _ server: WebNodeService, _ status: ReloadStatus
  ) async -> WebConfigReloader {
    status.succeeded(at: now())
    // From now on SIGHUP ends nothing.
    let signals = await UnixSignalsSequence(trapping: .sighup)
    return WebConfigReloader(
      source.origin, config: config, stamps: source.stamps,
      .init(
        signals: signals, status: status, manager: manager, now: now, logger: logger, apply: { await server.apply($0) }))
  }

  /// Waits for the first look through every root: whoever comes before it would find an empty site, and a proxy would believe that. A root
  /// that hangs is not waited for much longer.
  private func firstLook(_ store: FleetStore) async {
    let deadline = ContinuousClock.now + Self.firstLookPatience
    while !store.hasSeenAllRoots, ContinuousClock.now < deadline, !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(10))
    }
  }

  private func services(_ store: FleetStore, _ pools: [BlockingPool], _ crew: RenderCrew, _ counters: NodeCounters) -> WebServices
  {
    let series = SeriesService(pools: pools, problems: store.problems, now: now)
    let tables = TablesService(store: TablesStore(problems: store.problems), series: series)
    return WebServices(
      config: config, fleet: store, series: series,
      usage: UsageService(series: series, store: LedgerStore(), problems: store.problems, now: now),
      graphs: GraphService(series: series, crew: crew, counters: counters, now: now),
      tables: tables, clients: ClientStore(tables: tables), vendors: vendors,
      patience: RequestPatienceMiddleware(storageDeadline, clock: waitClock),
      metrics: MetricsStore(external: config.externalLabels, problems: store.problems), streams: StreamCount(),
      counters: counters, started: now(), now: now, logger: logger)
  }
}

/// Keeps the service manager informed: ready once `begins` has ended, alive, stopping.
private struct ManagedService: Service {
  let manager: ServiceManager
  let begins: AsyncStream<Never>

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for await _ in begins {}
      await manager.attend()
    }
  }
}
