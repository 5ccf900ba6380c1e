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
    let hidden = [hideIn ? "in" : nil, hideOut ? "out" : nil].compactMap { $0 }
    return [
      ("range", range == Self.standard ? nil : range), ("from", isLive ? nil : String(from)), ("to", isLive ? nil : String(to)),
      ("style", style == .area ? nil : style.rawValue), ("peaks", peaks ? nil : "0"), ("log", logarithmic ? "1" : nil),
      ("hide", hidden.isEmpty ? nil : hidden.joined(separator: ",")),
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
