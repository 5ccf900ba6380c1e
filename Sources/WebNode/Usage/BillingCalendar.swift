import Foundation
import Shared

/// Hours, days and billing months in a device's time zone. A day with a clock change has 23 or 25 hours, or whatever its zone makes of it.
struct BillingCalendar: Sendable {
  enum Unit: String, CaseIterable, Sendable { case hour, day, month }

  let zone: TimeZone
  /// The day on which a billing month begins; a month that is shorter begins on its last day.
  let day: Int
  private let calendar: Calendar

  /// - Parameters:
  ///   - zone: an IANA name; the node's own zone where it is not known.
  ///   - day: 1 to 31.
  init(zone: String?, day: Int?) {
    self.zone = zone.flatMap { TimeZone(identifier: $0) } ?? .current
    self.day = min(max(day ?? 1, 1), 31)
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = self.zone
    self.calendar = calendar
  }

  init(_ billing: DeviceFile.Billing?) { self.init(zone: billing?.timeZone, day: billing?.day) }

  /// A month by its number: 12 · year + month − 1.
  struct Month: Sendable, Hashable, Comparable {
    var number: Int
    var year: Int { number / 12 }
    var month: Int { number % 12 + 1 }
    /// Days by the Gregorian calendar.
    var days: Int {
      switch month {
      case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
      case 4, 6, 9, 11: 30
      default: 31
      }
    }
    /// `YYYY-MM`
    var name: String {
      let text = String(year)
      return String(repeating: "0", count: max(0, 4 - text.count)) + text + (month < 10 ? "-0" : "-") + String(month)
    }

    init(number: Int) { self.number = number }

    /// `nil` when the text is no `YYYY-MM` of 1970 to 9998.
    init?(_ text: String) {
      let bytes = Array(text.utf8)
      guard bytes.count == 7, bytes[4] == UInt8(ascii: "-") else { return nil }
      let digits = (bytes[..<4] + bytes[5...]).map { Int($0) - 48 }
      guard digits.allSatisfy({ (0...9).contains($0) }) else { return nil }
      let year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
      let month = digits[4] * 10 + digits[5]
      guard (1970...9998).contains(year), (1...12).contains(month) else { return nil }
      number = year * 12 + month - 1
    }

    static func < (one: Month, other: Month) -> Bool { one.number < other.number }
  }

  var zoneName: String { zone.identifier }

  /// The billing month that begins in `month`.
  func span(of month: Month) -> Range<Int> {
    let begin = start(of: month)
    return begin..<max(begin + 1, start(of: Month(number: month.number + 1)))
  }

  /// The billing month that holds `epoch`.
  func month(at epoch: Int) -> Month {
    let parts = calendar.dateComponents([.year, .month], from: Date(timeIntervalSince1970: Double(epoch)))
    let month = Month(number: (parts.year ?? 1970) * 12 + (parts.month ?? 1) - 1)
    return start(of: month) <= epoch ? month : Month(number: month.number - 1)
  }

  /// The midnight with which the day that holds `epoch` begins.
  func midnight(before epoch: Int) -> Int { Self.epoch(calendar.startOfDay(for: Date(timeIntervalSince1970: Double(epoch)))) }

  /// The day that holds `epoch`.
  func day(at epoch: Int) -> Range<Int> {
    let begin = midnight(before: epoch)
    return begin..<max(begin + 1, next(.day, after: epoch))
  }

  /// `span` cut at every boundary of `unit`, at most `limit` pieces; `nil` when there would be more.
  func periods(_ unit: Unit, in span: Range<Int>, limit: Int = .max) -> [Range<Int>]? {
    var periods: [Range<Int>] = []
    var start = span.lowerBound
    while start < span.upperBound {
      guard periods.count < limit else { return nil }
      let end = min(max(next(unit, after: start), start + 1), span.upperBound)
      periods.append(start..<end)
      start = end
    }
    return periods
  }

  /// The first boundary of `unit` after `epoch`.
  private func next(_ unit: Unit, after epoch: Int) -> Int {
    switch unit {
    case .hour: return nextHour(epoch)
    case .day:
      // From noon to noon: midnight itself may be missing, or be there twice.
      let noon = Date(timeIntervalSince1970: Double(midnight(before: epoch))).addingTimeInterval(12 * 3600)
      return Self.epoch(
        calendar.startOfDay(for: calendar.date(byAdding: .day, value: 1, to: noon) ?? noon.addingTimeInterval(86_400)))
    case .month: return span(of: month(at: epoch)).upperBound
    }
  }

  private func nextHour(_ epoch: Int) -> Int {
    func offset(_ epoch: Int) -> Int { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(epoch))) }
    func isHour(_ epoch: Int) -> Bool { (epoch + offset(epoch)) % 3600 == 0 }
    let before = offset(epoch)
    let end = epoch + 3600 - (epoch + before) % 3600
    guard (offset(end) - before) % 3600 != 0 else { return end }
    // The clock moves by half an hour: an hour of the new time may begin earlier.
    return stride(from: epoch - epoch % 300 + 300, to: end + 3600, by: 300).first(where: isHour) ?? end
  }

  private func start(of month: Month) -> Int {
    // By its number: a zone may leave a day out, and days counted from the first would be one too few.
    let noon = DateComponents(year: month.year, month: month.month, day: min(day, month.days), hour: 12)
    guard let date = calendar.date(from: noon) else { return 0 }
    return Self.epoch(calendar.startOfDay(for: date))
  }

  private static func epoch(_ date: Date) -> Int { Int(date.timeIntervalSince1970.rounded()) }
}
