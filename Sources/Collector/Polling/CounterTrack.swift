import Shared

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
    /// The system's clock was set ahead, so the time since the last reading is longer than what has passed: bytes, and no rate.
    case clockSet
    /// Not newer than the end of the history, since the system's clock was set back: a rate to show, while the bytes wait.
    case behind
    /// The counters began again.
    case reset
    /// More than the link can carry since the last reading: not used.
    case refused
    /// A refused jump that stayed: the counters go on from here, and what they rose by is not traffic.
    case jump
  }

  /// The last reading that counted.
  private(set) var last: CounterReading?
  /// The last reading while the system's clock is behind ``last``.
  private var behind: CounterReading?
  private var isRestarted = false
  /// The last reading that was refused, and how many in a row agree with it.
  private var refused: CounterReading?
  private var refusals = 0

  /// As many refused readings in a row are a new truth.
  static let refusalLimit = 5
  /// No link of today carries more: 800 Gbit/s.
  static let fastest = 8e11
  /// Counters of hardware are read out late: what a link may have carried is taken with this many seconds more.
  static let slack = 10.0
  /// Seconds after which a lower counter is a reset, not a wrap.
  static let longestWrap = 30.0
  /// Seconds that a time of unknown length is taken for.
  static let longestUnknown = 7.0 * 86_400
  /// Seconds by which time stamps may be further apart than what has passed: more means that the clock was set.
  static let clockTolerance = 0.5

  init(last: CounterReading? = nil) { self.last = last }

  /// The device rebooted, or the interface was made anew: the next reading begins at zero, whatever it shows.
  mutating func restart() {
    isRestarted = true
    behind = nil
  }

  /// Takes a reading.
  mutating func add(_ reading: CounterReading, _ rules: Rules) -> (LiveLine.Interface, Meaning) {
    guard let previous = last else {
      last = reading
      isRestarted = false
      return (Self.unknown(reading), .first)
    }
    if reading.time <= previous.time { return (wait(reading, after: previous, rules), .behind) }
    let elapsed = max(reading.elapsed(since: previous), 0.001)
    // The host's clock may have been set while no process was there: it does not say how long that was.
    let longest = previous.steady == nil ? max(elapsed, Self.longestUnknown) : elapsed
    guard !isRestarted, let (rx, tx) = Self.increases(previous, reading, elapsed, rules) else { return reset(to: reading) }
    guard Self.arePossible(rx, tx, longest, rules) else { return refuse(reading, rules) }
    accept(reading)
    let meaning = Self.meaning(previous, reading, elapsed, rules)
    let isSample = meaning == .sample
    return (
      LiveLine.Interface(
        rxRate: isSample ? Self.rate(rx, elapsed) : nil, txRate: isSample ? Self.rate(tx, elapsed) : nil, rxBytes: rx,
        txBytes: tx, rxCounter: reading.rx, txCounter: reading.tx), meaning
    )
  }

  private static func meaning(_ previous: CounterReading, _ reading: CounterReading, _ elapsed: Double, _ rules: Rules) -> Meaning
  {
    // Across a restart nobody knows how long it really was: bytes, and no rate.
    if elapsed > 3 * rules.interval || previous.steady == nil { return .gap(elapsed) }
    return reading.time - previous.time > elapsed + clockTolerance ? .clockSet : .sample
  }

  /// Shows what there is to show; counters and bytes are for the reading with which time has caught up.
  private mutating func wait(_ reading: CounterReading, after previous: CounterReading, _ rules: Rules) -> LiveLine.Interface {
    let isFirst = isRestarted && behind == nil
    let base = behind ?? previous
    guard !isFirst, let steady = reading.steady, let before = base.steady, steady > before else {
      behind = reading
      return Self.nothing
    }
    let elapsed = steady - before
    guard let (rx, tx) = Self.increases(base, reading, elapsed, rules) else {
      (isRestarted, behind) = (true, reading)
      return Self.nothing
    }
    // Nonsense that passes is forgotten; what stays is judged again when time has caught up.
    guard Self.arePossible(rx, tx, elapsed, rules) else { return Self.nothing }
    // Nor can the reading that closes the gap tell how often the counters wrapped meanwhile.
    if reading.rx < base.rx || reading.tx < base.tx { isRestarted = true }
    behind = reading
    guard elapsed <= 3 * rules.interval else { return Self.nothing }
    return LiveLine.Interface(
      rxRate: Self.rate(rx, elapsed), txRate: Self.rate(tx, elapsed), rxBytes: nil, txBytes: nil, rxCounter: nil, txCounter: nil)
  }

  private mutating func refuse(_ reading: CounterReading, _ rules: Rules) -> (LiveLine.Interface, Meaning) {
    // Only readings that agree with each other can be a new truth.
    let before = refused
    refused = reading
    if let before, let (rx, tx) = Self.increases(before, reading, reading.elapsed(since: before), rules),
      Self.arePossible(rx, tx, reading.elapsed(since: before), rules)
    {
      refusals += 1
    } else {
      refusals = 1
    }
    guard refusals >= Self.refusalLimit else { return (Self.nothing, .refused) }
    accept(reading)
    // No bytes and yet higher counters: the ledger takes it for what it is, a lower bound that these counters add nothing to.
    let live = LiveLine.Interface(
      rxRate: nil, txRate: nil, rxBytes: 0, txBytes: 0, rxCounter: reading.rx, txCounter: reading.tx)
    return (live, .jump)
  }

  private mutating func reset(to reading: CounterReading) -> (LiveLine.Interface, Meaning) {
    accept(reading)
    return (Self.unknown(reading), .reset)
  }

  private mutating func accept(_ reading: CounterReading) {
    last = reading
    behind = nil
    refused = nil
    isRestarted = false
    refusals = 0
  }

  private static let nothing = LiveLine.Interface(
    rxRate: nil, txRate: nil, rxBytes: nil, txBytes: nil, rxCounter: nil, txCounter: nil)

  private static func unknown(_ reading: CounterReading) -> LiveLine.Interface {
    LiveLine.Interface(rxRate: nil, txRate: nil, rxBytes: nil, txBytes: nil, rxCounter: reading.rx, txCounter: reading.tx)
  }
}

extension CounterTrack {
  private static func increases(_ old: CounterReading, _ new: CounterReading, _ elapsed: Double, _ rules: Rules)
    -> (rx: UInt64, tx: UInt64)?
  {
    guard let rx = increase(old.rx, new.rx, elapsed, rules), let tx = increase(old.tx, new.tx, elapsed, rules) else { return nil }
    return (rx, tx)
  }

  /// The increase from `old` to `new`; `nil` when the counter began again in between.
  ///
  /// Going down is a wrap only where 32-bit counters are possible, the link can have carried what the wrap says, and that is little
  /// enough not to be what remains after somebody reset the counters: neither across a gap nor for a quarter of the range. A link of
  /// unknown speed counts as 1 Gbit/s here: devices with such counters have no faster ones. A wrap that is taken for a reset is a lower
  /// bound and says so; a reset taken for a wrap would be bytes that never were.
  private static func increase(_ old: UInt64, _ new: UInt64, _ elapsed: Double, _ rules: Rules) -> UInt64? {
    if new >= old { return new - old }
    guard !rules.hasWideCounters, old <= UInt64(UInt32.max), elapsed <= min(3 * rules.interval, longestWrap) else { return nil }
    let wrapped = new + (1 << 32) - old
    return wrapped <= 1 << 30 && Double(wrapped) * 8 <= (rules.speed ?? 1e9) * elapsed * 1.1 ? wrapped : nil
  }

  private static func arePossible(_ rx: UInt64, _ tx: UInt64, _ elapsed: Double, _ rules: Rules) -> Bool {
    Double(max(rx, tx)) * 8 <= (rules.speed ?? fastest) * (elapsed + slack) * 1.1
  }

  private static func rate(_ bytes: UInt64, _ elapsed: Double) -> UInt64 {
    UInt64(min((Double(bytes) * 8 / elapsed).rounded(), 9e18))
  }
}
