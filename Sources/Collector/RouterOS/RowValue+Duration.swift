extension RowValue {
  /// A duration as RouterOS writes it: `1w2d3h4m5s`, `2s340ms`, `12ms345us`, `1d 02:03:04`, `1d02:03:04`, `00:01:02.5`, with an optional minus.
  ///
  /// `nil` for `never`, empty text, a number without a unit, repeated or disordered units, and anything else.
  static func duration(_ text: String) -> Duration? {
    let isNegative = text.hasPrefix("-")
    var rest = isNegative ? text.dropFirst() : text[...]
    guard !rest.isEmpty else { return nil }
    var total = Duration.zero
    var allowed = DurationUnit.allCases[...]
    while !rest.isEmpty {
      if rest.contains(":"), let clock = clockStart(rest, afterUnits: allowed.count < DurationUnit.allCases.count) {
        // A clock may follow weeks and days only.
        guard allowed.first.map({ $0 <= .hours }) ?? false, let time = clockTime(clock) else { return nil }
        total += time
        break
      }
      guard let (number, afterNumber) = Decimal.prefix(of: rest), let (unit, afterUnit) = DurationUnit.prefix(of: afterNumber),
        let index = allowed.firstIndex(of: unit), let nanoseconds = number.scaled(by: unit.nanoseconds),
        nanoseconds <= UInt64(Int64.max)
      else { return nil }
      total += .nanoseconds(Int64(nanoseconds))
      allowed = allowed[(index + 1)...]
      rest = afterUnit
    }
    return isNegative ? .zero - total : total
  }

  /// The clock part, when no unit stands before it any more: a blank may separate it from the days.
  private static func clockStart(_ text: Substring, afterUnits: Bool) -> Substring? {
    let clock = afterUnits && text.first == " " ? text.dropFirst() : text
    guard let (_, rest) = Decimal.prefix(of: clock), rest.first == ":" else { return nil }
    return clock
  }

  /// `hh:mm:ss`, the seconds with an optional fraction.
  private static func clockTime(_ text: Substring) -> Duration? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let hours = unsigned(String(parts[0])), let minutes = unsigned(String(parts[1])), minutes < 60,
      hours < 1_000_000, let nanoseconds = Decimal(parts[2])?.scaled(by: 1_000_000_000), nanoseconds < 60_000_000_000
    else { return nil }
    return .seconds(Int64(hours) * 3600 + Int64(minutes) * 60) + .nanoseconds(Int64(nanoseconds))
  }
}

/// The units of a duration, largest first, which is the order in which they must appear.
private enum DurationUnit: Int, CaseIterable, Comparable {
  case weeks, days, hours, minutes, seconds, milliseconds, microseconds, nanoseconds

  static func < (left: DurationUnit, right: DurationUnit) -> Bool { left.rawValue < right.rawValue }

  var nanoseconds: UInt64 {
    switch self {
    case .weeks: 604_800_000_000_000
    case .days: 86_400_000_000_000
    case .hours: 3_600_000_000_000
    case .minutes: 60_000_000_000
    case .seconds: 1_000_000_000
    case .milliseconds: 1_000_000
    case .microseconds: 1_000
    case .nanoseconds: 1
    }
  }

  /// The unit that `text` begins with; the letters up to the next digit, blank or end must all belong to it.
  static func prefix(of text: Substring) -> (DurationUnit, Substring)? {
    let symbol = text.prefix { $0.isLetter }
    let rest = text[symbol.endIndex...]
    switch symbol {
    case "w": return (.weeks, rest)
    case "d": return (.days, rest)
    case "h": return (.hours, rest)
    case "m": return (.minutes, rest)
    case "s": return (.seconds, rest)
    case "ms": return (.milliseconds, rest)
    case "us": return (.microseconds, rest)
    case "ns": return (.nanoseconds, rest)
    default: return nil
    }
  }
}
