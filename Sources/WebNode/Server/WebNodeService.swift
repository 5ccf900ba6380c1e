import HTTPService
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Shared
import Synchronization

/// Serves where the configuration says, to whom it says, and follows it when it changes: requests and streams that have begun go on.
final class WebNodeService: Service {
  private struct State {
    var services: WebServices
    var names: HostNameResolver
    /// Of a round of look-ups that a new configuration ends.
    var resolving: ServiceGroup?
  }

  private let pages: WebPages
  private let limits: ConnectionLimits
  private let keeper: ConnectionKeeper
  private let logger: Logger
  private let onListening: @Sendable (SocketAddress) -> Void
  private let state: Mutex<State>
  private let responder: ReplaceableResponder<WebContext>
  private let updates: AsyncStream<WebNodeConfig>
  private let update: AsyncStream<WebNodeConfig>.Continuation
  private let begun = Mutex(0)
  /// Ends when every address of the first configuration is being listened on.
  let listening: AsyncStream<Never>
  private let listens: AsyncStream<Never>.Continuation

  init(
    _ services: WebServices, pages: WebPages, limits: ConnectionLimits, keeper: ConnectionKeeper, logger: Logger,
    onListening: @escaping @Sendable (SocketAddress) -> Void
  ) {
    self.pages = pages
    self.limits = limits
    self.keeper = keeper
    self.logger = logger
    self.onListening = onListening
    let names = Self.resolver(services.config, known: [:], logger)
    state = Mutex(State(services: services, names: names))
    responder = ReplaceableResponder(WebServer.router(services, names: names, pages: pages).buildResponder())
    (updates, update) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    (listening, listens) = AsyncStream.makeStream()
  }

  /// Puts a configuration in force for requests that come from now on; listeners follow.
  func apply(_ config: WebNodeConfig) async {
    let old = state.withLock { state in
      let old = state.resolving
      state.services = state.services.applying(config)
      state.names = Self.resolver(config, known: state.names.addresses, logger)
      responder.replace(with: WebServer.router(state.services, names: state.names, pages: pages).buildResponder())
      return old
    }
    update.yield(config)
    await old?.triggerGracefulShutdown()
  }

  /// - Throws: `StartError` when an address cannot be listened on at the start.
  func run() async throws {
    let addresses = ListenerPlan.plan(config.listen)
    let first = addresses.map { listener($0, countsFor: addresses.count) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for keeper in first { group.addTask { try await keeper.run(mustBegin: true) } }
      group.addTask { await self.follow(first) }
      group.addTask { await self.lookUpNames() }
      // Whoever ends first with an error ends all.
      for try await _ in group {}
    }
  }

  private var config: WebNodeConfig { state.withLock { $0.services.config } }

  /// Opens and closes listeners as the configuration says.
  private func follow(_ first: [ListenerKeeper]) async {
    await withDiscardingTaskGroup { group in
      var running = Dictionary(uniqueKeysWithValues: first.map { ($0.address, $0) })
      for await next in updates.cancelOnGracefulShutdown() {
        let wanted = ListenerPlan.plan(next.listen)
        for (address, keeper) in running where !wanted.contains(address) {
          running[address] = nil
          // Its connections have some seconds to end; others do not wait for them.
          group.addTask { [logger] in
            await keeper.stop()
            logger.notice("No longer listening", metadata: [LogKey.address: "\(address)"])
          }
        }
        for address in wanted where running[address] == nil {
          let keeper = listener(address)
          running[address] = keeper
          group.addTask { try? await keeper.run(mustBegin: false) }
        }
      }
    }
  }

  private func listener(_ address: ListenAddress, countsFor all: Int? = nil) -> ListenerKeeper {
    let guards = ConnectionGuards(keeper: keeper, trusts: { [self] in trusts($0) }, fields: SecurityHeaders.all)
    return ListenerKeeper(address, patience: WebNodeApp.shutdownPatience, logger: logger) { [self] address in
      Listener(
        address, responder: responder, server: limits.server(guards, [SecurityHeaders()]), connections: limits.backstop,
        logger: logger,
        onListening: { [self] in
          onListening($0)
          guard let all else { return }
          let count = begun.withLock { count in
            count += 1
            return count
          }
          if count == all { listens.finish() }
        })
    }
  }

  // MARK: Who may ask

  private func trusts(_ peer: IPAddress?) -> Bool {
    let (config, names) = state.withLock { ($0.services.config, $0.names) }
    return WebServer.rules(config, names).trusts(peer)
  }

  private static func resolver(_ config: WebNodeConfig, known: [String: [IPAddress]], _ logger: Logger) -> HostNameResolver {
    HostNameResolver(
      lists: [config.allow, config.metricsAllow ?? AccessList(rules: []), config.trustedProxies], known: known, logger: logger)
  }

  /// Looks the names of the present lists up until the process stops.
  private func lookUpNames() async {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .error)
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      let group = state.withLock { state in
        let group = ServiceGroup(configuration: .init(services: [.init(service: state.names)], logger: quiet))
        state.resolving = group
        return group
      }
      // It ends when it is told to, and throws nothing of its own.
      try? await group.run()
    }
  }
}

extension WebServices {
  /// The same with another configuration; what keeps a part of the old one is made anew.
  fileprivate func applying(_ config: WebNodeConfig) -> WebServices {
    var services = self
    services.config = config
    if config.externalLabels != self.config.externalLabels {
      services.metrics = MetricsStore(external: config.externalLabels, problems: fleet.problems)
    }
    fleet.use(staleAfter: config.staleAfter)
    return services
  }
}
