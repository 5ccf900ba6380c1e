import Shared

/// Cells as people read them.
enum TableText {
  static func text(_ cell: DeviceTable.Cell, _ kind: DeviceTable.Kind) -> String {
    switch cell {
    case .none: ""
    case .text(let text): text
    case .flag(let flag): flag ? "Yes" : "No"
    case .number(let number):
      switch kind {
      case .rate: rate(number)
      case .duration: duration(number)
      case .temperature: decimal(number, digits: 1) + " °C"
      case .power: decimal(number, digits: 3) + " dBm"
      case .text, .address, .mac, .number, .signal, .boolean: decimal(number, digits: 2)
      }
    }
  }

  /// Whether `cell` is a number, which is never cut and stands at the right.
  static func isNumeric(_ kind: DeviceTable.Kind) -> Bool {
    switch kind {
    case .number, .rate, .duration, .signal, .power, .temperature: true
    case .text, .address, .mac, .boolean: false
    }
  }

  /// `866.6 Mbps`: powers of 1000, at most one decimal.
  static func rate(_ bitsPerSecond: Double) -> String {
    var value = max(0, bitsPerSecond)
    var unit = "bps"
    for next in ["Kbps", "Mbps", "Gbps", "Tbps"] where value >= 999.95 || (unit == "bps" && value >= 999.5) {
      value /= 1000
      unit = next
    }
    return decimal(value, digits: unit == "bps" ? 0 : 1) + " " + unit
  }

  /// `100M`, as filters are given.
  static func short(_ bitsPerSecond: Double) -> String {
    rate(bitsPerSecond).replacing(" ", with: "").replacing("bps", with: "").replacing("K", with: "k")
  }

  /// As RouterOS writes it: `1w2d3h4m5s`, `200ms`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e12 else { return "" }
    var rest = Int((abs(seconds) * 1000).rounded())
    guard rest > 0 else { return "0s" }
    var text = seconds < 0 ? "-" : ""
    for (unit, length) in [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
      if rest >= length { text += "\(rest / length)\(unit)" }
      rest %= length
    }
    return text
  }

  /// Without decimals that are zero.
  static func decimal(_ value: Double, digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "" }
    let factor = [1.0, 10, 100, 1000][min(max(digits, 0), 3)]
    let scaled = Int((value * factor).rounded())
    let (whole, part) = abs(scaled).quotientAndRemainder(dividingBy: Int(factor))
    let sign = scaled < 0 ? "-" : ""
    guard part > 0 else { return "\(sign)\(whole)" }
    var decimals = String(part + Int(factor)).dropFirst()
    while decimals.hasSuffix("0") { decimals = decimals.dropLast() }
    return "\(sign)\(whole).\(decimals)"
  }
}
