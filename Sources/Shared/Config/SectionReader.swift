/// A value together with the place it comes from, which may be a section that the one being read inherits from.
package struct ConfigSetting: Sendable, Equatable {
  package let file: String
  package let section: String
  package let key: String
  package let value: ConfigValue

  package func error(_ problem: ConfigProblem) -> ConfigError {
    ConfigError(
      file: file, line: value.line, section: section, key: key, value: value.text, problem: problem.problem,
      allowed: problem.allowed)
  }
}

/// What applies to a key after inheritance.
package struct AppliedSetting: Sendable, Equatable {
  package let key: String
  /// Empty: not set, and nothing is built in. Secrets are in the clear: ``ConfigKey/isSecret(_:)``.
  package let value: String
  /// Where it was found; `nil`: built in.
  package let setting: ConfigSetting?
}

/// Reads one section with types, in the order section → fallbacks → built-in default, and keeps account of every key asked for, so that
/// ``finish(strict:known:)`` can tell the unknown ones.
///
/// A bad value is recorded and the default returned: reading goes on, and all problems are reported together. Nothing may use the
/// result before ``ConfigDiagnostics/throwIfErrors()`` has passed.
///
/// What an empty value (`key =`) means: in the section itself "inherit"; in a fallback it ends the search and means "not set".
/// An empty boolean or whole number is an error instead, as in MKTXP.
package struct SectionReader: Sendable {
  package let section: INISection
  package let fallbacks: [INISection]
  /// Every key asked for so far.
  package private(set) var keysRead: Set<String> = []
  package private(set) var diagnostics = ConfigDiagnostics()
  /// Keys in the order in which they were first asked for.
  private var order: [String] = []
  private var found: [String: ConfigSetting] = [:]
  /// What applies, where that is not the text that was found.
  private var meant: [String: String] = [:]

  package init(_ section: INISection, fallbacks: [INISection] = []) {
    self.section = section
    self.fallbacks = fallbacks
  }

  /// The setting that applies to `key`: see the type's comment for empty values. With `keepingEmpty`, an empty value in the section
  /// itself counts as well.
  package mutating func setting(_ key: String, keepingEmpty: Bool = false) -> ConfigSetting? {
    if keysRead.insert(key).inserted { order.append(key) }
    let setting = applying(key, keepingEmpty: keepingEmpty)
    found[key] = setting ?? found[key]
    return setting
  }

  private func applying(_ key: String, keepingEmpty: Bool) -> ConfigSetting? {
    if let entry = section[key], keepingEmpty || !entry.value.isEmpty {
      return ConfigSetting(file: section.file, section: section.name, key: key, value: entry.value)
    }
    for fallback in fallbacks {
      if let entry = fallback[key] {
        return ConfigSetting(file: fallback.file, section: fallback.name, key: key, value: entry.value)
      }
    }
    return nil
  }

  /// `key` in every layer that sets it to something, the section itself first, for values that add up.
  package mutating func layers(_ key: String) -> [ConfigSetting] {
    if keysRead.insert(key).inserted { order.append(key) }
    let own = section[key].map { ConfigSetting(file: section.file, section: section.name, key: key, value: $0.value) }
    let inherited = fallbacks.lazy.compactMap { fallback in
      fallback[key].map { ConfigSetting(file: fallback.file, section: fallback.name, key: key, value: $0.value) }
    }.first
    let layers = [own, inherited].compactMap { $0 }.filter { !$0.value.isEmpty }
    found[key] = layers.first
    note(key, layers.map(\.value.text).joined(separator: ", "))
    return layers
  }

  /// One layer's value, read by `parse`, whose problem is reported with the place of the value.
  package mutating func parsed<Value>(
    _ setting: ConfigSetting, by parse: (ConfigValue) throws(ConfigProblem) -> Value
  ) -> Value? { read(setting, by: parse) }

  /// Whether `key` is set to something, here or in a fallback.
  package mutating func isSet(_ key: String) -> Bool { setting(key).map { !$0.value.isEmpty } ?? false }

  /// Whether `key` stands here or in a fallback. Asking is no reading: ``applied`` does not tell of it.
  package func mentions(_ key: String) -> Bool { section[key] != nil || fallbacks.contains { $0[key] != nil } }

  /// Notes what a value means: `yes` for `True`, or the built-in default.
  mutating func note(_ key: String, _ text: String) { meant[key] = text }

  /// Every key asked for, in the order of asking, with what applies to it.
  package var applied: [AppliedSetting] {
    order.map { key in
      let setting = found[key].flatMap { $0.value.isEmpty ? nil : $0 }
      return AppliedSetting(key: key, value: meant[key] ?? setting?.value.text ?? "", setting: setting)
    }
  }

  /// Marks keys as known which are not read this time (of a feature that is off, say).
  package mutating func accept(_ keys: String...) { keysRead.formUnion(keys) }

  /// `key` read by `parse`, whose problem is reported with the place of the value. Not set or empty: `nil`.
  package mutating func parsed<Value>(
    _ key: String, by parse: (ConfigValue) throws(ConfigProblem) -> Value
  ) -> Value? {
    guard let setting = setting(key), !setting.value.isEmpty else { return nil }
    return read(setting, by: parse)
  }

  mutating func read<Value>(_ setting: ConfigSetting, by parse: (ConfigValue) throws(ConfigProblem) -> Value) -> Value? {
    do throws(ConfigProblem) {
      return try parse(setting.value)
    } catch {
      diagnostics.add(error: setting.error(error))
      return nil
    }
  }

  /// Reports a problem that shows only when several keys are seen together. It is placed at the value of `key`, or at the section's
  /// header when that is not set.
  package mutating func fail(_ key: String, _ problem: String, allowed: String? = nil) {
    diagnostics.add(error: finding(key, ConfigProblem(problem, allowed: allowed)))
  }

  /// As ``fail(_:_:allowed:)``, for what works but hardly as meant.
  package mutating func warn(_ key: String, _ problem: String, allowed: String? = nil) {
    diagnostics.add(warning: finding(key, ConfigProblem(problem, allowed: allowed)))
  }

  private mutating func finding(_ key: String, _ problem: ConfigProblem) -> ConfigError {
    setting(key, keepingEmpty: true)?.error(problem)
      ?? ConfigError(
        file: section.file, line: section.line, section: section.name, key: key, problem: problem.problem,
        allowed: problem.allowed)
  }

  /// Everything found, with the section's unknown keys: a warning each, naming the nearest known key, or an error with `strict`.
  /// Known are the keys asked for and those of `known`. Fallbacks are not looked at: read them as sections of their own.
  package mutating func finish(strict: Bool = false, known: Set<String> = []) -> ConfigDiagnostics {
    let all = keysRead.union(known)
    for entry in section.entries where !all.contains(entry.key) {
      let hint = nearestKey(to: entry.key, in: all).map { "; did you mean \"\($0)\"?" } ?? ""
      let finding = ConfigError(
        file: section.file, line: entry.line, section: section.name, key: entry.key, problem: "unknown key" + hint)
      strict ? diagnostics.add(error: finding) : diagnostics.add(warning: finding)
    }
    return diagnostics
  }
}
