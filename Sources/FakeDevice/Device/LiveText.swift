internal import Foundation
internal import Shared

/// Field values of the data file that change with time: texts that begin with `$`.
///
/// `$uptime`, `$date`, `$time`, `$bytes(rate)` (a counter since boot) and `$wave(low,high,seconds)` (a whole number that wanders).
/// `$$` stands for a text that begins with `$`, `$latin1(text)` for one that is sent in Latin-1.
enum LiveText {
  /// The value of a field, live or fixed; throws when the text begins with `$` and is none of these.
  static func value(_ text: String, field: String, clock: BootClock) throws(DataError) -> Row.Value {
    guard text.hasPrefix("$") else { return .fixed(text) }
    if text.hasPrefix("$$") { return .fixed(String(text.dropFirst())) }
    switch text {
    case "$uptime": return .live { duration(clock.uptime(at: $0)) }
    case "$date": return .live { String(UTCTime.rfc3339($0).prefix(10)) }
    case "$time": return .live { String(UTCTime.rfc3339($0).dropFirst(11).prefix(8)) }
    default: break
    }
    guard let open = text.firstIndex(of: "("), text.hasSuffix(")") else {
      throw DataError("field \(field): \"\(text)\" is no live value; a text that begins with $ is written $$")
    }
    if text.hasPrefix("$latin1(") {
      let scalars = text[text.index(after: open)...].dropLast().unicodeScalars
      let bytes = scalars.compactMap { UInt8(exactly: $0.value) }
      guard bytes.count == scalars.count else { throw DataError("field \(field): \"\(text)\" is no text of Latin-1") }
      return .raw(bytes)
    }
    let numbers = text[text.index(after: open)...].dropLast().split(separator: ",").compactMap { Double($0) }
    switch (text[..<open], numbers.count) {
    case ("$wave", 3) where numbers[0] <= numbers[1] && abs(numbers[0]) < 1e15 && abs(numbers[1]) < 1e15 && numbers[2] >= 1:
      let seed = Hash.seed(field) ^ clock.seed
      return .live { wave(at: $0, low: numbers[0], high: numbers[1], period: numbers[2], seed: seed) }
    case ("$bytes", 1) where (0...1e12).contains(numbers[0]):
      return .live { String(UInt64(max(0, clock.uptime(at: $0) * numbers[0]))) }
    default: throw DataError("field \(field): \"\(text)\" is no live value")
    }
  }

  /// `1w2d3h4m5s`: RouterOS leaves out what is zero, but not the seconds of nothing.
  static func duration(_ seconds: Double) -> String {
    var rest = Int(max(0, min(seconds, 1e12)))
    if rest == 0 { return "0s" }
    var text = ""
    for (unit, length) in [("w", 604_800), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1)] where rest >= length {
      text += String(rest / length) + unit
      rest %= length
    }
    return text
  }

  private static func wave(at time: Double, low: Double, high: Double, period: Double, seed: UInt64) -> String {
    let phase = time / period
    let cell = phase.rounded(.down)
    let u = phase - cell
    let from = Hash.unit(seed, Int(cell))
    let to = Hash.unit(seed, Int(cell) + 1)
    let share = from + (to - from) * u * u * (3 - 2 * u)
    return String(Int((low + (high - low) * share).rounded()))
  }
}

/// When a device was started, and hence what its uptime is.
struct BootClock: Sendable {
  /// Epochs, ascending, at least one.
  let boots: [Double]
  /// Distinguishes devices that share data.
  let seed: UInt64

  func uptime(at time: Double) -> Double { max(0, time - (boots.last { $0 <= time } ?? time)) }
}
