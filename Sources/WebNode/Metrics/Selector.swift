/// A series selector of PromQL: what `match[]` of `/federate` holds.
struct Selector: Sendable {
  /// A condition on one label. The metric's name is the label `__name__`, and a label that is missing has an empty value.
  struct Matcher: Sendable {
    enum Condition: Sendable {
      case equal([UInt8])
      case unequal([UInt8])
      case matching(RegularExpression)
      case notMatching(RegularExpression)
    }

    var label: [UInt8]
    var condition: Condition

    func accepts(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
      switch condition {
      case .equal(let text): value.elementsEqual(text)
      case .unequal(let text): !value.elementsEqual(text)
      case .matching(let pattern): pattern.matches(value)
      case .notMatching(let pattern): !pattern.matches(value)
      }
    }

    func accepts(_ value: [UInt8]) -> Bool { value.withUnsafeBufferPointer { accepts($0) } }
  }

  static let nameLabel = Array("__name__".utf8)

  /// Those on the metric's name, and all others.
  var names: [Matcher]
  var labels: [Matcher]

  /// Whether a series without any label would be taken: such a selector would take everything there is.
  var takesNothing: Bool { (names + labels).allSatisfy { $0.accepts([]) } }

  /// Regular expressions in it.
  var patterns: Int {
    (names + labels).count { matcher in
      switch matcher.condition {
      case .matching, .notMatching: true
      case .equal, .unequal: false
      }
    }
  }

  func accepts(name: [UInt8]) -> Bool { names.allSatisfy { $0.accepts(name) } }

  /// - Parameter value: of a label, as it really is; `nil` for one that the series lacks.
  func accepts(labels value: ([UInt8]) -> [UInt8]?) -> Bool { labels.allSatisfy { $0.accepts(value($0.label) ?? []) } }
}
