/// Errors and warnings gathered while a configuration is read. The same finding counts once: a bad value in `[default]` that a hundred
/// devices inherit is one error.
package struct ConfigDiagnostics: Sendable, Equatable {
  package private(set) var errors: [ConfigError] = []
  package private(set) var warnings: [ConfigError] = []
  private var seen: Set<ConfigError> = []

  package init() {}

  package mutating func add(error: ConfigError) {
    if seen.insert(error).inserted { errors.append(error) }
  }

  package mutating func add(warning: ConfigError) {
    if seen.insert(warning).inserted { warnings.append(warning) }
  }

  package mutating func merge(_ other: ConfigDiagnostics) {
    other.errors.forEach { add(error: $0) }
    other.warnings.forEach { add(warning: $0) }
  }

  /// Throws all errors found so far, in file and line order; does nothing when there is none.
  package func throwIfErrors() throws(ConfigErrors) {
    let ordered = errors.sorted { ($0.file, $0.line ?? 0) < ($1.file, $1.line ?? 0) }
    if let all = ConfigErrors(ordered) { throw all }
  }
}
