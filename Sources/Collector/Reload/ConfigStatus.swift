import Shared
import Synchronization

/// How the last reading of the configuration went, for the heartbeat.
final class ConfigStatus: Sendable {
  private let state: Mutex<Heartbeat.Config>

  /// - Parameter now: when the configuration in force was read, epoch seconds.
  init(now: Double) { state = Mutex(Heartbeat.Config(lastReload: now)) }

  var value: Heartbeat.Config { state.withLock { $0 } }

  func succeeded(at now: Double) { state.withLock { $0 = Heartbeat.Config(lastReload: now) } }

  /// The old configuration stays in force.
  func failed(_ problem: String) {
    state.withLock {
      $0.lastReloadSuccessful = false
      $0.problem = problem
    }
  }
}
