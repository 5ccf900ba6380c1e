import Foundation
import Shared

extension RowValue {
  /// A time as RouterOS shows it: in the device's own zone, which the text does not tell.
  struct LocalTime: Sendable, Equatable {
    /// Seconds since 1970, were the zone UTC.
    private(set) var asUTC: Int

    /// Seconds since 1970 in `zone`. In the hour that the end of summer time repeats, the first of both.
    func epoch(in zone: TimeZone) -> Int {
      // The offset depends on the time that is looked for: it is the one of the day before, unless it changed since.
      let before = asUTC - Self.offset(zone, asUTC - 86_400)
      return Self.offset(zone, before) == asUTC - before ? before : asUTC - Self.offset(zone, asUTC + 86_400)
    }

    private static func offset(_ zone: TimeZone, _ epoch: Int) -> Int {
      zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(epoch)))
    }

    fileprivate init(asUTC: Int) { self.asUTC = asUTC }
  }

  /// `2026-05-01 10:11:12`, or as RouterOS before 7.10 has it: `may/01/2026 10:11:12`.
  static func localTime(_ text: String) -> LocalTime? {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, let day = daysSince1970(parts[0]) else { return nil }
    let clock = parts[1].split(separator: ":", omittingEmptySubsequences: false).map { number($0, digits: 2) }
    guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2], hour < 24, minute < 60, second < 60
    else { return nil }
    return LocalTime(asUTC: day * 86_400 + hour * 3600 + minute * 60 + second)
  }

  /// `+02:00` and `-03:30`, in seconds.
  static func zoneOffset(_ text: String) -> Int? {
    guard let sign = ["+": 1, "-": -1][text.prefix(1)] else { return nil }
    let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false).map { number($0, digits: 2) }
    guard parts.count == 2, let hours = parts[0], let minutes = parts[1], hours < 24, minutes < 60 else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }

  private static func daysSince1970(_ text: Substring) -> Int? {
    let months: [Substring] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    let dashed = text.split(separator: "-", omittingEmptySubsequences: false)
    let slashed = text.split(separator: "/", omittingEmptySubsequences: false)
    let parts: (year: Int?, month: Int?, day: Int?)
    if dashed.count == 3 {
      parts = (number(dashed[0], digits: 4), number(dashed[1], digits: 2), number(dashed[2], digits: 2))
    } else if slashed.count == 3 {
      let month = months.firstIndex(of: Substring(slashed[0].lowercased())).map { $0 + 1 }
      parts = (number(slashed[2], digits: 4), month, number(slashed[1], digits: 2))
    } else {
      return nil
    }
    guard let year = parts.year, let month = parts.month, let day = parts.day, year >= 1970, (1...12).contains(month) else {
      return nil
    }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    guard (1...(lengths[month - 1] + (isLeap && month == 2 ? 1 : 0))).contains(day) else { return nil }
    let past = year - 1
    let leaps = past / 4 - past / 100 + past / 400 - 477
    let monthDays = lengths[..<(month - 1)].reduce(0, +) + (isLeap && month > 2 ? 1 : 0)
    return (year - 1970) * 365 + leaps + monthDays + day - 1
  }

  private static func number(_ text: Substring, digits: Int) -> Int? {
    text.utf8.count == digits && text.utf8.allSatisfy(\.isDigit) ? Int(text) : nil
  }
}
