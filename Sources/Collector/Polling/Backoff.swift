/// When to try a device again. Pure: the caller brings time and chance.
///
/// Every second in the first minute of an outage, so that a device which blinks or reboots is back within two; then doubling to
/// 30 s with jitter, so that a hundred devices behind one dead link do not knock all at once. After a refused login 30 s doubling to
/// 5 min: a wrong password must not fill the device's log, nor lock an account. A device that turns us away for having too many sessions
/// gets 5 s doubling to a minute, to lose some.
struct Backoff: Sendable, Equatable {
  static let steady = 1.0
  static let firstMinute = 60.0
  static let longest = 30.0
  static let firstLogin = 30.0
  static let longestLogin = 300.0
  static let firstTurnedAway = 5.0
  static let longestTurnedAway = 60.0

  /// A device that answers a few commands and then none is not well again for having answered: it has to go on for this long.
  static let recovery = 10.0

  /// How an attempt ended.
  enum Failure: Sendable, Equatable {
    /// The device refused user, password or policy.
    case login
    /// The device has as many sessions as it wants.
    case turnedAway
    /// The session stood, and then nothing was answered any more.
    case hung
    case other
  }

  private var outageBegan: Double?
  private var delay = 0.0
  private var loginDelay = 0.0
  private var turnedAwayDelay = 0.0
  /// Sessions in a row that hung soon after they had begun.
  private var hung = 0

  /// A sample came, `session` seconds after its session began. The outage is over when the session has lasted: a device that ends each
  /// after a moment would otherwise see a login every second for ever.
  /// - Returns: whether the device counts as well. A link that fails once does so at once; one that hung twice in a row does later.
  mutating func succeeded(session: Double) -> Bool {
    if session >= Self.recovery { self = Backoff() }
    return hung < 2
  }

  /// An attempt failed.
  ///
  /// - Parameters:
  ///   - began: when the attempt began, seconds on a steady clock; short delays count from there.
  ///   - now: the same clock.
  ///   - chance: 0 to 1.
  /// - Returns: seconds from `now` until the next attempt.
  mutating func failed(_ failure: Failure, began: Double, now: Double, chance: Double) -> Double {
    // A session that had been well ended just now: that is when the outage began.
    let outage = outageBegan ?? now
    outageBegan = outage
    hung = failure == .hung ? hung + 1 : 0
    if failure == .login {
      loginDelay = loginDelay == 0 ? Self.firstLogin : min(loginDelay * 2, Self.longestLogin)
      return loginDelay
    }
    loginDelay = 0
    if failure == .turnedAway {
      turnedAwayDelay = turnedAwayDelay == 0 ? Self.firstTurnedAway : min(turnedAwayDelay * 2, Self.longestTurnedAway)
      return Self.jittered(turnedAwayDelay, chance)
    }
    turnedAwayDelay = 0
    if isInFirstMinute(at: now) {
      delay = Self.steady
      return failure == .hung ? delay : max(0, began + delay - now)
    }
    delay = min(max(delay, Self.steady) * 2, Self.longest)
    return Self.jittered(delay, chance)
  }

  /// From half the delay to the whole.
  private static func jittered(_ delay: Double, _ chance: Double) -> Double { delay * (0.5 + 0.5 * min(max(chance, 0), 1)) }

  /// Whether the device is tried every second: attempts must then not take longer than that either.
  func isInFirstMinute(at now: Double) -> Bool { now - (outageBegan ?? now) < Self.firstMinute }
}
