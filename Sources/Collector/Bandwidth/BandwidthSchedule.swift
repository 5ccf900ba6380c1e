/// When to test the connection to the internet. Pure.
struct BandwidthSchedule: Sendable {
  enum Action: Sendable, Equatable {
    case wait
    /// What was found is about something that is not asked for any more.
    case forget
    case test(BandwidthConfig)
  }

  private var config: BandwidthConfig?
  /// When the last test began, on the steady clock.
  private var began: Double?

  init() {}

  /// - Parameter next: the configuration in force; `nil`: no test is wanted.
  mutating func action(_ next: BandwidthConfig?, at now: Double) -> Action {
    if next != config {
      (config, began) = (next, nil)
      return .forget
    }
    guard let next, began.map({ now - $0 >= Double(next.interval) }) ?? true else { return .wait }
    began = now
    return .test(next)
  }
}
