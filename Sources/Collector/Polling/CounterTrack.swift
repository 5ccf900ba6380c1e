import Shared

/// One reading of an interface's counters.
struct CounterReading: Sendable, Equatable {
  /// Epoch seconds.
  var time: Double
  /// The same moment on a steady clock; `nil` for a reading from before this process.
  var steady: Double?
  /// Bytes since the counters began.
  var rx: UInt64
  var tx: UInt64

  /// Seconds since `earlier`, on the steady clock where both know it.
  func elapsed(since earlier: CounterReading) -> Double {
    if let steady, let before = earlier.steady { return steady - before }
    return time - earlier.time
  }
}

/// The counters of one interface over time: turns readings into rates and bytes. Pure.
///
/// Nothing is guessed: the first reading has no rate; a reading after a gap has bytes and no rate; after a reset nothing is known
/// but the counters; a jump that no link can make is refused.
struct CounterTrack: Sendable, Equatable {
  /// What is known about an interface when a reading is judged.
  struct Rules: Sendable, Equatable {
    /// Seconds between samples.
    var interval: Double
    /// Link speed in bit/s, where known.
    var speed: Double?
    /// The interface has shown a counter above 32 bits, so it does not wrap there.
    var hasWideCounters = false
  }

  /// What a reading meant.
  enum Meaning: Sendable, Equatable {
    case first, sample
    /// Seconds without a reading, which the counters close.
    case gap(Double)
    /// The counters began again.
    case reset
    /// More than the link can carry since the last reading: not used.
    case refused
  }

  /// The last reading that counted.
  private(set) var last: CounterReading?
  private var isRestarted = false
  private var refusals = 0

  /// As many refused readings in a row are a new truth.
  static let refusalLimit = 5
  /// No link of today carries more: 800 Gbit/s.
  static let fastest = 8e11
  /// Counters of hardware are read out late: what a link may have carried is taken with this many seconds more.
  static let slack = 10.0

  init(last: CounterReading? = nil) { self.last = last }

  /// The device rebooted, or the interface was made anew: the next reading begins at zero, whatever it shows.
  mutating func restart() { isRestarted = true }

  /// Takes a reading, which must be newer than the last.
  mutating func add(_ reading: CounterReading, _ rules: Rules) -> (LiveLine.Interface, Meaning) {
    guard let previous = last else {
      last = reading
      isRestarted = false
      return (Self.unknown(reading), .first)
    }
    let elapsed = max(reading.elapsed(since: previous), 0.001)
    let outcome: (rx: UInt64, tx: UInt64)? =
      if !isRestarted, let rx = Self.increase(previous.rx, reading.rx, elapsed, rules),
        let tx = Self.increase(previous.tx, reading.tx, elapsed, rules)
      { (rx, tx) } else { nil }
    guard let (rx, tx) = outcome else { return reset(to: reading) }
    guard Self.isPossible(rx, elapsed, rules.speed ?? Self.fastest), Self.isPossible(tx, elapsed, rules.speed ?? Self.fastest)
    else {
      refusals += 1
      if refusals >= Self.refusalLimit { return reset(to: reading) }
      return (LiveLine.Interface(rxRate: nil, txRate: nil, rxBytes: nil, txBytes: nil, rxCounter: nil, txCounter: nil), .refused)
    }
    last = reading
    refusals = 0
    let isGap = elapsed > 3 * rules.interval
    return (
      LiveLine.Interface(
        rxRate: isGap ? nil : Self.rate(rx, elapsed), txRate: isGap ? nil : Self.rate(tx, elapsed), rxBytes: rx, txBytes: tx,
        rxCounter: reading.rx, txCounter: reading.tx),
      isGap ? .gap(elapsed) : .sample
    )
  }

  private mutating func reset(to reading: CounterReading) -> (LiveLine.Interface, Meaning) {
    last = reading
    isRestarted = false
    refusals = 0
    return (Self.unknown(reading), .reset)
  }

  private static func unknown(_ reading: CounterReading) -> LiveLine.Interface {
    LiveLine.Interface(rxRate: nil, txRate: nil, rxBytes: nil, txBytes: nil, rxCounter: reading.rx, txCounter: reading.tx)
  }

  /// The increase from `old` to `new`; `nil` when the counter began again in between.
  ///
  /// Going down is a wrap only where 32-bit counters are possible and the link can have carried what the wrap says. A link of unknown
  /// speed counts as 1 Gbit/s here: devices with such counters have no faster ones, and a wrong wrap would be a spike of up to 4 GB.
  private static func increase(_ old: UInt64, _ new: UInt64, _ elapsed: Double, _ rules: Rules) -> UInt64? {
    if new >= old { return new - old }
    guard !rules.hasWideCounters, old <= UInt64(UInt32.max) else { return nil }
    let wrapped = new + (1 << 32) - old
    return Double(wrapped) * 8 <= (rules.speed ?? 1e9) * elapsed * 1.1 ? wrapped : nil
  }

  private static func isPossible(_ bytes: UInt64, _ elapsed: Double, _ speed: Double) -> Bool {
    Double(bytes) * 8 <= speed * (elapsed + slack) * 1.1
  }

  private static func rate(_ bytes: UInt64, _ elapsed: Double) -> UInt64 {
    UInt64(min((Double(bytes) * 8 / elapsed).rounded(), 9e18))
  }
}
