/// Epoch times for moments of a steady clock: steady themselves, and true.
///
/// The system's clock is set now and then. Elapsed time is taken from the steady clock alone; the epoch follows the system's clock by at
/// most 10 ms a reading, so that time stamps neither jump nor repeat, and is set anew only when it is off by more than a second.
struct SampleClock: Sendable, Equatable {
  static let largestStep = 0.010
  static let largestError = 1.0

  private var offset: Double

  /// - Parameters:
  ///   - epoch: the system's clock.
  ///   - steady: the steady clock at the same moment.
  init(epoch: Double, steady: Double) { offset = epoch - steady }

  /// The epoch of the moment `steady`.
  func epoch(of steady: Double) -> Double { steady + offset }

  /// Follows the system's clock.
  /// - Returns: seconds by which the clock was set, when it was; `nil` otherwise.
  mutating func follow(epoch: Double, steady: Double) -> Double? {
    let error = epoch - steady - offset
    if abs(error) > Self.largestError {
      offset += error
      return error
    }
    offset += min(max(error, -Self.largestStep), Self.largestStep)
    return nil
  }

  /// To the millisecond, as files carry it: what is derived from a sample and what is replayed from the journal agree.
  static func rounded(_ epoch: Double) -> Double { (epoch * 1000).rounded() / 1000 }
}
