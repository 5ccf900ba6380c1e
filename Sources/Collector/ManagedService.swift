import ServiceLifecycle
import Shared

/// Keeps the service manager informed: ready, alive, stopping.
struct ManagedService: Service {
  let manager: ServiceManager?

  func run() async throws {
    guard let manager else { return try await gracefulShutdown() }
    await cancelWhenGracefulShutdown { await manager.attend() }
  }
}
