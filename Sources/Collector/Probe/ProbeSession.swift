import Foundation
import Logging
import NIOCore
import Shared

/// A session for probes of one target: the device's own, and those of the entries that stand in for it.
struct ProbeSession: Sendable {
  /// What every session is made with.
  struct Environment: Sendable {
    var resolver: HostResolver
    var group: any EventLoopGroup
    var time: TimeSource
    var logger: Logger
    var releases: ReleaseCheck
  }

  private let device: DeviceConfig
  private let asker: MenuAsker
  private let environment: Environment

  /// Resolves, checks, connects and logs in. A name is looked up once: what was checked is what is connected to.
  ///
  /// - Throws: ``ProbeRefusal``, ``RouterOSError``, `CancellationError`.
  static func open(_ grant: ProbeGrant, _ environment: Environment) async throws -> ProbeSession {
    let device = grant.device
    var resolver = environment.resolver
    switch grant.check {
    case nil, .address: break
    case .name, .nameBelow: resolver = try await pinned(grant, environment)
    }
    let connection = try await DeviceConnection.open(
      device.endpoint, credentials: device.credentials, security: device.transport.security, resolver: resolver,
      group: environment.group, logger: environment.logger)
    func remote(_ device: RemoteDevice?) -> RemoteSession? {
      device.map {
        RemoteSession($0, resolver: environment.resolver, group: environment.group, logger: environment.logger)
      }
    }
    let asker = MenuAsker(
      connection: connection, dhcpServer: remote(device.dhcpServer), capsman: remote(device.capsman))
    return ProbeSession(device: device, asker: asker, environment: environment)
  }

  /// A resolver that knows the checked addresses of the target and nothing else.
  private static func pinned(_ grant: ProbeGrant, _ environment: Environment) async throws -> HostResolver {
    let endpoint = grant.device.endpoint
    let found: [SocketAddress]
    do {
      found = try await environment.resolver.resolve(endpoint, on: environment.group.next()).get()
    } catch {
      throw RouterOSError(device: endpoint, attempted: "connect", failure: .noAddress(String(describing: error)))
    }
    let allowed = found.filter { address in
      guard let ip = address.ipAddress?.split(separator: "%").first.flatMap({ IPAddress(String($0)) }) else { return false }
      return grant.check?.allows(ip) ?? false
    }
    guard !allowed.isEmpty || found.isEmpty else {
      throw ProbeRefusal.forbidden("the target of the probe \(grant.title) resolves to addresses that are not allowed")
    }
    return HostResolver { _, _ in .success(allowed) }
  }

  func close() async {
    await asker.connection.close()
    await asker.dhcpServer?.close()
    await asker.capsman?.close()
  }

  /// Asks every menu that is switched on, once. A menu that fails is left out and told; the others are there.
  ///
  /// - Parameter address: what the target is called in labels; `nil`: as it is configured.
  /// - Throws: ``RouterOSError`` when the session ended; `CancellationError`.
  func round(address: String?) async throws -> [RenderedFamily] {
    var context = MenuContext(device)
    if let address { context.address = address }
    var families: [MetricFamily] = []
    var own = MenuSamples()
    own.add(DeviceMetrics.up, .unsigned(1), context.labels())
    let (asked, failure) = await asker.ask(
      MenuRegistry.all.filter { $0.use(context.switches) != .off }, context, deadline: DevicePoller.Deadline.menu)
    if let failure { throw failure }
    for one in asked where !one.answers.isAbsent {
      let labels = context.labels([("menu", one.menu.path)])
      own.add(DeviceMetrics.menuUp, .unsigned(one.answers.failures.isEmpty ? 1 : 0), labels)
      own.add(DeviceMetrics.menuSeconds, .double(one.seconds), labels)
      context.known.take(one.menu, one.answers)
      if context.switches[.checkForUpdates] {
        context.known.newestVersion = environment.releases.newest(for: context.known.version)
      }
      guard one.menu.use(context.switches) == .exported else { continue }
      let samples = one.menu.collect(one.answers, context)
      if samples.dropped > 0 { own.add(DeviceMetrics.dropped, .unsigned(UInt64(samples.dropped)), labels) }
      families += samples.families
    }
    let limited = SeriesLimit(device.seriesLimit).apply(to: families, own: own.families.reduce(0) { $0 + $1.samples.count })
    let left = [DeviceMetrics.dropped(series: limited.droppedSeries, context)]
    return PrometheusText.rendered(own.families + left + limited.families).families
  }
}
