extension RowValue {
  /// A duration as RouterOS writes it: `1w2d3h4m5s`, `2s340ms`, `12ms345us`, `1d 02:03:04`, `1d02:03:04`, `00:01:02.5`, with an optional minus.
  ///
  /// `nil` for `never`, empty text, a number without a unit, repeated or disordered units, and anything else.
  static func duration(_ text: String) -> Duration? {
    let bytes = Array(text.utf8)
    let isNegative = bytes.first == UInt8(ascii: "-")
    var at = isNegative ? 1 : 0
    guard at < bytes.count else { return nil }
    var total = Duration.zero
    var allowed = DurationUnit.allCases[...]
    while at < bytes.count {
      if let clock = clockStart(bytes, at, afterUnits: allowed.count < DurationUnit.allCases.count) {
        // A clock may follow weeks and days only.
        guard allowed.first.map({ $0 <= .hours }) ?? false, let time = clockTime(bytes[clock...]) else { return nil }
        total += time
        break
      }
      guard let (number, afterNumber) = Decimal.prefix(of: bytes, from: at),
        let (unit, afterUnit) = DurationUnit.prefix(of: bytes[afterNumber...]),
        let index = allowed.firstIndex(of: unit), let nanoseconds = number.scaled(by: unit.nanoseconds),
        nanoseconds <= UInt64(Int64.max)
      else { return nil }
      total += .nanoseconds(Int64(nanoseconds))
      allowed = allowed[(index + 1)...]
      at = afterUnit
    }
    return isNegative ? .zero - total : total
  }

  /// Where the clock part is, when no unit stands before it any more: a blank may separate it from the days.
  private static func clockStart(_ bytes: [UInt8], _ start: Int, afterUnits: Bool) -> Int? {
    let at = afterUnits && bytes[start] == UInt8(ascii: " ") ? start + 1 : start
    guard let (_, end) = Decimal.prefix(of: bytes, from: at), end < bytes.count, bytes[end] == UInt8(ascii: ":") else {
      return nil
    }
    return at
  }

  /// `hh:mm:ss`, the seconds with an optional fraction.
  private static func clockTime(_ bytes: ArraySlice<UInt8>) -> Duration? {
    let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard parts.count == 3, let hours = unsigned(parts[0]), let minutes = unsigned(parts[1]), minutes < 60, hours < 1_000_000,
      let nanoseconds = Decimal(parts[2][...])?.scaled(by: 1_000_000_000), nanoseconds < 60_000_000_000
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

  /// The unit that `bytes` begins with, and where it ends; the letters up to the next digit, blank or end must all belong to it.
  static func prefix(of bytes: ArraySlice<UInt8>) -> (unit: DurationUnit, end: Int)? {
    let end = bytes.firstIndex { $0.isDigit || $0 == UInt8(ascii: " ") } ?? bytes.endIndex
    let (first, second) = (bytes.first, end - bytes.startIndex == 2 ? bytes[end - 1] : nil)
    guard let first, second != nil || end - bytes.startIndex == 1 else { return nil }
    switch (first, second) {
    case (UInt8(ascii: "w"), nil): return (.weeks, end)
    case (UInt8(ascii: "d"), nil): return (.days, end)
    case (UInt8(ascii: "h"), nil): return (.hours, end)
    case (UInt8(ascii: "m"), nil): return (.minutes, end)
    case (UInt8(ascii: "s"), nil): return (.seconds, end)
    case (UInt8(ascii: "m"), UInt8(ascii: "s")): return (.milliseconds, end)
    case (UInt8(ascii: "u"), UInt8(ascii: "s")): return (.microseconds, end)
    case (UInt8(ascii: "n"), UInt8(ascii: "s")): return (.nanoseconds, end)
    default: return nil
    }
  }
}
