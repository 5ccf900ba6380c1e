import Dispatch  // whose C half the compiler takes for the home of struct timespec
import Glibc
import Synchronization

/// The two clocks of the collector: a steady one in seconds since the process began, which goes on while the machine sleeps, and epoch
/// times for its moments. Copies share their clocks, so that everything a process writes lies on one line of time.
struct TimeSource: Sendable {
  /// The system's clock, epoch seconds.
  typealias SystemClock = @Sendable () -> Double

  let anchor: ContinuousClock.Instant
  private let epochs: EpochTimes

  init(anchor: ContinuousClock.Instant = .now, system: @escaping SystemClock = TimeSource.realTime) {
    self.anchor = anchor
    epochs = EpochTimes(anchor, system)
  }

  /// Seconds on the steady clock.
  var steady: Double { steady(.now) }

  /// A moment as seconds on the steady clock.
  func steady(_ instant: ContinuousClock.Instant) -> Double { (instant - anchor).seconds }

  /// A moment of the steady clock as an instant.
  func instant(_ steady: Double) -> ContinuousClock.Instant { anchor + .seconds(steady) }

  /// Now, in epoch seconds: the system's clock, followed as ``SampleClock`` does.
  var epoch: Double { epochs.now().epoch }

  /// The epoch of a moment of the steady clock.
  func epoch(of steady: Double) -> Double { epochs.epoch(of: steady) }

  /// How often the system's clock has been set since the process began, and how the last time.
  var clockSettings: (count: Int, last: SampleClock.Step?) { epochs.settings }

  /// `CLOCK_REALTIME`.
  static let realTime: SystemClock = {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// The clock that all copies of a ``TimeSource`` share.
private final class EpochTimes: Sendable {
  private struct State: Sendable {
    var clock: SampleClock
    var count = 0
    var last: SampleClock.Step?
  }

  /// Seconds that reading both clocks may take for them to count as read at the same moment.
  private static let longestReading = 0.010

  private let anchor: ContinuousClock.Instant
  private let system: TimeSource.SystemClock
  private let state: Mutex<State>

  init(_ anchor: ContinuousClock.Instant, _ system: @escaping TimeSource.SystemClock) {
    self.anchor = anchor
    self.system = system
    let (steady, epoch, _) = Self.read(anchor, system)
    state = Mutex(State(clock: SampleClock(epoch: epoch, steady: steady)))
  }

  func now() -> (epoch: Double, steady: Double) {
    let (steady, epoch, isExact) = Self.read(anchor, system)
    return state.withLock { state in
      // A process that was stopped between the two readings has not seen the clock being set.
      if isExact, let step = state.clock.follow(epoch: epoch, steady: steady) {
        state.count += 1
        state.last = step
      }
      return (state.clock.epoch(of: steady), steady)
    }
  }

  func epoch(of steady: Double) -> Double { state.withLock { $0.clock.epoch(of: steady) } }

  var settings: (count: Int, last: SampleClock.Step?) { state.withLock { ($0.count, $0.last) } }

  private static func read(_ anchor: ContinuousClock.Instant, _ clock: TimeSource.SystemClock)
    -> (steady: Double, epoch: Double, isExact: Bool)
  {
    var reading = (steady: 0.0, epoch: 0.0, isExact: false)
    for _ in 0..<3 where !reading.isExact {
      let before = (ContinuousClock.now - anchor).seconds
      let epoch = clock()
      let after = (ContinuousClock.now - anchor).seconds
      reading = ((before + after) / 2, epoch, after - before <= longestReading)
    }
    return reading
  }
}

/// When things happen within a second: samples of the devices spread over its first four fifths, then the journal's line.
struct SampleGrid: Sendable, Equatable {
  /// Share of the interval over which the devices are spread.
  static let spread = 0.8
  /// Part of each second at which the journal's line is written.
  static let journal = 0.95

  /// A moment on the steady clock at which the system's clock began a second.
  let origin: Double

  init(origin: Double) { self.origin = origin }

  init(_ time: TimeSource) {
    let steady = time.steady
    let epoch = time.epoch
    origin = steady - (epoch - epoch.rounded(.down))
  }

  /// The first time from `now` on that is `phase` behind a multiple of `interval`.
  func next(from now: Double, phase: Double, interval: Double) -> Double {
    let first = origin + phase
    return first + max(0, ((now - first) / interval).rounded(.up)) * interval
  }

  /// The phase of device `index` of `count`.
  static func phase(_ index: Int, of count: Int, interval: Double) -> Double {
    spread * interval * Double(index) / Double(max(1, count))
  }
}
