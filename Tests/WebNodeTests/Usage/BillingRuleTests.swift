import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// Bills worked out by hand: every rule, over months of every length, days with a clock change, and zones that are not on the hour.
@Suite struct BillingRuleTests {
  private func epoch(_ text: String) throws -> Int { Int(try #require(UTCTime.epoch(rfc3339: text))) }

  /// Sampled rows of `span`: in the first has 1 kbit/s, the next 2 and so on; out the other way round.
  private func ramp(_ span: Range<Int>) -> [Stretch] {
    let count = span.count / 300
    return (0..<count).map { index in
      let from = Double(span.lowerBound + index * 300)
      return Stretch(
        from: from, to: from + 300, rx: UInt64(index + 1) * 37_500, tx: UInt64(count - index) * 37_500 * 2, flags: [],
        sampled: 300,
        begin: nil, end: nil)
    }
  }

  @Test(arguments: [
    // zone, billing day, month, rows of five minutes, the 95th percentile's place: ceil(0.95 · rows)
    ("UTC", 1, "2026-02", 28 * 288, 7661), ("UTC", 1, "2024-02", 29 * 288, 7935), ("UTC", 1, "2026-04", 30 * 288, 8208),
    ("UTC", 1, "2026-01", 31 * 288, 8482), ("UTC", 31, "2026-01", 28 * 288, 7661), ("UTC", 31, "2026-02", 31 * 288, 8482),
    ("Europe/Riga", 1, "2026-03", 31 * 288 - 12, 8471), ("Europe/Riga", 1, "2026-10", 31 * 288 + 12, 8493),
    ("America/New_York", 1, "2026-03", 31 * 288 - 12, 8471), ("America/New_York", 1, "2026-11", 30 * 288 + 12, 8220),
    ("Asia/Kathmandu", 1, "2026-02", 28 * 288, 7661), ("Pacific/Apia", 1, "2011-12", 30 * 288, 8208),
  ]) func everyRuleOverAMonth(zone: String, day: Int, month: String, rows: Int, place: Int) throws {
    let calendar = BillingCalendar(zone: zone, day: day)
    let span = calendar.span(of: try #require(BillingCalendar.Month(month)))
    let stretches = ramp(span)
    let values = UsageBuckets(stretches, in: span, now: 4e9).percentiles(95)
    #expect(values.samples == rows && values.missing == 0)
    #expect(values.rx == Double(place) * 1000)
    #expect(values.tx == Double(place) * 2000)
    #expect(values.larger == Double(place) * 2000)
    // In and out together: 2 · rows + 2 − (index + 1), from rows + 2 up to 2 · rows + 1.
    #expect(values.sum == Double(rows + 1 + place) * 1000)
    let days = try #require(calendar.periods(.day, in: span))
    let amounts = UsageTally.amounts(stretches, days, now: 4e9)
    let whole = UInt64(rows * (rows + 1) / 2) * 37_500
    #expect(amounts.reduce(0) { $0 + $1.rx } == whole && amounts.reduce(0) { $0 + $1.tx } == 2 * whole)
    #expect(amounts.allSatisfy { !$0.isShared && $0.coverage == 1 && $0.flags.isEmpty })
    #expect(amounts.map { $0.to - $0.from }.reduce(0, +) == rows * 300)
  }

  /// A row is never cut by a day, a month or an hour of any zone.
  @Test func boundariesLieBetweenRowsInEveryZone() throws {
    for time in ["2026-01-15T12:00:00Z", "2026-07-15T12:00:00Z"] {
      let date = Date(timeIntervalSince1970: Double(try epoch(time)))
      for name in TimeZone.knownTimeZoneIdentifiers {
        let offset = try #require(TimeZone(identifier: name)).secondsFromGMT(for: date)
        #expect(offset % LedgerRow.bucketSeconds == 0, "\(name)")
      }
    }
  }

  @Test func kathmandusDaysBeginAtAQuarterPast() throws {
    let calendar = BillingCalendar(zone: "Asia/Kathmandu", day: 1)
    let start = try epoch("2026-11-19T18:15:00Z")
    #expect(calendar.day(at: start) == start..<start + 86_400)
    #expect(calendar.day(at: start - 1).upperBound == start)
    #expect(calendar.span(of: try #require(BillingCalendar.Month("2026-11"))).lowerBound == (try epoch("2026-10-31T18:15:00Z")))
    let hours = try #require(calendar.periods(.hour, in: start..<start + 86_400))
    #expect(hours.count == 24 && hours.allSatisfy { $0.count == 3600 && $0.lowerBound % 3600 == 900 })
  }

  /// Samoa left 30 December 2011 out.
  @Test func aDayThatNeverWasCostsNothing() throws {
    let calendar = BillingCalendar(zone: "Pacific/Apia", day: 1)
    let line = try epoch("2011-12-30T10:00:00Z")
    let days = try #require(calendar.periods(.day, in: line - 2 * 86_400..<line + 2 * 86_400))
    #expect(days.map(\.lowerBound) == [line - 2 * 86_400, line - 86_400, line, line + 86_400])
    #expect(days.allSatisfy { $0.count == 86_400 })
    #expect(calendar.day(at: line - 1).upperBound == line)
    for day in [29, 30, 31] {
      let calendar = BillingCalendar(zone: "Pacific/Apia", day: day)
      let december = calendar.span(of: try #require(BillingCalendar.Month("2011-12")))
      #expect(december.lowerBound == (day == 29 ? line - 86_400 : line), "\(day)")
      #expect(december.lowerBound == calendar.span(of: try #require(BillingCalendar.Month("2011-11"))).upperBound)
      #expect(calendar.month(at: december.lowerBound).name == "2011-12")
      #expect(calendar.month(at: december.lowerBound - 1).name == "2011-11")
    }
  }

  /// Nothing is divided by no time, and what nobody knows is no forecast.
  @Test func theFirstMomentsOfAMonthHaveNoForecast() throws {
    let span = BillingCalendar(zone: "Europe/Riga", day: 1).span(of: try #require(BillingCalendar.Month("2026-11")))
    func month(_ after: Double, known: Double, rx: UInt64, _ flags: LedgerRow.Flags = []) -> UsageQuota {
      var amount = UsageAmount(from: span.lowerBound, to: span.upperBound, now: Double(span.lowerBound) + after)
      (amount.known, amount.rx, amount.flags) = (known, rx, flags)
      return UsageQuota(limit: 1_000_000, month: amount)
    }
    for after in [-5.0, 0, 0.001, 3, 86_400] {
      let nothing = month(after, known: 0, rx: 0)
      #expect(nothing.used == nil && nothing.forecast == nil && nothing.limit == 1_000_000)
    }
    // A second is known: what it carried goes on.
    let second = month(1, known: 1, rx: 10)
    #expect(second.used == 10 && second.forecast == UInt64(10 * span.count))
    // A silent day is a day without bytes, and not unknown.
    let silent = month(86_400, known: 86_400, rx: 0)
    #expect(silent.used == 0 && silent.forecast == 0)
    // Bytes since a reset, of a time that is not known: at least so much, and no guess.
    let reset = month(300, known: 0, rx: 500, .reset)
    #expect(reset.used == 500 && reset.forecast == nil && reset.exactness.isLowerBound)
    // More than numbers can hold.
    #expect(month(1, known: 0.001, rx: .max / 2).forecast.map { $0 >= .max / 2 } == true)
  }
}
