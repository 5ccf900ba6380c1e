import Synchronization

/// How the last reading of the configuration went, for metrics.
final class ReloadStatus: Sendable {
  struct Value: Sendable, Equatable {
    var isSuccessful = true
    /// When the configuration in force was read, epoch seconds; `nil` where there is no file.
    var read: Double?
  }

  private let state = Mutex(Value())

  var value: Value { state.withLock { $0 } }
  func succeeded(at now: Double) { state.withLock { $0 = Value(read: now) } }
  /// The old configuration stays in force.
  func failed() { state.withLock { $0.isSuccessful = false } }
}
