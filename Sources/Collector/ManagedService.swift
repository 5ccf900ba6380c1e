import ServiceLifecycle
import Shared

/// Keeps the service manager informed: ready, alive, stopping. Its sign of life comes from the pool that everything else runs on, so a
/// process whose tasks are stuck is restarted.
struct ManagedService: Service {
  let manager: ServiceManager?

  func run() async throws {
    manager?.ready()
    await cancelWhenGracefulShutdown {
      // Twice as often as is asked for, as sd_watchdog_enabled(3) advises; without a watchdog there is nothing to do but to be there.
      let period = Duration.seconds(manager?.watchdog.map { $0 / 2 } ?? 3600)
      while !Task.isCancelled {
        if manager?.watchdog != nil { manager?.alive() }
        // Cancelled means stopping, which the loop sees.
        try? await Task.sleep(for: period)
      }
    }
    manager?.stopping()
  }
}
