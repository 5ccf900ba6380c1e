/// The times at which samples are due: `first`, `first + interval`, … Pure; times are seconds on a steady clock.
///
/// A sample that is late by less than an interval is taken at once; older ones are missed, and counted.
struct PollSchedule: Sendable, Equatable {
  let interval: Double
  /// When the next sample is due.
  private(set) var next: Double
  /// Samples that were due and did not come.
  private(set) var missed = 0

  init(first: Double, interval: Double) {
    self.interval = interval
    next = first
  }

  /// The time of the next sample, which is then taken as done.
  mutating func take(now: Double) -> Double {
    let late = Int(max(0, ((now - next) / interval).rounded(.down)))
    missed += late
    let due = next + Double(late) * interval
    next = due + interval
    return due
  }

  /// The sample taken last did not come.
  mutating func fail() { missed += 1 }

  /// Missed samples including those due since, while nobody takes any.
  func missed(at now: Double) -> Int { missed + Int(max(0, ((now - next) / interval).rounded(.down))) }
}
