import HTTPService
import Shared

/// What a drawing shows and how, validated.
struct GraphRequest: Sendable, Equatable {
  enum Format: String, Sendable { case png, svg }
  enum Style: String, Sendable, CaseIterable { case area, line, mirror }
  enum Theme: String, Sendable, CaseIterable { case dark, light }
  enum Unit: String, Sendable, CaseIterable { case bit, B }

  static let widths = 100...4000
  static let heights = 60...2000

  /// librrd draws nothing before 1980.
  static let earliest = 10 * 365 * 86_400 + 86_400

  /// What is drawn, for the heading, and as it is told from other drawings.
  var title: String
  var identity: String
  var window: TimeWindow
  var format: Format
  var width: Int
  var height: Int
  var style: Style
  var theme: Theme
  /// Bytes transferred in the legend.
  var volume: Bool
  /// What the legend says of them, from the ledger; a command for `rrdtool`, which has none, adds up what it draws.
  var volumes: GraphVolumes?
  /// The band up to the highest second of each step.
  var peaks: Bool
  var logarithmic: Bool
  /// Byte/s instead of bit/s.
  var bytes: Bool
  /// How many seconds earlier the period begins that is drawn beneath.
  var compare: Int?
  /// What is left out: `in`, `out`, and lines by their number from 1 on.
  var hidden: Set<String>

  init(
    _ query: QueryParameters, subject: GraphSubject, format: Format, theme: WebNodeConfig.Theme, now: Double
  ) throws(HTTPProblem) {
    title = subject.title
    identity = subject.identity
    self.format = format
    window = try TimeWindow(query, now: now)
    guard window.from >= Self.earliest else {
      throw .badParameter("from", "graphs begin in 1980", allowed: "\(Self.earliest) or later")
    }
    width = try query.integer("width", in: Self.widths, default: 1180)
    height = try query.integer("height", in: Self.heights, default: 340)
    style = try query.choice("style", default: .area)
    // Whoever has no preference gets a picture that prints.
    self.theme = try query.choice("theme", default: theme == .dark ? .dark : .light)
    volume = try query.flag("volume", default: false)
    peaks = try query.flag("peaks", default: true)
    logarithmic = try query.flag("log", default: false)
    bytes = try query.choice("unit", default: Unit.bit) == .B
    hidden = Set((try query.string("hide") ?? "").split(separator: ",").map(String.init))
    compare = try query.string("compare").map { text throws(HTTPProblem) in
      guard let span = TimeWindow.span(text), span > 0, window.from - span >= Self.earliest else {
        throw .badParameter(
          "compare", "\"\(text.prefix(64))\" is no span of time to look back",
          allowed: "such as 1d, 1w, 30d; not to before 1980")
      }
      return span
    }
  }

  /// What makes two requests want the same picture within one step.
  var cacheKey: String {
    let time = window.isMoving ? "last \(window.seconds)" : "\(window.from)-\(window.to)"
    return [
      identity, title, time, format.rawValue, "\(width)x\(height)", style.rawValue, theme.rawValue, "\(volume)", "\(peaks)",
      "\(logarithmic)", "\(bytes)", "\(compare ?? 0)", hidden.sorted().joined(separator: ","),
    ]
    .joined(separator: "\u{0}")
  }
}
