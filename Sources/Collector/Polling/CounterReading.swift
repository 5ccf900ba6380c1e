/// One reading of an interface's counters.
struct CounterReading: Sendable, Equatable {
  /// Epoch seconds.
  var time: Double
  /// The same moment on a steady clock that began with this process; `nil` for a reading from before.
  var steady: Double?
  /// Bytes since the counters began.
  var rx: UInt64
  var tx: UInt64

  /// Seconds since `earlier`, on the steady clock where both know it.
  func elapsed(since earlier: CounterReading) -> Double {
    guard let steady else { return time - earlier.time }
    if let before = earlier.steady { return steady - before }
    // A reading from before this process: at least as long ago as the process is old, whatever was done to the system's clock.
    return max(time - earlier.time, steady)
  }
}
