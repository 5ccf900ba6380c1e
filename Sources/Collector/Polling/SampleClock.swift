/// Epoch times for moments of a steady clock: steady themselves, and true. Pure; `docs/decisions/006-clock-steps.md` has the reasons.
///
/// Elapsed time is taken from the steady clock alone; epoch times only name moments. They follow the system's clock so slowly (1 %) that
/// no second is lost or twice. A clock that was set back a little is caught up with in the same way; only when it was set ahead, or far
/// back, do the times jump with it, once.
struct SampleClock: Sendable, Equatable {
  /// What following the system's clock came to.
  enum Step: Sendable, Equatable {
    /// Set ahead by these seconds: the times have jumped with it.
    case ahead(Double)
    /// Set back by these seconds, few enough to wait for it: the times go on, a little slower.
    case held(Double)
    /// Set back by these seconds, too many to wait: the times have jumped with it.
    case back(Double)
  }

  /// Seconds per second by which the times run faster or slower to agree with the system's clock.
  static let slew = 0.01
  /// Seconds that the system's clock may be ahead before the times jump.
  static let largestError = 1.0
  /// Seconds that the system's clock may be behind before the times jump.
  static let longestHold = 60.0

  private var offset: Double
  private var followed: Double
  private var isHeld = false

  /// - Parameters:
  ///   - epoch: the system's clock.
  ///   - steady: the steady clock at the same moment.
  init(epoch: Double, steady: Double) {
    offset = epoch - steady
    followed = steady
  }

  /// The epoch of the moment `steady`.
  func epoch(of steady: Double) -> Double { steady + offset }

  /// Follows the system's clock.
  /// - Returns: what was done about a clock that had been set, once for each time; `nil` otherwise.
  mutating func follow(epoch: Double, steady: Double) -> Step? {
    let error = epoch - steady - offset
    let elapsed = max(0, steady - followed)
    followed = max(followed, steady)
    if error > Self.largestError || error < -Self.longestHold {
      offset += error
      isHeld = false
      return error > 0 ? .ahead(error) : .back(-error)
    }
    let most = Self.slew * elapsed
    offset += min(max(error, -most), most)
    guard error < -Self.largestError else {
      if error > -Self.largestError / 2 { isHeld = false }
      return nil
    }
    defer { isHeld = true }
    return isHeld ? nil : .held(-error)
  }

  /// To the millisecond, as files carry it: what is derived from a sample and what is replayed from the journal agree.
  static func rounded(_ epoch: Double) -> Double { (epoch * 1000).rounded() / 1000 }
}
