import Shared

/// Amounts of periods that follow each other, added up month by month.
struct PeriodSums: Sendable {
  private(set) var amounts: [UsageAmount]
  private let span: Range<Int>
  private let now: Double

  /// A month whose rows are all written: a collector that was away from its root writes late.
  private static let settled = 3 * 86_400.0

  init(_ periods: [Range<Int>], now: Double) {
    amounts = periods.map { UsageAmount(from: $0.lowerBound, to: $0.upperBound, now: now) }
    span = (periods.first?.lowerBound ?? 0)..<(periods.last?.upperBound ?? 0)
    self.now = now
  }

  /// The span cut where ledgers begin a new file, up to now; the last piece reaches to the end.
  var months: [Range<Int>] {
    let calendar = BillingCalendar(zone: "UTC", day: 1)
    var months: [Range<Int>] = []
    var start = span.lowerBound
    while start < span.upperBound, Double(start) <= now {
      let end = calendar.span(of: calendar.month(at: start)).upperBound
      months.append(start..<(Double(end) > now ? span.upperBound : min(end, span.upperBound)))
      start = months[months.count - 1].upperBound
    }
    return months
  }

  /// Those of them that are months from beginning to end, and over.
  var wholeMonths: [Range<Int>] {
    let calendar = BillingCalendar(zone: "UTC", day: 1)
    return months.filter {
      calendar.span(of: calendar.month(at: $0.lowerBound)) == $0 && Double($0.upperBound) < now - Self.settled
    }
  }

  /// Where periods begin inside a month.
  func cuts(in month: Range<Int>) -> [Int] {
    places(in: month).compactMap { month.lowerBound < amounts[$0].from ? amounts[$0].from : nil }
  }

  /// Adds what is known of one of `months`.
  mutating func add(_ stretches: [Stretch], in month: Range<Int>) {
    let places = places(in: month)
    let pieces = places.map { max(amounts[$0].from, month.lowerBound)..<min(amounts[$0].to, month.upperBound) }
    for (place, part) in zip(places, UsageTally.amounts(stretches, pieces, now: now)) {
      amounts[place].rx = Saturating.add(amounts[place].rx, part.rx)
      amounts[place].tx = Saturating.add(amounts[place].tx, part.tx)
      amounts[place].known += part.known
      amounts[place].sampled += part.sampled
      amounts[place].flags.formUnion(part.flags)
    }
    // A stretch from one month into the next is split and its sum kept: only the edges of the whole share bytes out.
    for (edge, place) in [(span.lowerBound, places.first), (span.upperBound, places.last)] {
      guard let place, month.lowerBound == edge || month.upperBound == edge else { continue }
      let isCut = stretches.contains { $0.from < Double(edge) && $0.to > Double(edge) && $0.rx | $0.tx != 0 }
      if isCut { amounts[place].isShared = true }
    }
  }

  /// The periods that touch a month.
  private func places(in month: Range<Int>) -> Range<Int> {
    var (low, high) = (0, amounts.count)
    while low < high {
      let middle = (low + high) / 2
      if amounts[middle].to > month.lowerBound { high = middle } else { low = middle + 1 }
    }
    let first = low
    high = amounts.count
    while low < high {
      let middle = (low + high) / 2
      if amounts[middle].from >= month.upperBound { high = middle } else { low = middle + 1 }
    }
    return first..<low
  }
}
