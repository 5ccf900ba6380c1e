import Foundation

/// Numbers and amounts as people read them: three significant digits, SI prefixes, `–` for unknown. `Assets/format.js` gives the
/// same texts; one table of cases tests both.
enum Format {
  /// The sign for a value that is not known; never `0`.
  static let unknown = "–"
  /// The narrow no-break space between a number and its unit.
  static let narrow = "\u{202F}"
  private static let prefixes = ["", "k", "M", "G", "T", "P", "E"]

  /// A number and its unit, apart, so that a page can style the unit.
  struct Parts: Equatable {
    var number: String
    var unit: String

    var text: String { unit.isEmpty ? number : number + narrow + unit }
  }

  /// Three significant digits; the unit has its SI prefix.
  static func parts(_ value: Double?, unit: String) -> Parts {
    guard let value, value.isFinite else { return Parts(number: unknown, unit: "") }
    var magnitude = abs(value)
    var prefix = 0
    while magnitude >= 999.5, prefix < prefixes.count - 1 {
      magnitude /= 1000
      prefix += 1
    }
    let digits = prefix == 0 ? 0 : magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0
    let text = fixed(magnitude, digits)
    let isZero = text.allSatisfy { $0 == "0" || $0 == "." }
    return Parts(number: (value < 0 && !isZero ? "−" : "") + text, unit: prefixes[prefix] + unit)
  }

  /// `bit/s` apart from its number.
  static func rateParts(_ value: Double?) -> Parts { parts(value, unit: "bit/s") }

  /// A rate in bit/s, e.g. `12.3 kbit/s`.
  static func rate(_ value: Double?) -> String { rateParts(value).text }

  /// The speed of a link: round numbers without zeros behind, e.g. `2.5 Gbit/s`.
  static func speed(_ value: Double?) -> String {
    var parts = rateParts(value)
    if parts.number.contains(".") {
      while parts.number.hasSuffix("0") { parts.number.removeLast() }
      if parts.number.hasSuffix(".") { parts.number.removeLast() }
    }
    return parts.text
  }

  /// An amount of bytes, SI: `385 GB`.
  static func bytes(_ value: Double?) -> String { parts(value, unit: "B").text }

  /// All digits, in threes: `3 662 219 915 749`.
  static func grouped(_ value: UInt64) -> String {
    var groups: [Substring] = []
    var rest = Substring(String(value))
    while rest.count > 3 {
      groups.insert(rest.suffix(3), at: 0)
      rest = rest.dropLast(3)
    }
    return ([rest] + groups).joined(separator: narrow)
  }

  /// A share of one as whole percent; below one percent `<1 %`; 100 % only when it is whole.
  static func percent(_ share: Double?) -> String {
    guard let share, share.isFinite else { return unknown }
    if share > 0, share < 0.01 { return "<" + narrow + "1" + narrow + "%" }
    let whole = share < 1 ? (share * 100 + 1e-9).rounded(.down) : (share * 100).rounded(.toNearestOrAwayFromZero)
    return fixed(whole, 0) + narrow + "%"
  }

  /// A number with a unit of its own, e.g. `44 °C`.
  static func fact(_ value: Double?, _ unit: String, digits: Int = 0) -> String {
    guard let value, value.isFinite else { return unknown }
    return fixed(value, digits) + narrow + unit
  }

  /// A duration in its two largest units: `1 min 55 s`, `41 d 3 h`.
  static func duration(_ seconds: Double?) -> String {
    guard let seconds, seconds.isFinite else { return unknown }
    var rest = Int(min(max(0, seconds), 1e15).rounded(.toNearestOrAwayFromZero))
    var texts: [String] = []
    for (size, name) in [(31_536_000, "y"), (86_400, "d"), (3600, "h"), (60, "min"), (1, "s")] {
      let count = rest / size
      if count > 0 {
        texts.append("\(count)\(narrow)\(name)")
      } else if !texts.isEmpty {
        break
      }
      rest -= count * size
      if texts.count == 2 { break }
    }
    return texts.isEmpty ? "0" + narrow + "s" : texts.joined(separator: " ")
  }

  /// A duration in its largest unit, rounded down: `12 min`, `41 d`.
  static func age(_ seconds: Double?) -> String {
    let text = duration(seconds)
    return text.split(separator: " ").first.map(String.init) ?? text
  }

  /// How long one point of a graph is: `10 s`, `5 min`.
  static func step(_ seconds: Int) -> String {
    for (size, name) in [(86_400, "d"), (3600, "h"), (60, "min")] where seconds % size == 0 && seconds > 0 {
      return "\(seconds / size)\(narrow)\(name)"
    }
    return "\(seconds)\(narrow)s"
  }

  /// `value` with `digits` decimals; halves away from zero, as the script does it.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    let power = [1.0, 10, 100, 1000][min(max(0, digits), 3)]
    let rounded = (value * power).rounded(.toNearestOrAwayFromZero) / power
    return String(format: "%.\(digits)f", rounded == 0 ? 0 : rounded)
  }
}
