/// Turns samples at odd times into one value per whole second, keeping the bytes.
///
/// A sample at time `t` says that its rate held since the previous sample. The value of the second that ends at `T` is the mean
/// of the rates over it, weighted by time; a second that is known for less than half is unknown and not given. Archives and the
/// live edge of graphs both use it, so they agree by construction.
package struct SecondResampler: Sendable, Equatable {
  private var lastTime: Double?
  private var known = 0.0
  private var rxBits = 0.0
  private var txBits = 0.0

  package init() {}

  /// The time of the last sample.
  package var time: Double? { lastTime }

  /// Takes a sample and hands each second that it completes to `emit`, oldest first, as (epoch of the second's end, rx, tx).
  ///
  /// - Parameters:
  ///   - time: epoch seconds; a sample not newer than the last one is ignored.
  ///   - rx: bit/s since the previous sample, or `nil` when unknown.
  ///   - tx: the same for the other direction.
  package mutating func add(time: Double, rx: Double?, tx: Double?, emit: (Int, Double, Double) -> Void) {
    guard time.isFinite, time >= 0, time <= Double(UTCTime.range.upperBound) else { return }
    guard let previous = lastTime else {
      lastTime = time
      return
    }
    guard time > previous else { return }
    lastTime = time
    guard let rx, let tx else {
      skip(from: previous, to: time, emit)
      return
    }
    var from = previous
    while from < time {
      let end = from.rounded(.down) + 1
      let to = min(end, time)
      known += to - from
      rxBits += rx * (to - from)
      txBits += tx * (to - from)
      if to == end { finish(Int(end), emit) }
      from = to
    }
  }

  /// Nothing is known from `from` to `to`: at most the second in which it begins is complete enough to be given.
  private mutating func skip(from: Double, to: Double, _ emit: (Int, Double, Double) -> Void) {
    let end = from.rounded(.down) + 1
    if to >= end { finish(Int(end), emit) }
  }

  private mutating func finish(_ second: Int, _ emit: (Int, Double, Double) -> Void) {
    if known >= 0.5 { emit(second, rxBits / known, txBits / known) }
    known = 0
    rxBits = 0
    txBits = 0
  }
}
