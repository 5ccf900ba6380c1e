import Synchronization

/// A clock that the test moves.
final class TestClock: Sendable {
  private let time: Mutex<Double>

  init(_ time: Double) { self.time = Mutex(time) }

  var now: Double { time.withLock { $0 } }
  func set(_ value: Double) { time.withLock { $0 = value } }
  func advance(by seconds: Double) { time.withLock { $0 += seconds } }

  /// In the form that components take.
  var reading: @Sendable () -> Double { { self.now } }
}
