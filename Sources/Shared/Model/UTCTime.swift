internal import Foundation

/// Times as the files carry them: epoch seconds everywhere, RFC 3339 in the heartbeat, UTC names for files.
package enum UTCTime {
  /// Parts of a UTC date in the proleptic Gregorian calendar.
  package struct Parts: Sendable, Equatable {
    package var year: Int
    package var month: Int
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int
  }

  /// The earliest and latest second that the product handles: 1970 to the end of 9999.
  package static let range = 0...253_402_300_799

  /// The date of `epoch`, clamped to `range` (a time outside it can only come from a broken clock).
  package static func parts(_ epoch: Int) -> Parts {
    let time = min(max(epoch, range.lowerBound), range.upperBound)
    let (days, second) = time.quotientAndRemainder(dividingBy: 86400)
    // Howard Hinnant's civil-from-days, for days since 1970 that are not negative.
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return Parts(
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month, day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1,
      hour: second / 3600, minute: second / 60 % 60, second: second % 60)
  }

  /// `YYYY-MM`, the name of the month files.
  package static func month(_ epoch: Int) -> String {
    let p = parts(epoch)
    return padded(p.year, 4) + "-" + padded(p.month, 2)
  }

  /// `YYYYMMDDhhmm`, the name of the journal files.
  package static func minute(_ epoch: Int) -> String {
    let p = parts(epoch)
    return padded(p.year, 4) + padded(p.month, 2) + padded(p.day, 2) + padded(p.hour, 2) + padded(p.minute, 2)
  }

  /// RFC 3339 in UTC with milliseconds, e.g. `2026-11-20T20:36:00.125Z`.
  package static func rfc3339(_ epoch: Double) -> String {
    let milliseconds = epoch.isFinite ? Int((min(max(epoch, 0), Double(range.upperBound)) * 1000).rounded()) : 0
    let p = parts(milliseconds / 1000)
    return String(unsafeUninitializedCapacity: 24) { text in
      _ = text.initialize(from: "0000-00-00T00:00:00.000Z".utf8)
      func put(_ value: Int, endingAt end: Int) {
        var (rest, at) = (value, end)
        while rest > 0 {
          at -= 1
          text[at] = UInt8(ascii: "0") + UInt8(rest % 10)
          rest /= 10
        }
      }
      put(p.year, endingAt: 4)
      put(p.month, endingAt: 7)
      put(p.day, endingAt: 10)
      put(p.hour, endingAt: 13)
      put(p.minute, endingAt: 16)
      put(p.second, endingAt: 19)
      put(milliseconds % 1000, endingAt: 23)
      return 24
    }
  }

  /// The epoch of an RFC 3339 text, with or without fraction and with any offset; `nil` when it is none.
  package static func epoch(rfc3339 text: String) -> Double? {
    guard text.utf8.count <= 64 else { return nil }
    if let date = try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text) { return date.timeIntervalSince1970 }
    return (try? Date.ISO8601FormatStyle().parse(text))?.timeIntervalSince1970
  }

  private static func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
