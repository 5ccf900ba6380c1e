/// Names that Prometheus accepts (data model, 2.x).
package enum MetricName {
  /// `[a-zA-Z_:][a-zA-Z0-9_:]*`
  package static func isValidMetric(_ name: some StringProtocol) -> Bool { isValid(name, colon: true) }

  /// `[a-zA-Z_][a-zA-Z0-9_]*`, and not reserved (`__…`).
  package static func isValidLabel(_ name: some StringProtocol) -> Bool { isValid(name, colon: false) && !name.hasPrefix("__") }

  private static func isValid(_ name: some StringProtocol, colon: Bool) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return name.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "_"):
        true
      case UInt8(ascii: ":"): colon
      default: false
      }
    }
  }
}
