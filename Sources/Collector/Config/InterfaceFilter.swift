import Shared

/// `interfaces =`: patterns on names, `comment:…` and `type:…`; `!` excludes. At least one pattern must match and no exclusion may.
/// Only exclusions: everything else is in.
struct InterfaceFilter: Sendable, Equatable {
  private enum Field: Sendable, Equatable { case name, comment, type }

  private struct Pattern: Sendable, Equatable {
    var field: Field
    var glob: Glob
    /// `*` alone takes what is configured, not what comes and goes by itself.
    var takesDynamic: Bool { field != .name || !glob.pattern.allSatisfy { $0 == "*" } }
  }

  private var included: [Pattern] = []
  private var excluded: [Pattern] = []

  /// `*`.
  static let all = InterfaceFilter(included: [Pattern(field: .name, glob: Glob("*"))])
  static let allowed = "patterns such as *, ether1, vlan*, comment:*uplink*, type:ether, !bridge*"

  private init(included: [Pattern]) { self.included = included }

  /// - Throws: the item that is no pattern.
  init(parsing items: [String]) throws(ConfigProblem) {
    for item in items {
      let isExcluded = item.hasPrefix("!")
      let text = isExcluded ? String(item.dropFirst()).trimmed : item
      let pattern: Pattern
      if let rest = text.removing(prefix: "comment:") {
        pattern = Pattern(field: .comment, glob: Glob(rest))
      } else if let rest = text.removing(prefix: "type:") {
        pattern = Pattern(field: .type, glob: Glob(rest))
      } else {
        pattern = Pattern(field: .name, glob: Glob(text))
      }
      guard !pattern.glob.pattern.isEmpty else {
        throw ConfigProblem("\"\(item)\" has no pattern", allowed: Self.allowed)
      }
      if isExcluded { excluded.append(pattern) } else { included.append(pattern) }
    }
    if included.isEmpty, !excluded.isEmpty { included = Self.all.included }
  }

  /// Dynamic interfaces need a pattern that means them: more than `*`.
  func matches(name: String, comment: String?, type: String?, isDynamic: Bool) -> Bool {
    func applies(_ pattern: Pattern) -> Bool {
      switch pattern.field {
      case .name: pattern.glob.matches(name)
      case .comment: comment.map(pattern.glob.matches) ?? false
      case .type: type.map(pattern.glob.matches) ?? false
      }
    }
    return included.contains { (!isDynamic || $0.takesDynamic) && applies($0) } && !excluded.contains(where: applies)
  }
}

extension String {
  /// Without white space at both ends.
  var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
      return ""
    }
    return String(self[first...last])
  }

  /// What follows `prefix`, without white space around it; `nil` when the text does not begin so.
  func removing(prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)).trimmed : nil }
}
