import Foundation

/// What standard output is.
struct TerminalDisplay: Sendable, Equatable {
  /// `nil`: no terminal, so nothing limits lines.
  var width: Int?
  /// Lines of the screen.
  var height: Int?
  var isColoured: Bool

  var isTerminal: Bool { width != nil }

  /// As it is now: windows change their size.
  static var now: TerminalDisplay {
    let environment = ProcessInfo.processInfo.environment
    guard isatty(STDOUT_FILENO) == 1 else { return TerminalDisplay(width: nil, height: nil, isColoured: false) }
    var size = winsize()
    let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0
    func number(_ value: UInt16, _ name: String, _ fallback: Int) -> Int {
      // A serial line does not know its size.
      if isKnown, value > 0 { return Int(value) }
      return environment[name].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? fallback
    }
    // https://no-color.org
    let isColoured = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    return TerminalDisplay(
      width: number(size.ws_col, "COLUMNS", 80), height: number(size.ws_row, "LINES", 24), isColoured: isColoured)
  }
}

/// Redraws a screen in place. Between ``enter()`` and ``leave()`` the alternate screen is shown, so that what was there before comes back.
struct TerminalScreen: Sendable {
  static let enter = "\u{1B}[?1049h\u{1B}[?25l"
  static let leave = "\u{1B}[?25h\u{1B}[?1049l"

  /// What draws these lines over what is there; as many as fit, and how many more there are.
  static func drawing(_ lines: [String], height: Int) -> String {
    let room = max(1, height)
    var shown = lines
    if lines.count > room {
      shown = Array(lines.prefix(room - 1))
      shown.append("… \(lines.count - room + 1) more lines")
    }
    return "\u{1B}[H" + shown.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J"
  }
}
