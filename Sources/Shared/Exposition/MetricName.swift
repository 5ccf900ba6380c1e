/// Names that Prometheus accepts (data model, 2.x).
package enum MetricName {
  /// `[a-zA-Z_:][a-zA-Z0-9_:]*`
  package static func isValidMetric(_ name: some StringProtocol) -> Bool { isValid(name, colon: true) }

  /// `[a-zA-Z_][a-zA-Z0-9_]*`, and not reserved (`__…`).
  package static func isValidLabel(_ name: some StringProtocol) -> Bool { isValid(name, colon: false) && !name.hasPrefix("__") }

  private static func isValid(_ name: some StringProtocol, colon: Bool) -> Bool {
    guard let first = name.utf8.first, !isDigit(first) else { return false }
    return name.utf8.allSatisfy { isPart($0) || colon && $0 == UInt8(ascii: ":") }
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  /// Whether a label's name may have it.
  static func isPart(_ byte: UInt8) -> Bool {
    let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26
    return isLetter || isDigit(byte) || byte == UInt8(ascii: "_")
  }
}
