/// When to try a device again. Pure: the caller brings time and chance.
///
/// Every second in the first minute of an outage, so that a device which blinks or reboots is back within two; then doubling to
/// 30 s with jitter, so that a hundred devices behind one dead link do not knock all at once. After a refused login 30 s doubling to
/// 5 min: a wrong password must not fill the device's log, nor lock an account.
struct Backoff: Sendable, Equatable {
  static let steady = 1.0
  static let firstMinute = 60.0
  static let longest = 30.0
  static let firstLogin = 30.0
  static let longestLogin = 300.0

  private var outageBegan: Double?
  private var delay = 0.0
  private var loginDelay = 0.0

  /// A sample came: the outage is over.
  mutating func succeeded() { self = Backoff() }

  /// An attempt failed.
  ///
  /// - Parameters:
  ///   - isLogin: the device answered and refused user, password or policy.
  ///   - began: when the attempt began, seconds on a steady clock; the delay counts from there.
  ///   - now: the same clock.
  ///   - chance: 0 to 1.
  /// - Returns: seconds from `now` until the next attempt.
  mutating func failed(isLogin: Bool, began: Double, now: Double, chance: Double) -> Double {
    let outage = outageBegan ?? began
    outageBegan = outage
    if isLogin {
      loginDelay = loginDelay == 0 ? Self.firstLogin : min(loginDelay * 2, Self.longestLogin)
      return loginDelay
    }
    loginDelay = 0
    if isInFirstMinute(at: now) {
      delay = Self.steady
      return max(0, began + delay - now)
    }
    delay = min(max(delay, Self.steady) * 2, Self.longest)
    // From half the delay to the whole.
    return max(0, delay * (0.5 + 0.5 * min(max(chance, 0), 1)))
  }

  /// Whether the device is tried every second: attempts must then not take longer than that either.
  func isInFirstMinute(at now: Double) -> Bool { now - (outageBegan ?? now) < Self.firstMinute }
}
