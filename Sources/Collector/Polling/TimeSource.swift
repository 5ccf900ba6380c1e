import Glibc

/// The two clocks of the collector: a steady one in seconds since the process began, and the system's.
struct TimeSource: Sendable {
  let anchor: ContinuousClock.Instant

  init(anchor: ContinuousClock.Instant = .now) { self.anchor = anchor }

  /// Seconds on the steady clock.
  var steady: Double { steady(.now) }

  /// A moment as seconds on the steady clock.
  func steady(_ instant: ContinuousClock.Instant) -> Double { (instant - anchor).seconds }

  /// A moment of the steady clock as an instant.
  func instant(_ steady: Double) -> ContinuousClock.Instant { anchor + .seconds(steady) }

  /// The system's clock, epoch seconds.
  var epoch: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
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
