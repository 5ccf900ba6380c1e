import Shared

/// What a device's counters show: a position, of which only differences mean something (they are taken modulo 2^64).
struct MeterReading: Sendable, Equatable {
  var rx: UInt64
  var tx: UInt64

  /// How far the counters went from here to `other`, each way; below zero when `other` is behind.
  ///
  /// - Parameters:
  ///   - wraps: the counters have 32 bits: the difference is known but for multiples of 2^32, of which the one nearest to
  ///     `estimate` is taken, and never one below zero.
  func distance(to other: MeterReading, wraps: Bool, estimate: (rx: Double, tx: Double) = (0, 0)) -> (rx: Int64, tx: Int64) {
    (
      Self.distance(rx, other.rx, wraps, estimate.rx), Self.distance(tx, other.tx, wraps, estimate.tx)
    )
  }

  private static func distance(_ one: UInt64, _ other: UInt64, _ wraps: Bool, _ estimate: Double) -> Int64 {
    let difference = Int64(bitPattern: other &- one)
    guard wraps, difference.magnitude < 1 << 60, estimate.magnitude < 1e18 else { return difference }
    let size = Int64(1) << 32
    let turns = Int64(((estimate - Double(difference)) / Double(size)).rounded())
    return difference &+ turns &* size
  }
}

/// Bytes of an interface from one time to another: a row of a ledger, or what readings of several ledgers say together.
struct Stretch: Sendable, Equatable {
  /// Epoch seconds.
  var from: Double
  var to: Double
  var rx: UInt64
  var tx: UInt64
  /// `gap`: exact in sum, not in place. `reset`: a lower bound.
  var flags: LedgerRow.Flags
  /// Seconds that were sampled.
  var sampled: Double
  /// The device's counters at both ends, where the rows tell.
  var begin: MeterReading?
  var end: MeterReading?

  var seconds: Double { to - from }

  /// Seconds whose bytes are known: sampled, or closed by the counters.
  var known: Double { flags.contains(.gap) && !flags.contains(.reset) ? seconds : min(sampled, seconds) }

  /// Sampled without doubt: nothing tells better where its bytes belong.
  var isFirm: Bool { flags.isDisjoint(with: [.gap, .reset]) }

  /// The share of it that lies between two times, 0 to 1.
  func share(from start: Double, to end: Double) -> Double {
    guard seconds > 0 else { return from >= start && from < end ? 1 : 0 }
    return max(0, min(end, to) - max(start, from)) / seconds
  }
}

/// Sums that damaged files must not stop.
enum Saturating {
  static func add(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let (sum, overflow) = one.addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  static func part(_ bytes: UInt64, _ share: Double) -> UInt64 {
    share >= 1 ? bytes : share <= 0 ? 0 : min(bytes, UInt64(exactly: (Double(bytes) * share).rounded(.down)) ?? bytes)
  }
}
