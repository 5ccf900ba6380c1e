/// Notices that a device rebooted, from its uptime. Pure.
struct RebootDetection: Sendable, Equatable {
  /// Seconds of uptime, and when the device told it.
  struct Uptime: Sendable, Equatable {
    var seconds: Double
    /// Epoch seconds.
    var time: Double
    /// The same moment on a steady clock; `nil` when told to an earlier process.
    var steady: Double?
  }

  private(set) var last: Uptime?

  init(last: Uptime? = nil) { self.last = last }

  /// Uptime comes in whole seconds, and a device's clock may be off by a thousandth.
  private static func tolerance(_ elapsed: Double) -> Double { 2 + abs(elapsed) * 0.001 }

  /// Takes what the device says now.
  /// - Returns: whether it booted since it last said so, or, if it has not yet, since `reading`, the time of the last known counters.
  mutating func add(_ uptime: Uptime, since reading: Double?) -> Bool {
    defer { last = uptime }
    if let last {
      // The system's clock may have been set meanwhile, which is no reboot.
      let elapsed =
        if let now = uptime.steady, let before = last.steady { now - before } else { uptime.time - last.time }
      return uptime.seconds + 2 < last.seconds || uptime.seconds + Self.tolerance(elapsed) < last.seconds + elapsed
    }
    guard let reading else { return false }
    let elapsed = uptime.time - reading
    return uptime.seconds + Self.tolerance(elapsed) < elapsed
  }
}
