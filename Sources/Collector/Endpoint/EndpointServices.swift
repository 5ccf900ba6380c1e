import HTTPService
import Logging
import NIOCore
import Shared
import Synchronization

/// What the endpoint's handlers work with.
final class EndpointServices: Sendable {
  let board: MetricsBoard
  let recorder: Recorder
  let own: OwnMetrics
  let time: TimeSource
  let probes: ProbePool
  /// Joins and compresses: neither belongs on an event loop.
  let pool = BlockingPool(name: "metrics", threads: 2, queueLimit: 32, deadline: .seconds(10))
  private let current: Mutex<CollectorConfig>

  init(config: CollectorConfig, board: MetricsBoard, recorder: Recorder, own: OwnMetrics, probes: ProbeSession.Environment) {
    self.board = board
    self.recorder = recorder
    self.own = own
    time = probes.time
    self.probes = ProbePool(probes)
    current = Mutex(config)
  }

  /// The configuration in force.
  var config: CollectorConfig { current.withLock { $0 } }

  func apply(_ config: CollectorConfig) async {
    let old = current.withLock { current in
      defer { current = config }
      return current
    }
    if old.modules != config.modules || old.endpoint.probe != config.endpoint.probe { await probes.forgetSessions() }
  }

  func stop() async {
    await probes.close()
    pool.stop()
  }
}
