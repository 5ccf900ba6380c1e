import Shared

/// The bytes of a span of time, and how much of it they cover.
struct UsageAmount: Sendable, Equatable {
  /// Epoch seconds.
  var from: Int
  var to: Int
  var rx: UInt64 = 0
  var tx: UInt64 = 0
  /// Seconds of the span that are over.
  var elapsed: Double
  /// Seconds whose bytes are known, and those that were sampled.
  var known = 0.0
  var sampled = 0.0
  var flags: LedgerRow.Flags = []
  /// An edge of the span lies inside a row: its bytes were shared out by time.
  var isShared = false

  init(from: Int, to: Int, now: Double) {
    self.from = from
    self.to = to
    elapsed = max(0, min(Double(to), now) - Double(from))
  }

  var sum: UInt64 { Saturating.add(rx, tx) }
  /// The share of the time whose bytes are known.
  var coverage: Double { share(known) }
  var sampledShare: Double { share(sampled) }
  /// Nothing is known: the amounts are not zero, they are unknown.
  var isUnknown: Bool { known <= 0 && rx == 0 && tx == 0 }

  /// The newest seconds are still on their way.
  private static let lag = 5.0

  private func share(_ seconds: Double) -> Double {
    guard elapsed > 0 else { return 0 }
    return max(0, min(1, seconds / elapsed))
  }

  /// Whether the bytes of some of the time are not known.
  var isPartial: Bool { known < elapsed - Self.lag }

  /// With that of another interface: bytes add up, and known is what is known of both.
  static func + (one: UsageAmount, other: UsageAmount) -> UsageAmount {
    var sum = one
    sum.rx = Saturating.add(one.rx, other.rx)
    sum.tx = Saturating.add(one.tx, other.tx)
    sum.known = min(one.known, other.known)
    sum.sampled = min(one.sampled, other.sampled)
    sum.flags.formUnion(other.flags)
    sum.isShared = one.isShared || other.isShared
    return sum
  }
}

/// Adds stretches up over spans of time.
enum UsageTally {
  /// The amounts of `periods`, which follow each other; a stretch that spans a boundary is split by time, its sum kept.
  static func amounts(_ stretches: [Stretch], _ periods: [Range<Int>], now: Double) -> [UsageAmount] {
    var amounts = periods.map { UsageAmount(from: $0.lowerBound, to: $0.upperBound, now: now) }
    guard let first = periods.first, let last = periods.last else { return [] }
    let window = (from: Double(first.lowerBound), to: Double(last.upperBound))
    var place = 0
    for stretch in LedgerJoin.slice(stretches, window.from, window.to) {
      while place < periods.count - 1, Double(periods[place].upperBound) <= stretch.from { place += 1 }
      let isCut = stretch.from < window.from || stretch.to > window.to
      var index = place
      var given = (rx: UInt64(0), tx: UInt64(0))
      if stretch.from < window.from {
        let share = stretch.share(from: stretch.from, to: window.from)
        given = (Saturating.part(stretch.rx, share), Saturating.part(stretch.tx, share))
      }
      while index < periods.count, Double(periods[index].lowerBound) < stretch.to {
        let (from, to) = (Double(periods[index].lowerBound), Double(periods[index].upperBound))
        let share = stretch.share(from: from, to: to)
        let through = to >= stretch.to ? 1 : stretch.share(from: stretch.from, to: to)
        let upTo = (rx: Saturating.part(stretch.rx, through), tx: Saturating.part(stretch.tx, through))
        amounts[index].rx = Saturating.add(amounts[index].rx, upTo.rx - min(upTo.rx, given.rx))
        amounts[index].tx = Saturating.add(amounts[index].tx, upTo.tx - min(upTo.tx, given.tx))
        amounts[index].known += stretch.known * share
        amounts[index].sampled += stretch.sampled * share
        amounts[index].flags.formUnion(stretch.flags)
        if isCut, share < 1, stretch.rx | stretch.tx != 0 { amounts[index].isShared = true }
        given = (max(given.rx, upTo.rx), max(given.tx, upTo.tx))
        index += 1
      }
    }
    return amounts
  }

  /// The sum of amounts that follow each other.
  static func total(_ amounts: [UsageAmount], from: Int, to: Int, now: Double) -> UsageAmount {
    var total = UsageAmount(from: from, to: to, now: now)
    for amount in amounts {
      total.rx = Saturating.add(total.rx, amount.rx)
      total.tx = Saturating.add(total.tx, amount.tx)
      total.known += amount.known
      total.sampled += amount.sampled
      total.flags.formUnion(amount.flags)
      total.isShared = total.isShared || amount.isShared
    }
    return total
  }
}

/// The bytes of five-minute buckets whose bytes are known for all their 300 seconds.
struct UsageBuckets: Sendable, Equatable {
  /// Epoch of the first; a multiple of 300.
  let start: Int
  /// `nil`: not known in full.
  var values: [(rx: UInt64, tx: UInt64)?]

  static func == (one: UsageBuckets, other: UsageBuckets) -> Bool {
    one.start == other.start && one.values.count == other.values.count
      && zip(one.values, other.values).allSatisfy { $0?.rx == $1?.rx && $0?.tx == $1?.tx }
  }

  /// The buckets that lie in `span` and are over.
  init(_ stretches: [Stretch], in span: Range<Int>, now: Double) {
    let step = LedgerRow.bucketSeconds
    start = (span.lowerBound + step - 1) / step * step
    let end = min(span.upperBound, Int(max(0, min(now, 1e12)))) / step * step
    guard end > start else {
      values = []
      return
    }
    let periods = stride(from: start, to: end, by: step).map { $0..<($0 + step) }
    values = UsageTally.amounts(stretches, periods, now: now).map { amount in
      amount.known >= Double(step) - 0.05 && !amount.flags.contains(.reset) ? (amount.rx, amount.tx) : nil
    }
  }

  /// Adds another interface's: known is what is known of both.
  mutating func add(_ other: UsageBuckets) {
    guard other.start == start, other.values.count == values.count else { return }
    for index in values.indices {
      guard let mine = values[index], let theirs = other.values[index] else {
        values[index] = nil
        continue
      }
      values[index] = (Saturating.add(mine.rx, theirs.rx), Saturating.add(mine.tx, theirs.tx))
    }
  }

  /// A percentile by each billing rule, in bit/s; `nil` where no bucket is known.
  struct Percentiles: Sendable, Equatable {
    var samples: Int
    var missing: Int
    var rx: Double?
    var tx: Double?
    /// The larger of both.
    var larger: Double? { rx.flatMap { rx in tx.map { max(rx, $0) } } }
    /// That of in and out together, bucket by bucket.
    var sum: Double?
    /// The highest five minutes, in and out.
    var peakRx: Double?
    var peakTx: Double?
    /// The share of the buckets that are known.
    var coverage: Double { samples + missing == 0 ? 0 : Double(samples) / Double(samples + missing) }
  }

  /// Nearest rank: the value at place `ceil(p / 100 · N)` of the N known ones.
  func percentiles(_ p: Double) -> Percentiles {
    let known = values.compactMap { $0 }
    let rx = known.map(\.rx).sorted()
    let tx = known.map(\.tx).sorted()
    let sum = known.map { Saturating.add($0.rx, $0.tx) }.sorted()
    return Percentiles(
      samples: known.count, missing: values.count - known.count, rx: Self.ranked(rx, p), tx: Self.ranked(tx, p),
      sum: Self.ranked(sum, p), peakRx: rx.last.map(Self.rate), peakTx: tx.last.map(Self.rate))
  }

  private static func ranked(_ sorted: [UInt64], _ p: Double) -> Double? {
    guard !sorted.isEmpty else { return nil }
    // 95 · 20 / 100 is 19, whatever the last bit of a fraction says.
    let rank = Int((p * Double(sorted.count) / 100 - 1e-9).rounded(.up))
    return rate(sorted[min(max(rank, 1), sorted.count) - 1])
  }

  private static func rate(_ bytes: UInt64) -> Double { Double(bytes) * 8 / Double(LedgerRow.bucketSeconds) }
}
