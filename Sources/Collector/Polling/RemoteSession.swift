import Logging
import NIOCore
import Shared

/// A session with another entry's device, for the menus that are asked there. It is opened when first needed, and again after it broke,
/// no sooner than its pauses allow.
actor RemoteSession {
  /// Menus are asked one after the other: each need not find out anew, in seconds.
  private static let shortestPause = 5.0

  private let device: RemoteDevice
  private let resolver: HostResolver
  private let group: any EventLoopGroup
  private let logger: Logger
  private var connection: DeviceConnection?
  private var opening: Task<DeviceConnection, any Error>?
  private var backoff = Backoff()
  /// Of the clock that ``Backoff`` is told.
  private let origin = ContinuousClock.now
  /// Nothing is tried before, and why.
  private var pause: (until: ContinuousClock.Instant, error: RouterOSError)?

  init(_ device: RemoteDevice, resolver: HostResolver, group: any EventLoopGroup, logger: Logger) {
    self.device = device
    self.resolver = resolver
    self.group = group
    self.logger = logger
  }

  /// - Throws: ``RouterOSError``: of connecting, also of an attempt shortly before, or of the command; `CancellationError`.
  func run(_ query: MenuQuery, deadline: Duration) async throws -> Reply {
    let connection = try await open()
    do {
      return try await connection.run(query, deadline: deadline)
    } catch let error as RouterOSError where error.endsSession {
      if self.connection === connection { self.connection = nil }
      await connection.close()
      throw error
    }
  }

  func close() async {
    opening?.cancel()
    await connection?.close()
    connection = nil
  }

  private func open() async throws -> DeviceConnection {
    if let connection { return connection }
    if let opening { return try await opening.value }
    if let pause, pause.until > .now { throw pause.error }
    let began = ContinuousClock.now
    let (device, resolver, group, logger) = (device, resolver, group, logger)
    // Shared by all who wait: one of them being cancelled must not take it from the others.
    let task = Task {
      try await DeviceConnection.open(
        device.endpoint, credentials: device.credentials, security: device.transport.security, timeouts: ConnectionTimeouts(),
        resolver: resolver, group: group, logger: logger)
    }
    opening = task
    defer { opening = nil }
    do {
      let opened = try await task.value
      connection = opened
      pause = nil
      backoff = Backoff()
      return opened
    } catch let error as RouterOSError {
      let now = ContinuousClock.now
      let delay = backoff.failed(
        error.backoff, began: (began - origin).seconds, now: (now - origin).seconds, chance: .random(in: 0...1))
      pause = (now + .seconds(max(Self.shortestPause, delay)), error)
      logger.warning(
        "The device that other menus are asked of is not reached",
        metadata: [LogKey.device: "\(device.name)", LogKey.error: "\(error)"])
      throw error
    }
  }
}
