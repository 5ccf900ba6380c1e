/// What is wrong with one value, told by a parser that knows neither file nor key. ``SectionReader`` adds where it stands.
package struct ConfigProblem: Error, Sendable, Hashable {
  /// What is wrong, in lower case, without a full stop: `not a whole number`.
  package var problem: String
  /// What would be accepted: `1 to 65535`.
  package var allowed: String?

  package init(_ problem: String, allowed: String? = nil) {
    self.problem = problem
    self.allowed = allowed
  }
}

/// One thing wrong in a configuration file, placed so that somebody can correct it without searching.
///
/// ``description`` is always a single line: `collector.conf:12: [Office] port = "abc": not a whole number; allowed: 1 to 65535`.
/// The value of a secret key (``ConfigKey/isSecret(_:)``) is replaced when the error is made: the error does not hold it.
/// Warnings have the same shape.
package struct ConfigError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The path as the user gave it.
  package var file: String
  /// Counted from 1; `nil` when the problem is the file itself.
  package var line: Int?
  package var section: String?
  package var key: String?
  /// The offending text, or ``Secret/redacted``.
  package private(set) var value: String?
  package var problem: String
  package var allowed: String?

  package init(
    file: String, line: Int? = nil, section: String? = nil, key: String? = nil, value: String? = nil, problem: String,
    allowed: String? = nil
  ) {
    self.file = file
    self.line = line
    self.section = section
    self.key = key
    self.value = value.map { key.map(ConfigKey.isSecret) == true ? Secret.redacted : $0 }
    self.problem = problem
    self.allowed = allowed
  }

  package var description: String {
    var place = Self.oneLine(file)
    if let line { place += ":\(line)" }
    var subject: [String] = []
    if let section { subject.append("[\(Self.oneLine(section))]") }
    if let key {
      let shown = value.map { $0 == Secret.redacted ? " = \($0)" : " = \"\(Self.oneLine($0))\"" }
      subject.append(Self.oneLine(key) + (shown ?? ""))
    }
    let parts = [place, subject.joined(separator: " "), Self.oneLine(problem, limit: 400)].filter { !$0.isEmpty }
    return parts.joined(separator: ": ") + (allowed.map { "; allowed: " + Self.oneLine($0, limit: 400) } ?? "")
  }

  /// `text` fit for a line of a terminal or log: control characters become visible escapes, too long a text is cut.
  private static func oneLine(_ text: String, limit: Int = 200) -> String {
    var result = ""
    for (count, scalar) in text.unicodeScalars.enumerated() {
      guard count < limit else { return result + "…" }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: result += scalar.escaped(asASCII: true)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

/// Everything wrong in a configuration, so that one run shows it all. Never empty.
package struct ConfigErrors: Error, Sendable, Equatable, CustomStringConvertible {
  package let errors: [ConfigError]

  /// `nil` when there is nothing to report.
  package init?(_ errors: [ConfigError]) {
    guard !errors.isEmpty else { return nil }
    self.errors = errors
  }

  package init(_ error: ConfigError) { errors = [error] }

  /// One line per error.
  package var description: String { errors.map(\.description).joined(separator: "\n") }
}
