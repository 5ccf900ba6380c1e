/// A metric family as text: its sample lines stand as they are in both formats, only what is above them differs.
package struct RenderedFamily: Sendable, Equatable {
  package var name: String
  package var kind: MetricFamily.Kind
  /// As it stands in the text format 0.0.4, escapes included; empty where there is none.
  package var help: String
  /// Whole lines, each with its line end.
  package var lines: [UInt8]

  package init(name: String, kind: MetricFamily.Kind, help: String, lines: [UInt8] = []) {
    self.name = name
    self.kind = kind
    self.help = help
    self.lines = lines
  }

  /// What OpenMetrics calls an info: `…_info` with nothing but ones.
  package var isInfo: Bool {
    guard kind == .gauge, name.hasSuffix("_info"), !lines.isEmpty else { return false }
    return lines.split(separator: UInt8(ascii: "\n")).allSatisfy { $0.suffix(2).elementsEqual(" 1".utf8) }
  }
}

/// A form of the exposition.
package enum ExpositionFormat: Sendable, Hashable, CaseIterable {
  /// Prometheus text 0.0.4.
  case text
  /// OpenMetrics 1.0.
  case openMetrics

  package var contentType: String {
    switch self {
    case .text: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }

  /// What stands behind the last family.
  package var end: String {
    switch self {
    case .text: ""
    case .openMetrics: "# EOF\n"
    }
  }
}
