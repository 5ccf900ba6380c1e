extension SectionReader {
  /// Text, or `nil` when not set, empty, or `None` (which switches an inherited value off).
  package mutating func string(_ key: String) -> String? {
    guard let value = setting(key)?.value, !value.isEmpty, !value.isNone else { return nil }
    return value.text
  }

  /// Text, or `fallback` when not set, empty or `None`.
  package mutating func string(_ key: String, default fallback: String) -> String {
    let text = string(key) ?? fallback
    note(key, text)
    return text
  }

  /// Text that must be there. When it is not, that is recorded as an error and the result is empty.
  package mutating func requiredString(_ key: String, allowed: String? = nil) -> String {
    if let text = string(key) { return text }
    failMissing(key, allowed: allowed)
    return ""
  }

  /// Records that a key must be there, and which one may be meant to be it.
  package mutating func failMissing(_ key: String, allowed: String?) {
    let written = section.entries.map(\.key).filter { $0 != key && !keysRead.contains($0) }
    fail(key, "missing" + (nearestKey(to: key, in: written).map { "; is \"\($0)\" it?" } ?? ""), allowed: allowed)
  }

  /// A password or token, commas and blanks kept; `nil` when not set, empty or `None` in exactly this spelling.
  package mutating func secret(_ key: String) -> Secret? {
    guard let value = setting(key)?.value, !value.isEmpty, value.text != "None" else { return nil }
    return Secret(value.text)
  }

  /// `true/false/yes/no/on/off/1/0` in any case; anything else, also nothing, is an error.
  package mutating func bool(_ key: String, default fallback: Bool) -> Bool {
    guard let setting = setting(key, keepingEmpty: true) else {
      note(key, fallback ? "yes" : "no")
      return fallback
    }
    let value = read(setting) { value throws(ConfigProblem) in
      guard let flag = ConfigSyntax.boolean(value.text) else {
        throw ConfigProblem("neither yes nor no", allowed: ConfigSyntax.booleans)
      }
      return flag
    }
    note(key, value ?? fallback ? "yes" : "no")
    return value ?? fallback
  }

  /// A whole number in `range`, or `nil` when not set; an empty value is an error.
  package mutating func int(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let setting = setting(key, keepingEmpty: true) else { return nil }
    return read(setting) { value throws(ConfigProblem) in
      let allowed = "\(range.lowerBound) to \(range.upperBound)"
      guard let number = Int(value.text) else { throw ConfigProblem("not a whole number", allowed: allowed) }
      guard range.contains(number) else { throw ConfigProblem("out of range", allowed: allowed) }
      return number
    }
  }

  package mutating func int(_ key: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
    let number = int(key, in: range) ?? fallback
    note(key, String(number))
    return number
  }

  /// A length of time: seconds, or with units (``ConfigSyntax/duration(_:)``). `nil` when not set or empty.
  package mutating func duration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
    parsed(key) { value throws(ConfigProblem) in
      guard let duration = ConfigSyntax.duration(value.text) else {
        throw ConfigProblem("not a length of time", allowed: ConfigSyntax.durations)
      }
      guard range.contains(duration) else {
        throw ConfigProblem(
          "out of range", allowed: "\(ConfigSyntax.text(range.lowerBound)) to \(ConfigSyntax.text(range.upperBound))")
      }
      return duration
    }
  }

  package mutating func duration(_ key: String, in range: ClosedRange<Duration>, default fallback: Duration) -> Duration {
    duration(key, in: range) ?? fallback
  }

  /// A number of bytes: plain, or with units (``ConfigSyntax/byteSize(_:)``). `nil` when not set or empty.
  package mutating func byteSize(_ key: String, in range: ClosedRange<Int> = 0...Int.max) -> Int? {
    parsed(key) { value throws(ConfigProblem) in
      guard let size = ConfigSyntax.byteSize(value.text) else {
        throw ConfigProblem("not a size in bytes", allowed: ConfigSyntax.byteSizes)
      }
      guard range.contains(size) else {
        throw ConfigProblem("out of range", allowed: "\(range.lowerBound) to \(range.upperBound) bytes")
      }
      return size
    }
  }

  /// The items of a list, or `nil` when not set or empty; `None` is an empty list. One value in quotes is one item, unless
  /// `splittingQuoted`: MKTXP's own lists (`custom_labels`, `address_list` …) may be quoted as a whole.
  package mutating func list(_ key: String, splittingQuoted: Bool = false) -> [String]? {
    guard let value = setting(key)?.value, !value.isEmpty else { return nil }
    if value.isNone { return [] }
    guard splittingQuoted, value.isQuoted else { return value.list }
    return value.text.split(separator: ",").map { String($0.unicodeScalars.trimmed) }.filter { !$0.isEmpty }
  }

  /// One word of an enumeration, in any case: `theme = dark`.
  package mutating func choice<Choice>(_ key: String, default fallback: Choice) -> Choice
  where Choice: CaseIterable & RawRepresentable<String> {
    let value = parsed(key) { value throws(ConfigProblem) in
      guard let choice = Choice.allCases.first(where: { $0.rawValue.lowercased() == value.text.lowercased() }) else {
        throw ConfigProblem("unknown choice", allowed: Choice.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return choice
    }
    note(key, (value ?? fallback).rawValue)
    return value ?? fallback
  }

  /// The path of a file, absolute or relative to `directory` (that of the configuration file), with `~` and `$VAR` expanded; `nil` when
  /// not set, empty or `None`.
  package mutating func path(_ key: String, relativeTo directory: String, environment: [String: String]) -> String? {
    guard let text = string(key) else { return nil }
    return ConfigPath.expand(text, relativeTo: directory, environment: environment)
  }
}
