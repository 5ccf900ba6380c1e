import Shared

/// Turns MKTXP's two files into the text of a `collector.conf` that, when loaded, gives the same devices. Reads and writes no file.
struct MKTXPImport {
  /// `mktxp.conf`, known to load.
  let routers: INIDocument
  /// `_mktxp.conf`, if there is one.
  let system: INIDocument?
  /// What belongs to this machine: the root, and the folder that relative paths refer to.
  let source: ConfigSource

  private(set) var findings: [ImportFinding] = []
  private var lines: [String] = []
  private var errors: [ConfigError] = []
  /// Whether `[default]` got a password that it did not have.
  private var writesPassword = false

  private static let fallbackNames = ["default", "new_default_parameters"]
  private static let paths = ["credentials_file", "ssl_ca_file", "password_file"]
  /// MKTXP's defaults that are not ours.
  private static let builtIn = [("hostname", "localhost"), ("username", "user"), ("password", "password")]

  init(routers: INIDocument, system: INIDocument?, source: ConfigSource) {
    self.routers = routers
    self.system = system
    self.source = source
  }

  /// The text of the file.
  /// - Throws: every value that cannot be said in our format.
  mutating func text() throws(ConfigErrors) -> String {
    writeCollector()
    writeDefault()
    for section in routers.sections where !Self.fallbackNames.contains(section.name) { writeDevice(section) }
    if let system { findings += MKTXPSystemKeys.findings(system) }
    if let errors = ConfigErrors(errors) { throw errors }
    return lines.joined(separator: "\n") + "\n"
  }

  private mutating func writeCollector() {
    lines += ["# Made from MKTXP's configuration by \"\(CollectorCommand.programName) import\".", ""]
    let section = INISection(name: "collector", file: routers.file)
    lines.append("[collector]")
    write(section, "storage", source.storage ?? source.defaultStorage)
    write(section, "listen", listen)
    for key in MKTXPSystemKeys.kept {
      if let value = setting(key), !value.isEmpty { write(section, key, value) }
    }
  }

  /// Where MKTXP listens, with the deprecated `port` as a part of the default.
  private var listen: String {
    if let text = setting("listen")?.text, !text.isEmpty { return text }
    return "0.0.0.0:\(setting("port").map(\.text) ?? String(MKTXPSystem.port))"
  }

  /// A setting in MKTXP's own order.
  private func setting(_ key: String) -> ConfigValue? {
    let found = MKTXPSystemKeys.settings.compactMap { system?.section($0)?[key]?.value }
    return found.first { !$0.isEmpty } ?? found.first
  }

  // MARK: What devices inherit

  /// `[default]`, what `[new_default_parameters]` adds to it, and MKTXP's built-in defaults where ours are others.
  private mutating func writeDefault() {
    lines += ["", "[default]"]
    let sections = Self.fallbackNames.compactMap { routers.section($0) }
    var merged: [String: ConfigValue] = [:]
    for entry in sections.flatMap(\.entries) where merged[entry.key] == nil { merged[entry.key] = entry.value }
    let needed = Self.builtIn.filter { isNeeded($0.0, merged) }
    writesPassword = needed.contains { $0.0 == "password" }
    for section in sections {
      for entry in section.entries where !needed.contains(where: { $0.0 == entry.key }) {
        if section.name != "default", routers.section("default")?[entry.key] != nil {
          note(section, entry.key, .mapped, "[default] has the key too, and goes before")
        } else {
          write(entry, of: section)
        }
      }
    }
    let section = INISection(name: "default", file: routers.file)
    if merged["enabled"] == nil {
      write(section, "enabled", "no")
      note(section, "enabled", .mapped, "written out: MKTXP polls only entries that say enabled = True")
    }
    for (key, value) in needed {
      write(section, key, value)
      note(section, key, .mapped, "written out: MKTXP's own default for entries that have none")
    }
  }

  /// Whether some device falls back to what MKTXP assumes.
  private func isNeeded(_ key: String, _ defaults: [String: ConfigValue]) -> Bool {
    let devices = routers.sections.filter { !Self.fallbackNames.contains($0.name) }
    switch key {
    case "password":
      // An empty password counts as one.
      return ["password", "password_file", "credentials_file"].allSatisfy { defaults[$0] == nil }
        && devices.contains { $0["password"] == nil && $0["password_file"] == nil && $0["credentials_file"] == nil }
    case "username" where defaults[key]?.isNone == true: break
    default: if let value = defaults[key], !value.isEmpty { return false }
    }
    return devices.contains { $0[key]?.value.isEmpty ?? true }
  }

  // MARK: Devices

  private mutating func writeDevice(_ section: INISection) {
    do throws(ConfigProblem) {
      let words = section.name.split(separator: " ", omittingEmptySubsequences: true)
      guard section.name != "collector", words.first != "retention" else {
        throw ConfigProblem("in a collector.conf this section would not be a device", allowed: "another name")
      }
      lines += ["", try INIText.header(section.name)]
    } catch {
      errors.append(
        ConfigError(
          file: section.file, line: section.line, section: section.name, problem: error.problem, allowed: error.allowed))
      return
    }
    for entry in section.entries {
      // In our format a name must be there: the word None does not stand for MKTXP's default.
      if entry.key == "username", entry.value.isNone {
        write(section, "username", "user")
        note(section, "username", .mapped, "written out: MKTXP's own default")
      } else if entry.key == "password", entry.value.isEmpty, writesPassword {
        write(section, "password", "None")
        note(section, "password", .mapped, "None: an empty one would be inherited")
      } else {
        write(entry, of: section)
      }
    }
  }

  private mutating func write(_ entry: INIEntry, of section: INISection) {
    let key = entry.key
    let isMoved = section.name == "new_default_parameters"
    if Self.paths.contains(key), let path = absolute(entry.value.text) {
      write(section, key, path, line: entry.line)
      return note(section, key, .mapped, "an absolute path" + (isMoved ? ", in [default]" : ""))
    }
    // Without effect or not, other values may refer to it.
    write(section, key, entry.value)
    if key == "use_comments_over_names" {
      note(section, key, .mapped, "an older spelling of interface_name_format: kept, and understood")
    } else if !Self.knownKeys.contains(key) {
      let hint = nearestKey(to: key, in: Self.knownKeys).map { "; did you mean \"\($0)\"?" } ?? ""
      note(section, key, .refused, "unknown here and to MKTXP: kept, without effect\(hint)")
    } else if ConfigKeys.laterSettings.contains(key) {
      note(section, key, .refused, "known, but not used by this version: kept, without effect")
    } else {
      note(section, key, isMoved ? .mapped : .same, isMoved ? "in [default]" : "")
    }
  }

  /// Every key that a device's section may have.
  static let knownKeys: Set<String> = {
    var reader = SectionReader(INISection(name: "", file: ""))
    let context = DeviceContext(retentions: [:], timeZone: "UTC", isMKTXP: true)
    _ = DeviceConfig.read(&reader, context, retention: .standard)
    _ = TargetRules.read(&reader)
    return reader.keysRead.union(ConfigKeys.remotes + ConfigKeys.laterSettings + ConfigKeys.replaced)
  }()

  /// The path where it is relative, since the new file may stand elsewhere.
  private func absolute(_ path: String) -> String? {
    guard !path.isEmpty, path.lowercased() != "none", !path.hasPrefix("/"), !path.hasPrefix("~"), !path.hasPrefix("$") else {
      return nil
    }
    return source.directory + "/" + path
  }

  // MARK: Lines

  private mutating func write(_ section: INISection, _ key: String, _ value: ConfigValue) {
    add(section, key, value.line) { () throws(ConfigProblem) in try INIText.line(key, value) }
  }

  private mutating func write(_ section: INISection, _ key: String, _ text: String, line: Int? = nil) {
    add(section, key, line) { () throws(ConfigProblem) in try INIText.line(key, text) }
  }

  private mutating func add(
    _ section: INISection, _ key: String, _ line: Int?, _ make: () throws(ConfigProblem) -> String
  ) {
    do throws(ConfigProblem) {
      lines.append("    " + (try make()))
    } catch {
      errors.append(
        ConfigError(
          file: section.file, line: line, section: section.name, key: key, problem: error.problem, allowed: error.allowed))
    }
  }

  private mutating func note(_ section: INISection, _ key: String, _ fate: ImportFinding.Fate, _ detail: String = "") {
    findings.append(ImportFinding(file: "mktxp.conf", section: section.name, key: key, fate: fate, detail: detail))
  }
}
