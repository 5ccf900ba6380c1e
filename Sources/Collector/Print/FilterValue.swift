import Shared

/// How people write limits on the command line.
enum FilterValue {
  /// Bit/s: `18M`, `1.5G`, `100Mbps`, `100 Mb/s`, `500k`; a number below 10,000 without a unit is Mbit/s.
  static func rate(_ text: String) -> Double? {
    let bare = text.lowercased().filter { !$0.isWhitespace }
    let suffixes = ["bit/s", "b/s", "bps"]
    let short = suffixes.first(where: bare.hasSuffix).map { String(bare.dropLast($0.count)) } ?? bare
    let units: [Character: Double] = ["k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12]
    if let factor = short.last.flatMap({ units[$0] }) { return positive(String(short.dropLast())).map { $0 * factor } }
    guard let number = positive(short) else { return nil }
    return short == bare && number < 10_000 ? number * 1e6 : number
  }

  /// Seconds: `15m`, `1h30m`; a plain number is minutes.
  static func duration(_ text: String) -> Double? {
    positive(text).map { $0 * 60 } ?? RowValue.duration(text).flatMap { $0 >= .zero ? $0.seconds : nil }
  }

  /// dBm; a signal is never above zero, so the sign may be left out.
  static func signal(_ text: String) -> Double? {
    let bare = text.lowercased().hasSuffix("dbm") ? String(text.dropLast(3)).trimmed : text
    return RowValue.number(bare).map { -abs($0) }
  }

  static func count(_ text: String) -> Int? { Int(text).flatMap { $0 > 0 ? $0 : nil } }

  private static func positive(_ text: String) -> Double? { RowValue.number(text).flatMap { $0 >= 0 ? $0 : nil } }
}
