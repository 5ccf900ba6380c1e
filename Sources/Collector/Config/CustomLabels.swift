import Shared

/// A label that the configuration adds to every series of a device.
struct CustomLabel: Sendable, Equatable {
  var name: String
  var value: String

  static let allowed = "items such as dc:london, rack=a1; names of letters, digits and _, not beginning with a digit"

  /// `custom_labels`: `name:value` or `name=value`; the first `:` decides where there is one. Later duplicates win.
  ///
  /// MKTXP ignores an item without separator and exports names that Prometheus refuses; both are errors here.
  static func parse(_ items: [String]) throws(ConfigProblem) -> [CustomLabel] {
    var labels: [CustomLabel] = []
    for item in items {
      guard let separator = item.firstIndex(of: ":") ?? item.firstIndex(of: "=") else {
        throw ConfigProblem("\"\(item)\" has neither : nor =", allowed: allowed)
      }
      let label = CustomLabel(
        name: String(item[..<separator]).trimmed, value: String(item[item.index(after: separator)...]).trimmed)
      guard MetricName.isValidLabel(label.name) else {
        throw ConfigProblem("\"\(label.name)\" cannot name a label", allowed: allowed)
      }
      guard !["routerboard_name", "routerboard_address"].contains(label.name) else {
        throw ConfigProblem("\"\(label.name)\" names the device itself and cannot be replaced", allowed: allowed)
      }
      if let earlier = labels.firstIndex(where: { $0.name == label.name }) {
        labels[earlier] = label
      } else {
        labels.append(label)
      }
    }
    return labels
  }
}

/// `interface_name_format`: what the label `name` of an interface shows (MKTXP).
enum InterfaceNameFormat: String, Sendable, CaseIterable {
  case name, comment, combined

  /// The comment counts by its first 20 characters; without one the name stands.
  func text(name: String, comment: String?) -> String {
    guard let comment, !comment.isEmpty else { return name }
    let short = String(comment.prefix(20))
    switch self {
    case .name: return name
    case .comment: return short
    case .combined: return "\(name) (\(short))"
    }
  }
}
