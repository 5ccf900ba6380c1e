internal import Shared

/// How past data are cut up: coarse where only coarse archives keep them, second by second where seconds are kept.
struct HistoryPlan: Sendable, Equatable {
  /// A stretch written in steps of equal length.
  struct Stretch: Sendable, Equatable {
    var from: Int
    var to: Int
    var step: Int
  }

  let start: Int
  let until: Int
  /// Oldest first, without holes from `start` to `until`.
  let stretches: [Stretch]

  /// - Parameters:
  ///   - start: epoch at which the data begin; moved back to a whole hour.
  ///   - until: epoch of the last second.
  ///   - longest: no step is longer than this, as the archive's heartbeat must not be passed.
  init(start: Int, until: Int, retention: Retention, longest: Int) {
    self.start = start - start % 3600
    self.until = until
    var stretches: [Stretch] = []
    var from = self.start
    let archives = retention.archives
    for index in archives.indices.reversed() {
      let step = archives[index].step
      // Up to where the next finer archive begins to keep, in whole steps of this one.
      let end = index == 0 ? until : until - archives[index - 1].keep
      let to = index == 0 ? until : end - end % step
      guard to > from else { continue }
      let length = Self.writable(step, longest)
      // Steps lie on the archive's own grid; what is before the first of them goes by seconds.
      let aligned = min((from + length - 1) / length * length, to)
      if aligned > from { stretches.append(Stretch(from: from, to: aligned, step: 1)) }
      let whole = aligned + (to - aligned) / length * length
      if whole > aligned { stretches.append(Stretch(from: aligned, to: whole, step: length)) }
      if to > whole { stretches.append(Stretch(from: whole, to: to, step: 1)) }
      from = to
    }
    self.stretches = stretches
  }

  /// A step is written as its highest second, its lowest and the rest, found in tenths of it; steps that have none go by seconds.
  private static func writable(_ step: Int, _ longest: Int) -> Int {
    if step <= longest { return step % 10 == 0 ? step : 1 }
    return [600, 300, 60, 10].first { $0 <= longest && step % $0 == 0 } ?? 1
  }
}
