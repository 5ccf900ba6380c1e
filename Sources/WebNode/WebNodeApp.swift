import Foundation
import HTTPService
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Shared
import UnixSignals

/// Puts a web node together and runs it.
struct WebNodeApp: Sendable {
  let config: WebNodeConfig
  let logger: Logger
  var pages = WebPages()
  var limits = ConnectionLimits()
  var reader: any HandoffReader = DiskReader()
  var now: @Sendable () -> Double = { Date().timeIntervalSince1970 }
  /// Told every address that is being listened on, once it is.
  var onListening: @Sendable (SocketAddress) -> Void = { _ in }
  /// Returns when the node shall stop, for owners other than signals.
  var stop: (@Sendable () async -> Void)?
  /// How long storage may take to answer a request.
  var storageDeadline = TimeAmount.seconds(5)
  /// Runs before each read of a root (by its index): a seam for tests of storage that hangs.
  var beforeRead: @Sendable (Int) -> Void = { _ in }

  var drawing = RenderCrew.Settings()

  /// Longest time from the signal to the end: answers that are under way are finished, streams say goodbye.
  static let shutdownPatience = Duration.seconds(8)

  /// Runs until the task is cancelled, a signal comes (with `signals`), or a listener fails.
  ///
  /// - Throws: `StartError` when the node cannot start.
  func run(signals: [UnixSignal] = []) async throws {
    try await StartError.checkRoots(config.storage)
    let store = FleetStore(roots: config.storage, merge: FleetMerge(staleAfter: config.staleAfter), now: now)
    let watchers = config.storage.enumerated().map { index, path in
      RootWatcher(index: index, path: path, reader: reader, store: store, now: now, logger: logger)
    }
    watchers.forEach { $0.start() }
    defer { watchers.forEach { $0.stop() } }
    let names = HostNameResolver(
      lists: [config.allow, config.metricsAllow ?? AccessList(rules: []), config.trustedProxies], logger: logger)
    let pools = config.storage.indices.map { index in
      BlockingPool(
        name: "storage \(config.storage[index])", threads: 4, queueLimit: 64, deadline: storageDeadline,
        before: { [beforeRead] in beforeRead(index) })
    }
    defer { pools.forEach { $0.stop() } }
    let counters = NodeCounters()
    let crew = RenderCrew(drawing, logger: logger) { counters.countDrawingProcess($0) }
    defer { crew.stop() }
    let responder = WebServer.router(services(store, pools, crew, counters), names: names, pages: pages).buildResponder()
    let addresses = ListenerPlan.plan(config.listen)
    var limits = limits
    limits.connections = DescriptorLimit.connections(
      wanted: limits.connections, descriptors: DescriptorLimit.raise(), listeners: addresses.count)
    let listeners = addresses.map { [limits] address in
      Listener(
        address, responder: responder, server: limits.server([SecurityHeaders()]), connections: limits.connections,
        logger: logger, onListening: onListening)
    }
    var configuration = ServiceGroupConfiguration(
      services: ([names] as [any Service] + listeners).map { .init(service: $0) }, gracefulShutdownSignals: signals,
      logger: logger)
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

  private func services(_ store: FleetStore, _ pools: [BlockingPool], _ crew: RenderCrew, _ counters: NodeCounters) -> WebServices
  {
    let series = SeriesService(pools: pools, problems: store.problems, now: now)
    return WebServices(
      config: config, fleet: store, series: series,
      usage: UsageService(series: series, store: LedgerStore(), problems: store.problems, now: now),
      graphs: GraphService(series: series, crew: crew, counters: counters, now: now),
      metrics: MetricsStore(external: config.externalLabels, problems: store.problems), streams: StreamCount(),
      counters: counters, now: now, logger: logger)
  }
}
