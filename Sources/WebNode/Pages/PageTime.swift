import Foundation

/// Times as the server can show them: in its own zone, which the page names. With scripts the browser shows its own zone instead,
/// from the epoch that stands beside the text.
struct PageTime: Sendable {
  var zone: TimeZone

  init(zone: TimeZone = .current) { self.zone = zone }

  /// What the footer calls the zone.
  var zoneName: String { zone.identifier }

  /// `YYYY-MM-DD`.
  func day(_ epoch: Double) -> String {
    let parts = calendar.dateComponents([.year, .month, .day], from: Date(timeIntervalSince1970: epoch))
    return "\(padded(parts.year, 4))-\(padded(parts.month))-\(padded(parts.day))"
  }

  /// `hh:mm`.
  func hourMinute(_ epoch: Double) -> String {
    let parts = calendar.dateComponents([.hour, .minute], from: Date(timeIntervalSince1970: epoch))
    return "\(padded(parts.hour)):\(padded(parts.minute))"
  }

  /// `hh:mm:ss`.
  func clock(_ epoch: Double) -> String {
    let parts = calendar.dateComponents([.second], from: Date(timeIntervalSince1970: epoch))
    return "\(hourMinute(epoch)):\(padded(parts.second))"
  }

  /// Day and time; without seconds when the view is so long that they say nothing.
  func moment(_ epoch: Double, span: Double = 0) -> String {
    day(epoch) + " " + (span > 259_200 ? hourMinute(epoch) : clock(epoch))
  }

  /// The two ends of a view; the day stands once when both share it.
  func interval(_ from: Double, _ to: Double) -> String {
    if day(from) == day(to) { return "\(day(from)) \(clock(from)) – \(clock(to))" }
    return moment(from, span: to - from) + " – " + moment(to, span: to - from)
  }

  /// How a `<time>` element is shown again by the browser; `Assets/shell.js` knows these words.
  enum Style: String { case clock, minute, moment, recent }

  /// The fields of the template `time`.
  func fields(_ epoch: Double, _ style: Style, now: Double) -> [String: Any] {
    let text =
      switch style {
      case .clock: clock(epoch)
      case .minute: hourMinute(epoch)
      case .moment: moment(epoch)
      case .recent: now - epoch < 86_400 ? hourMinute(epoch) : day(epoch)
      }
    let iso = Date(timeIntervalSince1970: epoch).formatted(.iso8601)
    return ["epoch": String(Int(epoch)), "style": style.rawValue, "iso": iso, "text": text]
  }

  private var calendar: Calendar {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    return calendar
  }

  private func padded(_ value: Int?, _ width: Int = 2) -> String {
    let text = String(value ?? 0)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
