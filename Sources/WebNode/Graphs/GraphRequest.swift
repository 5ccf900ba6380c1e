import HTTPService
import Shared

/// What a drawing shows and how, validated.
struct GraphRequest: Sendable, Equatable {
  enum Format: String, Sendable { case png, svg }
  enum Style: String, Sendable, CaseIterable { case area, line, mirror }
  enum Theme: String, Sendable, CaseIterable { case dark, light }

  static let widths = 100...4000
  static let heights = 60...2000

  /// librrd draws nothing before 1980.
  static let earliest = 10 * 365 * 86_400 + 86_400

  var device: String
  var interface: String
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

  init(
    _ query: QueryParameters, device: DeviceView, interface: InterfaceView, format: Format, theme: WebNodeConfig.Theme,
    now: Double
  ) throws(HTTPProblem) {
    self.device = device.name
    self.interface = interface.name
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
  }

  /// What makes two requests want the same picture within one step.
  var cacheKey: String {
    let time = window.isMoving ? "last \(window.seconds)" : "\(window.from)-\(window.to)"
    return [
      device, interface, time, format.rawValue, "\(width)x\(height)", style.rawValue, theme.rawValue, "\(volume)", "\(peaks)",
    ]
    .joined(separator: "\u{0}")
  }
}
