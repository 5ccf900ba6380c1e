import Foundation
import Shared

/// What the graph page shows, as its address says. What is not known falls back to the default, never to an error.
struct GraphView: Equatable {
  enum Style: String, CaseIterable { case area, line, mirror }

  static let presets: [(value: String, label: String)] = [
    ("5m", "5 min"), ("15m", "15 min"), ("1h", "1 h"), ("6h", "6 h"), ("24h", "24 h"), ("7d", "7 d"), ("30d", "30 d"),
    ("1y", "1 y"),
    ("5y", "5 y"),
  ]
  static let standard = "1h"
  /// The longest view: 20 years.
  static let longest = 20 * 31_536_000
  /// The shortest, in seconds.
  static let shortest = 5

  /// A view that ends now; `nil` for a fixed one.
  var range: String?
  /// The view in epoch seconds.
  var from: Int
  var to: Int
  var style = Style.area
  var peaks = true
  var logarithmic = false
  var hideIn = false
  var hideOut = false
  /// Lines that are hidden, by their number from 1 on.
  var hiddenLanes: Set<Int> = []
  /// How much earlier the period begins that is drawn beneath, such as `1w`.
  var compare: String?
  /// Byte/s instead of bit/s.
  var bytes = false
  /// Seconds between looks instead of a live stream.
  var refresh: Int?

  var span: Int { to - from }
  var isLive: Bool { range != nil }

  init(_ query: ViewQuery, now: Double) {
    let edge = Int(now)
    let asked = query["range"].flatMap { Self.seconds($0) == nil ? nil : $0 } ?? Self.standard
    let span = Self.seconds(asked) ?? 3600
    range = asked
    from = max(0, edge - span)
    to = edge
    if let start = Self.time(query["from"], now), let end = Self.time(query["to"], now), end > start, end - start <= Self.longest
    {
      range = nil
      (from, to) = (start, end)
    }
    style = query["style"].flatMap(Style.init(rawValue:)) ?? .area
    peaks = query["peaks"] != "0"
    logarithmic = query["log"] == "1"
    let hidden = (query["hide"] ?? "").split(separator: ",")
    hideIn = hidden.contains("in")
    hideOut = hidden.contains("out")
    hiddenLanes = Set(hidden.compactMap { Int($0) }.filter { (1...GraphSubject.laneLimit).contains($0) })
    compare = query["compare"].flatMap { Self.seconds($0) == nil ? nil : $0 }
    bytes = query["unit"] == "B"
    refresh = query["refresh"].flatMap { Int($0) }.flatMap { [5, 30, 60].contains($0) ? $0 : nil }
  }

  /// Seconds between the view and the earlier period; `nil` without one, or where it would begin before 1970.
  var shift: Int? { compare.flatMap(Self.seconds).flatMap { $0 <= from ? $0 : nil } }

  /// A range for people: `1 w` for `1w`.
  static func words(_ range: String) -> String {
    let unit = range.last == "m" ? "min" : String(range.suffix(1))
    return range.dropLast() + Format.narrow + unit
  }

  /// Seconds of a range such as `15m` or `2w`; `nil` for anything else.
  static func seconds(_ range: String) -> Int? {
    guard let span = TimeWindow.span(range), (shortest...longest).contains(span), range.utf8.first != UInt8(ascii: "0") else {
      return nil
    }
    return span
  }

  /// The parameters that say this, defaults left out.
  var parameters: [(name: String, value: String?)] {
    let hidden = [hideIn ? "in" : nil, hideOut ? "out" : nil].compactMap { $0 } + hiddenLanes.sorted().map(String.init)
    return [
      ("range", range == Self.standard ? nil : range), ("from", isLive ? nil : String(from)), ("to", isLive ? nil : String(to)),
      ("style", style == .area ? nil : style.rawValue), ("peaks", peaks ? nil : "0"), ("log", logarithmic ? "1" : nil),
      ("hide", hidden.isEmpty ? nil : hidden.joined(separator: ",")), ("compare", compare), ("unit", bytes ? "B" : nil),
      ("refresh", refresh.map(String.init)),
    ]
  }

  /// This view moved by a share of its length, not past `now`.
  func moved(by share: Double, now: Double) -> GraphView {
    var view = self
    let shift = min(Int(Double(span) * share), Int(now) - to)
    view.range = nil
    view.from = max(0, from + shift)
    view.to = view.from + span
    return view
  }

  /// Twice as long, not past `now`.
  func zoomedOut(now: Double) -> GraphView {
    var view = self
    let length = min(span * 2, Self.longest)
    view.range = nil
    view.to = min(Int(now), to + (length - span) / 2)
    view.from = max(0, view.to - length)
    return view
  }

  private static func time(_ text: String?, _ now: Double) -> Int? {
    guard let text, !text.hasPrefix("-"), text != "now" else { return nil }
    do { return Int(try TimeWindow.parse("", text, now: now)) } catch { return nil }
  }
}
