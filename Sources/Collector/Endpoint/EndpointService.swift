import HTTPService
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Shared
import Synchronization

/// The collector's own HTTP endpoint: listens where the configuration says, and follows it when it changes. Sampling knows nothing of it.
final class EndpointService: Service {
  private let config: CollectorConfig
  private let updates: AsyncStream<CollectorConfig>
  private let services: EndpointServices
  private let logger: Logger
  private let limits: ConnectionLimits
  private let connections: ConnectionKeeper
  private let onListening: @Sendable (SocketAddress) -> Void
  private let rules: Mutex<AccessRules>

  /// - Parameter updates: the configurations to follow.
  init(
    config: CollectorConfig, updates: AsyncStream<CollectorConfig>, services: EndpointServices, logger: Logger,
    onListening: @escaping @Sendable (SocketAddress) -> Void = { _ in }
  ) {
    self.config = config
    self.updates = updates
    self.services = services
    self.logger = logger
    self.onListening = onListening
    // A few scrapers and people; what else there is of descriptors belongs to devices and files.
    var limits = ConnectionLimits()
    limits.connections = 256
    self.limits = limits
    connections = ConnectionKeeper(limit: limits.connections)
    rules = Mutex(Self.rules(config.endpoint, after: nil, logger))
  }

  /// - Throws: `StartError` when an address cannot be listened on at the start.
  func run() async throws {
    let first = ListenerPlan.plan(config.endpoint.listen).map(keeper)
    let names = resolving()
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for keeper in first { group.addTask { try await keeper.run(mustBegin: true) } }
        group.addTask { await self.follow(first, names) }
        // Whoever ends first with an error ends all.
        for try await _ in group {}
      }
    } catch {
      await services.stop()
      throw error
    }
    await services.stop()
  }

  /// Lets listeners and rules follow the configuration.
  private func follow(_ first: [ListenerKeeper], _ names: ServiceGroup?) async {
    await withDiscardingTaskGroup { group in
      var names = names
      if let names { group.addTask { try? await names.run() } }
      var running = Dictionary(uniqueKeysWithValues: first.map { ($0.address, $0) })
      var current = config.endpoint
      for await next in updates.cancelOnGracefulShutdown() {
        await services.apply(next)
        guard next.endpoint != current else { continue }
        current = next.endpoint
        rules.withLock { $0 = Self.rules(current, after: $0, logger) }
        await names?.triggerGracefulShutdown()
        names = resolving()
        if let names { group.addTask { try? await names.run() } }
        let wanted = ListenerPlan.plan(current.listen)
        for (address, keeper) in running where !wanted.contains(address) {
          running[address] = nil
          await keeper.stop()
          logger.notice("No longer listening", metadata: [LogKey.address: "\(address)"])
        }
        for address in wanted where running[address] == nil {
          let keeper = keeper(address)
          running[address] = keeper
          group.addTask { try? await keeper.run(mustBegin: false) }
        }
      }
      // Stopping: whoever waits for a probe is told now.
      await services.probes.close()
    }
  }

  private func keeper(_ address: ListenAddress) -> ListenerKeeper {
    let responder = EndpointRouter.make(services, rules: { [self] in rules.withLock { $0 } }).buildResponder()
    let guards = ConnectionGuards(keeper: connections, trusts: { [self] peer in rules.withLock { $0 }.trusts(peer) })
    return ListenerKeeper(address, logger: logger) { [limits, logger, onListening] address in
      Listener(
        address, responder: responder, server: limits.server(guards), connections: limits.backstop, logger: logger,
        onListening: onListening)
    }
  }

  // MARK: Who may ask

  private static func rules(_ endpoint: EndpointConfig, after old: AccessRules?, _ logger: Logger) -> AccessRules {
    let names = HostNameResolver(
      lists: [endpoint.allow, endpoint.trustedProxies], known: old?.names.addresses ?? [:], logger: logger)
    return AccessRules(list: { _ in endpoint.allow }, trustedProxies: endpoint.trustedProxies, names: names)
  }

  /// Looks the names of the present rules up until it is stopped.
  private func resolving() -> ServiceGroup? {
    let names = rules.withLock { $0.names }
    guard !names.isEmpty else { return nil }
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .error)
    return ServiceGroup(configuration: .init(services: [.init(service: names)], logger: quiet))
  }
}
