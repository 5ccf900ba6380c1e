/// What stands above a family's samples.
package struct FamilyHead: Sendable, Hashable {
  package var name: String
  package var kind: MetricFamily.Kind
  /// As it stands in the text format 0.0.4, escapes included; empty where there is none.
  package var help: String
  /// Whether all samples are what OpenMetrics calls an info.
  package var isInfo: Bool

  package init(name: String, kind: MetricFamily.Kind, help: String, isInfo: Bool) {
    self.name = name
    self.kind = kind
    self.help = help
    self.isInfo = isInfo
  }

  /// The HELP and TYPE lines.
  ///
  /// - Parameter kindOf: the type of another family of the same text; `nil` where there is none of that name.
  package func text(_ format: ExpositionFormat, kindOf: (String) -> MetricFamily.Kind?) -> [UInt8] {
    var text: [UInt8] = []
    append(format, to: &text, kindOf: kindOf)
    return text
  }

  /// The same, behind what `text` holds already.
  package func append(_ format: ExpositionFormat, to text: inout [UInt8], kindOf: (String) -> MetricFamily.Kind?) {
    // promtool wants a help text; a family without one says where it is from.
    let help = help.isEmpty ? "From a device's metrics file." : help
    switch format {
    case .text: Self.append(name, help, kind.rawValue, to: &text)
    case .openMetrics:
      let (name, kind) = openMetrics(kindOf)
      // From the escapes of 0.0.4 to those of OpenMetrics, which has one more.
      let escaped = help.utf8.contains(UInt8(ascii: "\"")) ? help.replacing("\"", with: "\\\"") : help
      Self.append(name, escaped, kind, to: &text)
    }
  }

  private static func append(_ name: String, _ help: String, _ kind: String, to text: inout [UInt8]) {
    text += "# HELP ".utf8
    text += name.utf8
    text.append(UInt8(ascii: " "))
    text += help.utf8
    text += "\n# TYPE ".utf8
    text += name.utf8
    text.append(UInt8(ascii: " "))
    text += kind.utf8
    text.append(UInt8(ascii: "\n"))
  }

  /// A counter's and an info's family has its name without the suffix there. Where that name is another family's, it is a plain one.
  private func openMetrics(_ kindOf: (String) -> MetricFamily.Kind?) -> (name: String, kind: String) {
    switch kind {
    case .counter:
      guard let short = shortened("_total", kindOf) else { return (name, "unknown") }
      return (short, "counter")
    case .gauge:
      guard isInfo, let short = shortened("_info", kindOf) else { return (name, "gauge") }
      return (short, "info")
    case .untyped: return (name, "unknown")
    case .histogram, .summary: return (name, kind.rawValue)
    }
  }

  private func shortened(_ suffix: String, _ kindOf: (String) -> MetricFamily.Kind?) -> String? {
    guard name.hasSuffix(suffix) else { return nil }
    let short = String(name.dropLast(suffix.count))
    // Two suffixed names may want the same one: the counter has it.
    let isTaken = kindOf(short) != nil || suffix == "_info" && kindOf(short + "_total") == .counter
    return isTaken || !MetricName.isValidMetric(short) ? nil : short
  }
}

extension MetricFamily.Kind {
  /// Whether samples have names of their own.
  package var isCompound: Bool {
    switch self {
    case .histogram, .summary: true
    case .gauge, .counter, .untyped: false
    }
  }

  /// Whether samples of both can be under one TYPE: a gauge among counters can be told apart by nobody, a histogram among gauges would
  /// break the whole answer.
  package func stands(beside other: MetricFamily.Kind) -> Bool { self == other || !isCompound && !other.isCompound }
}
