import HTTPService
import Shared

/// A window of time as requests name it: `from` and `to`, each epoch seconds, RFC 3339, `now`, or back from now as `-6h`.
struct TimeWindow: Sendable, Equatable {
  static let allowed =
    "epoch seconds (1795199760), RFC 3339 (2026-11-20T20:36:00Z), now, or back from now (-6h; units s m h d w y)"

  var from: Int
  /// After `from`.
  var to: Int
  /// `to` was not given, or relative: the window moves with the clock.
  var isMoving: Bool

  var seconds: Int { to - from }

  /// - Parameter length: seconds from `from` to `to` where neither `from` nor `range` (as `6h`) is given.
  init(_ query: QueryParameters, now: Double, length: Int = 3600) throws(HTTPProblem) {
    let range = try query.string("range")
    guard let length = range.map({ Self.span($0) }) ?? length, length > 0 else {
      throw .badParameter(
        "range", "\"\((range ?? "").prefix(64))\" is no span of time", allowed: "such as 15m, 6h, 7d; units s m h d w y")
    }
    let fromText = try query.string("from")
    let toText = try query.string("to")
    let end = try Self.parse("to", toText ?? "now", now: now)
    let start = try fromText.map { text throws(HTTPProblem) in try Self.parse("from", text, now: now) } ?? end - Double(length)
    // Outwards to whole seconds, so that everything asked for is inside.
    from = Int(max(0, start.rounded(.down)))
    to = Int(end.rounded(.up))
    isMoving = toText.map { $0 == "now" || $0.hasPrefix("-") } ?? true
    guard from < to else {
      throw .badParameter("from", "\(from) is not before to, which is \(to)", allowed: "a time before to; " + Self.allowed)
    }
  }

  init(from: Int, to: Int, isMoving: Bool) {
    self.from = from
    self.to = to
    self.isMoving = isMoving
  }

  /// The epoch that `text` names.
  static func parse(_ name: String, _ text: String, now: Double) throws(HTTPProblem) -> Double {
    guard let time = epoch(text, now: now) else {
      throw .badParameter(name, "\"\(text.prefix(64))\" is no time", allowed: allowed)
    }
    guard time >= 0, time <= Double(UTCTime.range.upperBound) / 16 else {
      throw .badParameter(name, "\"\(text.prefix(64))\" is out of range", allowed: "1970 to \(latestYear); " + allowed)
    }
    return time
  }

  /// Seconds in `6h`, `90s`, `1y`; `nil` for anything else.
  static func span(_ text: some StringProtocol) -> Int? {
    let text = Array(text.utf8)
    guard let unit = text.last.flatMap({ units[$0] }) else { return nil }
    let digits = text.dropLast()
    guard (1...10).contains(digits.count), digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let count = Int(String(decoding: digits, as: UTF8.self)),
      case let (seconds, overflow) = count.multipliedReportingOverflow(by: unit), !overflow
    else { return nil }
    return seconds
  }

  private static let latestYear = UTCTime.parts(UTCTime.range.upperBound / 16).year
  private static let units: [UInt8: Int] = [
    UInt8(ascii: "s"): 1, UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3600, UInt8(ascii: "d"): 86_400, UInt8(ascii: "w"): 604_800,
    UInt8(ascii: "y"): 31_536_000,
  ]

  private static func epoch(_ text: String, now: Double) -> Double? {
    if text == "now" { return now }
    if text.hasPrefix("-") { return span(text.dropFirst()).map { now - Double($0) } }
    if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") }) {
      return Double(text)
    }
    return UTCTime.epoch(rfc3339: text)
  }
}
