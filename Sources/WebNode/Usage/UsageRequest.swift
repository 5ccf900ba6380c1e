import HTTPService
import Shared

/// A validated request for totals.
struct UsageRequest: Sendable {
  enum Format: String, CaseIterable { case json, csv }

  /// The most rows of an answer, and the longest span.
  static let rowLimit = 10_000
  static let longest = 10 * 366 * 86_400

  let subject: UsageSubject
  let unit: BillingCalendar.Unit
  /// Ascending, each following the other; those that begin after now are not among them.
  let periods: [Range<Int>]
  /// From the beginning of the first period to the end of what was asked for.
  let span: Range<Int>
  /// Set when a billing month was asked for.
  let month: BillingCalendar.Month?
  let format: Format

  init(_ query: QueryParameters, subject: UsageSubject, now: Double) throws(HTTPProblem) {
    self.subject = subject
    format = try query.choice("format", default: Format.json)
    unit = try query.choice("by", default: BillingCalendar.Unit.day)
    let calendar = subject.calendar
    month = try Self.month(query)
    if let month {
      for name in ["from", "to", "range"] where !query.all(name).isEmpty {
        throw .badParameter(name, "not together with month", allowed: "month, or from and to")
      }
      span = calendar.span(of: month)
    } else {
      if ["from", "to", "range"].contains(where: { !query.all($0).isEmpty }) {
        let window = try TimeWindow(query, now: now, length: 30 * 86_400)
        guard window.seconds <= Self.longest else {
          throw .badParameter("from", "\(window.seconds) seconds before to", allowed: "at most \(Self.longest) seconds before to")
        }
        span = window.from..<window.to
      } else {
        span = calendar.span(of: calendar.month(at: Int(now)))
      }
    }
    let end = max(span.lowerBound + 1, min(span.upperBound, Int(now.rounded(.up))))
    guard var periods = calendar.periods(unit, in: span.lowerBound..<end, limit: Self.rowLimit) else {
      throw .badParameter(
        "by", "more than \(Self.rowLimit) rows of a \(unit.rawValue)", allowed: "a longer unit, or a shorter window")
    }
    // The one in progress ends where it ends, not now.
    if let last = periods.last, end < span.upperBound {
      let whole = calendar.periods(unit, in: last.lowerBound..<span.upperBound, limit: .max)?.first ?? last
      periods[periods.count - 1] = whole
    }
    self.periods = periods
  }

  /// The billing month that a request names; `nil`: none.
  static func month(_ query: QueryParameters) throws(HTTPProblem) -> BillingCalendar.Month? {
    guard let text = try query.string("month") else { return nil }
    guard let month = BillingCalendar.Month(text) else {
      throw .badParameter("month", "\"\(text.prefix(64))\" is no month", allowed: "YYYY-MM, 1970-01 to 9998-12")
    }
    return month
  }
}

extension FleetSnapshot {
  /// Whose bytes a request asks for.
  func usageSubject(_ query: QueryParameters) throws(HTTPProblem) -> UsageSubject {
    let device = try device(parameter: try query.required("device", "the name of a device"))
    let interface = try query.string("interface").map { name throws(HTTPProblem) in try device.interface(parameter: name) }
    return UsageSubject(device: device, interface: interface)
  }
}
