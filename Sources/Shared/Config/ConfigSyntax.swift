/// The words and numbers a value may be written in. Each function returns `nil` for anything else; none guesses.
package enum ConfigSyntax {
  package static let booleans = "true, false, yes, no, on, off, 1 or 0"
  package static let durations = "seconds, or a number with ms, s, m, h, d, w or y (30, 500ms, 1h30m)"
  package static let byteSizes = "bytes, or a number with kB, MB, GB, TB, PB, KiB, MiB, GiB, TiB or PiB (1GiB, 2TB)"

  /// `true/false/yes/no/on/off/1/0` in any case.
  package static func boolean(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "on", "1": true
    case "false", "no", "off", "0": false
    default: nil
    }
  }

  /// A plain number is seconds; otherwise numbers with units, added up: `1h30m`, `1.5s`. A day is 24 hours, a week 7 days, a year 365.
  package static func duration(_ text: String) -> Duration? {
    var rest = text.lowercased()[...]
    if let seconds = number(rest) { return duration(seconds, unit: 1) }
    var total = Duration.zero
    repeat {
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      rest = rest.dropFirst(digits.count).drop { $0 == " " }
      let name = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(name.count).drop { $0 == " " }
      guard let value = number(digits), let unit = durationUnits[String(name)], let part = duration(value, unit: unit),
        part + total <= longest
      else { return nil }
      total += part
    } while !rest.isEmpty
    return total
  }

  /// A number of bytes; units count in 1000 (`kB`, `MB` …) or 1024 (`KiB`, `MiB` …), in any case.
  package static func byteSize(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
    guard let factor = byteUnits[unit] else { return nil }
    if let whole = Int(digits) {
      let product = whole.multipliedReportingOverflow(by: factor)
      return product.overflow ? nil : product.partialValue
    }
    guard factor > 1, let value = number(digits) else { return nil }
    return Int(exactly: (value * Double(factor)).rounded())
  }

  /// `duration` as a person would write it: `1.5 s`, `300 s`.
  static func text(_ duration: Duration) -> String {
    let parts = duration.components
    let seconds = Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    return (Int(exactly: seconds).map(String.init) ?? String(seconds)) + " s"
  }

  private static let longest = Duration.seconds(1_000 * 365 * 86_400)
  private static let durationUnits: [String: Double] = [
    "ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400,
  ]
  private static let byteUnits: [String: Int] = [
    "": 1, "b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000, "tb": 1_000_000_000_000, "pb": 1_000_000_000_000_000,
    "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40, "pib": 1 << 50,
  ]

  /// Digits with at most one point, and not only a point. `1e5`, `inf` and `+1`, which `Double` takes, are none.
  private static func number(_ text: Substring) -> Double? {
    guard text.contains(where: \.isNumber), text.allSatisfy({ $0.isASCII && $0.isNumber || $0 == "." }) else { return nil }
    return Double(text)
  }

  private static func duration(_ value: Double, unit: Double) -> Duration? {
    let seconds = value * unit
    guard seconds <= 1_000 * 365 * 86_400 else { return nil }
    // Whole milliseconds: finer parts would only be the noise of binary fractions.
    return .milliseconds((seconds * 1_000).rounded())
  }
}
