import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// When months, days and hours begin.
@Suite struct BillingCalendarTests {
  private func epoch(_ text: String) throws -> Int { Int(try #require(UTCTime.epoch(rfc3339: text))) }

  @Test(arguments: [
    // billing day, zone, month, beginning and end in UTC
    (1, "UTC", "2026-02", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
    (1, "UTC", "2024-02", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
    (15, "UTC", "2026-12", "2026-12-15T00:00:00Z", "2027-01-15T00:00:00Z"),
    (15, "Europe/Riga", "2026-03", "2026-03-14T22:00:00Z", "2026-04-14T21:00:00Z"),
    // A month without that day begins on its last one.
    (31, "UTC", "2026-01", "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z"),
    (31, "UTC", "2026-02", "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"),
    (31, "UTC", "2024-02", "2024-02-29T00:00:00Z", "2024-03-31T00:00:00Z"),
    (31, "UTC", "2026-04", "2026-04-30T00:00:00Z", "2026-05-31T00:00:00Z"),
    (30, "UTC", "2026-02", "2026-02-28T00:00:00Z", "2026-03-30T00:00:00Z"),
    (1, "Asia/Kolkata", "2026-11", "2026-10-31T18:30:00Z", "2026-11-30T18:30:00Z"),
    (1, "America/New_York", "2026-03", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z"),
    (1, "Pacific/Kiritimati", "2026-11", "2026-10-31T10:00:00Z", "2026-11-30T10:00:00Z"),
  ]) func monthsBeginOnTheBillingDay(day: Int, zone: String, month: String, from: String, to: String) throws {
    let calendar = BillingCalendar(zone: zone, day: day)
    let span = calendar.span(of: try #require(BillingCalendar.Month(month)))
    #expect(span == (try epoch(from))..<(try epoch(to)))
    for time in [span.lowerBound, span.upperBound - 1] { #expect(calendar.month(at: time).name == month) }
    #expect(calendar.month(at: span.upperBound).number == calendar.month(at: span.lowerBound).number + 1)
  }

  @Test(
    arguments: ["UTC", "Europe/Riga", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"],
    [1, 15, 28, 29, 31])
  func monthsFollowEachOther(zone: String, day: Int) throws {
    let calendar = BillingCalendar(zone: zone, day: day)
    var month = try #require(BillingCalendar.Month("2015-11"))
    for _ in 0..<150 {
      let next = BillingCalendar.Month(number: month.number + 1)
      #expect(calendar.span(of: month).upperBound == calendar.span(of: next).lowerBound)
      #expect((27 * 86_400...32 * 86_400).contains(calendar.span(of: month).count))
      month = next
    }
  }

  @Test(arguments: [
    ("Europe/Riga", "2026-03-28T22:00:00Z", 23), ("Europe/Riga", "2026-10-24T21:00:00Z", 25),
    ("Europe/Riga", "2026-10-25T22:00:00Z", 24),
    ("America/New_York", "2026-03-08T05:00:00Z", 23), ("America/New_York", "2026-11-01T04:00:00Z", 25),
    ("Asia/Kolkata", "2026-06-01T18:30:00Z", 24),
  ]) func daysWithAClockChangeHaveTheirHours(zone: String, midnight: String, hours: Int) throws {
    let calendar = BillingCalendar(zone: zone, day: 1)
    let start = try epoch(midnight)
    let days = try #require(calendar.periods(.day, in: start..<start + 3 * 86_400))
    #expect(days[0] == start..<start + hours * 3600)
    let rows = try #require(calendar.periods(.hour, in: days[0]))
    #expect(rows.count == hours)
    #expect(rows.allSatisfy { $0.count == 3600 })
  }

  @Test func clocksMayMoveByHalfAnHour() throws {
    // Lord Howe, 2026-04-05 02:00 local: back by half an hour.
    let calendar = BillingCalendar(zone: "Australia/Lord_Howe", day: 1)
    let start = try epoch("2026-04-04T13:00:00Z")
    let day = try #require(calendar.periods(.day, in: start..<start + 2 * 86_400)?.first)
    #expect(day.count == 24 * 3600 + 1800)
    let hours = try #require(calendar.periods(.hour, in: day))
    #expect(hours.map(\.count).reduce(0, +) == day.count)
    #expect(hours.filter { $0.count != 3600 }.map(\.count) == [1800] || hours.filter { $0.count != 3600 }.map(\.count) == [5400])
  }

  @Test func aDayWithoutMidnightBeginsAtItsFirstSecond() throws {
    // São Paulo, 2018-11-04: 00:00 did not exist.
    let calendar = BillingCalendar(zone: "America/Sao_Paulo", day: 4)
    let span = calendar.span(of: try #require(BillingCalendar.Month("2018-11")))
    #expect(span.lowerBound == (try epoch("2018-11-04T03:00:00Z")))
    let day = try #require(calendar.periods(.day, in: span)?.first)
    #expect(day.count == 23 * 3600)
  }

  @Test(arguments: [
    "2026-1", "2026-13", "2026-00", "1969-12", "9999-01", "20261-1", "2026-1a", "", "2026/11", "+026-11", "２026-1",
  ])
  func otherMonthsAreNone(text: String) { #expect(BillingCalendar.Month(text) == nil) }

  @Test func unknownZonesAndDaysFallBack() {
    #expect(BillingCalendar(zone: "No/Where", day: 99).zone == .current)
    #expect(BillingCalendar(zone: nil, day: 99).day == 31)
    #expect(BillingCalendar(zone: nil, day: -5).day == 1)
  }
}
