/// Which channels' feeds are fetched when, and what they told. Pure: the caller brings time (steady seconds) and chance (0 to 1).
struct ReleaseSchedule: Sendable, Equatable {
  static let interval = 3600.0
  /// After a failure; doubled with every further one, up to ``interval``.
  static let firstRetry = 60.0
  /// A channel that nobody has asked for during this time is given up: no device is on it, or none is to be checked any more. A bit more
  /// than the longest `metrics_interval`.
  static let patience = 4000.0

  private struct Channel: Sendable, Equatable {
    var asked: Double
    var due: Double
    var failures = 0
    var newest: String?
  }

  private var channels: [ReleaseChannel: Channel] = [:]

  /// The newest version of each channel, as far as it is known.
  var versions: [ReleaseChannel: String] { channels.compactMapValues(\.newest) }

  /// When something is due next.
  var next: Double? { channels.values.map(\.due).min() }

  /// Somebody wants to know the newest version of a channel.
  /// - Returns: `isNews`: nobody had wanted to before, so that it is due now.
  mutating func ask(_ channel: ReleaseChannel, now: Double) -> (newest: String?, isNews: Bool) {
    let isNews = channels[channel] == nil
    channels[channel, default: Channel(asked: now, due: now)].asked = now
    return (channels[channel]?.newest, isNews)
  }

  /// The channels to fetch now; gives up those that nobody wants.
  mutating func due(now: Double) -> [ReleaseChannel] {
    channels = channels.filter { now - $0.value.asked <= Self.patience }
    return ReleaseChannel.allCases.filter { channels[$0].map { $0.due <= now } ?? false }
  }

  /// - Returns: whether it had failed before.
  mutating func succeeded(_ channel: ReleaseChannel, newest: String, now: Double, chance: Double) -> Bool {
    guard var state = channels[channel] else { return false }
    defer { channels[channel] = state }
    state.newest = newest
    state.due = now + Self.spread(Self.interval, chance)
    let hadFailed = state.failures > 0
    state.failures = 0
    return hadFailed
  }

  /// What is known stays.
  /// - Returns: whether it is the first failure in a row.
  mutating func failed(_ channel: ReleaseChannel, now: Double, chance: Double) -> Bool {
    guard var state = channels[channel] else { return false }
    defer { channels[channel] = state }
    state.failures += 1
    var delay = Self.firstRetry
    for _ in 1..<min(state.failures, 10) { delay *= 2 }
    state.due = now + Self.spread(min(delay, Self.interval), chance)
    return state.failures == 1
  }

  /// Up to a tenth more, so that not every collector asks at the same moment.
  private static func spread(_ seconds: Double, _ chance: Double) -> Double { seconds * (1 + 0.1 * min(max(chance, 0), 1)) }
}
