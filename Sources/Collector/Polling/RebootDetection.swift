/// Notices that a device rebooted, from its uptime. Pure.
struct RebootDetection: Sendable, Equatable {
  /// Seconds of uptime, and when the device told it (epoch seconds).
  struct Uptime: Sendable, Equatable {
    var seconds: Double
    var time: Double
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
      let elapsed = uptime.time - last.time
      return uptime.seconds + Self.tolerance(elapsed) < last.seconds + elapsed
    }
    guard let reading else { return false }
    let elapsed = uptime.time - reading
    return uptime.seconds + Self.tolerance(elapsed) < elapsed
  }
}
