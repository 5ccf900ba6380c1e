import Shared

/// A family that a menu exports: name, type and help as they appear in the text format.
struct Metric: Sendable, Equatable {
  var name: String
  var kind: MetricFamily.Kind
  var help: String

  static func gauge(_ name: String, _ help: String) -> Metric { Metric(name: name, kind: .gauge, help: help) }
  static func counter(_ name: String, _ help: String) -> Metric { Metric(name: name, kind: .counter, help: help) }
}
