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
  /// Joins and compresses: neither belongs on an event loop.
  let pool = BlockingPool(name: "metrics", threads: 2, queueLimit: 32, deadline: .seconds(10))
  private let current: Mutex<CollectorConfig>

  init(config: CollectorConfig, board: MetricsBoard, recorder: Recorder, own: OwnMetrics, time: TimeSource) {
    self.board = board
    self.recorder = recorder
    self.own = own
    self.time = time
    current = Mutex(config)
  }

  /// The configuration in force.
  var config: CollectorConfig { current.withLock { $0 } }

  func apply(_ config: CollectorConfig) { current.withLock { $0 = config } }

  func stop() { pool.stop() }
}
