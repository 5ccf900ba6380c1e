package import Logging
package import ServiceLifecycle
package import Shared

/// Keeps one address listened on until it is stopped. Where that fails, it says so and tries again: what else the process does goes on.
package actor ListenerKeeper {
  /// Between two attempts.
  static let pause = Duration.seconds(10)

  package nonisolated let address: ListenAddress
  private let makeListener: @Sendable (ListenAddress) -> any Service
  private let patience: Duration
  private let logger: Logger
  private var group: ServiceGroup?
  private var isStopping = false
  private let (stops, stopper) = AsyncStream.makeStream(of: Never.self)
  private let (ends, ender) = AsyncStream.makeStream(of: Never.self)

  /// - Parameter patience: how long answers that are under way may take once it is stopped.
  package init(
    _ address: ListenAddress, patience: Duration = .seconds(2), logger: Logger,
    makeListener: @escaping @Sendable (ListenAddress) -> any Service
  ) {
    self.address = address
    self.patience = patience
    self.logger = logger
    self.makeListener = makeListener
  }

  /// Returns once it is stopped, by ``stop()`` or with the whole process.
  ///
  /// - Parameter mustBegin: the first attempt counts.
  /// - Throws: why the first attempt failed.
  package func run(mustBegin: Bool) async throws {
    defer { ender.finish() }
    var isFirst = mustBegin
    var problem: String?
    while !isStopping, !Task.isCancelled, !Task.isShuttingDownGracefully {
      do {
        try await attempt()
        return
      } catch let error as StartError where !isFirst {
        if problem != error.message {
          logger.error("\(error.message)", metadata: [LogKey.seconds: "\(Self.pause.components.seconds)"])
        }
        problem = error.message
      } catch {
        if isStopping || Task.isCancelled || Task.isShuttingDownGracefully { return }
        if isFirst { throw error }
        logger.error("Listening ended", metadata: [LogKey.address: "\(address)", LogKey.error: "\(error)"])
      }
      isFirst = false
      await wait()
    }
  }

  /// Returns when the address is free again.
  package func stop() async {
    isStopping = true
    stopper.finish()
    await group?.triggerGracefulShutdown()
    for await _ in ends {}
  }

  private func attempt() async throws {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .error)
    var configuration = ServiceGroupConfiguration(
      services: [.init(service: makeListener(address), successTerminationBehavior: .gracefullyShutdownGroup)], logger: quiet)
    configuration.maximumGracefulShutdownDuration = patience
    let group = ServiceGroup(configuration: configuration)
    self.group = group
    defer { self.group = nil }
    try await group.run()
  }

  private func wait() async {
    let stops = stops
    await withTaskGroup(of: Void.self) { group in
      // Cancelled is as good as slept.
      group.addTask { await cancelWhenGracefulShutdown { try? await Task.sleep(for: Self.pause) } }
      group.addTask { for await _ in stops {} }
      await group.next()
      group.cancelAll()
    }
  }
}
