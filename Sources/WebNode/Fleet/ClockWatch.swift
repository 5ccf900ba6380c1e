/// Finds how far a collector's clock is from this node's, from its heartbeats: each tells when it was written, and the node knows when it
/// first saw it.
///
/// A heartbeat is seen late (by up to a look's interval, and by seconds where a network file system caches attributes) but never early. So
/// the smallest age among the last ones is the best estimate: exact when the clock is ahead, an upper bound when it is behind.
struct ClockWatch: Sendable, Equatable {
  /// Heartbeats looked back on: about a minute.
  private static let memory = 30
  /// Ahead by more than this, or seen later than that, is worth telling, in seconds.
  static let ahead = 1.0
  static let behind = 5.0

  private var ages: [Double] = []
  private var next = 0
  private var isFirst = true

  /// A heartbeat appeared at `seen`. The one that was there when the node came does not count: it may be old.
  mutating func observe(written: Double, seen: Double) {
    guard !isFirst else {
      isFirst = false
      return
    }
    if ages.count < Self.memory { ages.append(seen - written) } else { ages[next] = seen - written }
    next = (next + 1) % Self.memory
  }

  /// Seconds that the clock is ahead of ours; below zero: behind. `nil` until a heartbeat was seen to appear.
  var offset: Double? { ages.min().map { -$0 } }

  /// Whether somebody should look after that clock.
  static func isOff(_ offset: Double?) -> Bool { offset.map { $0 > ahead || $0 < -behind } ?? false }
}
