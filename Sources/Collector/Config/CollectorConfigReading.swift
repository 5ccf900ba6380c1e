import Shared

/// Turns a parsed file into a ``CollectorConfig``, gathering everything that is wrong.
///
/// `[collector]`: `id` (default: the short host name), `storage` (required unless `--storage`), `sample_interval` (1 to 300 s, 1),
/// `metrics_interval` (1 s to 1 h, 15), `flush_interval` (1 to 300 s, 10), `spool` (local folder, ``ConfigSource/defaultSpool``),
/// `spool_limit` (1 MiB to 1 PiB, 1 GiB), `retention` (a name, `standard`), `update_check_url` (``ReleaseFeedURL``), and the endpoint's (``EndpointConfig``).
/// `[retention NAME]`: `archives` (`step:keep`, …). `[default]`: what devices inherit. Every other section is a device.
struct CollectorConfigReading {
  let document: INIDocument
  let source: ConfigSource
  let isMKTXP: Bool
  var diagnostics = ConfigDiagnostics()
  var notices: [String] = []
  /// Every device's section, for those who want to see what applies.
  private(set) var entries: [ConfigEntry] = []
  private var unused: Set<String> = []

  init(document: INIDocument, source: ConfigSource, isMKTXP: Bool) {
    self.document = document
    self.source = source
    self.isMKTXP = isMKTXP
  }

  mutating func finish() throws(ConfigErrors) -> (config: CollectorConfig, warnings: [ConfigError], notices: [String]) {
    let retentions = readRetentions()
    var (config, retention) = readCollector(retentions)
    readDevices(into: &config, retentions, retention)
    noteUnused()
    try diagnostics.throwIfErrors()
    return (config, diagnostics.warnings, notices)
  }

  private mutating func readCollector(_ retentions: [String: Retention]) -> (CollectorConfig, Retention) {
    var reader = SectionReader(
      isMKTXP ? INISection(name: "collector", file: document.file) : document.section(orEmpty: "collector"))
    var config = CollectorConfig(id: source.hostName, storage: "")
    if let id = reader.parsed(
      "id",
      by: { value throws(ConfigProblem) in
        guard value.text.utf8.count <= 100, value.text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else {
          throw ConfigProblem("cannot name a collector", allowed: "up to 100 bytes without control characters")
        }
        return value.text
      })
    {
      config.id = id
    }
    let written = reader.path("storage", relativeTo: source.directory, environment: source.environment)
    if let storage = source.storage ?? written {
      config.storage = storage
    } else if isMKTXP {
      config.storage = source.defaultStorage
      config.createsStorage = true
    } else {
      reader.failMissing("storage", allowed: "the folder that web nodes read, e.g. /srv/tikwatch")
    }
    config.sampleInterval = reader.duration("sample_interval", in: .seconds(1) ... .seconds(300), default: config.sampleInterval)
    config.metricsInterval = reader.duration(
      "metrics_interval", in: .seconds(1) ... .seconds(3600), default: config.metricsInterval)
    config.flushInterval = reader.duration("flush_interval", in: .seconds(1) ... .seconds(300), default: config.flushInterval)
    config.spool =
      reader.path("spool", relativeTo: source.directory, environment: source.environment) ?? source.defaultSpool
    config.spoolLimit = reader.byteSize("spool_limit", in: 1 << 20...1 << 50) ?? config.spoolLimit
    let feeds = reader.parsed("update_check_url") { value throws(ConfigProblem) -> ReleaseFeedURL? in
      value.text == "0" ? nil : try ReleaseFeedURL(value.text)
    }
    if let feeds { config.releaseFeeds = feeds }
    let retention = reader.parsed("retention") { value throws(ConfigProblem) in
      try DeviceConfig.retention(value.text, in: retentions)
    }
    // MKTXP has these in a file of their own.
    if !isMKTXP {
      config.endpoint = EndpointConfig.read(&reader)
      notices += config.endpoint.notices.map { "\(document.file): [collector] \($0)" }
    }
    for key in ConfigKeys.laterCollector where reader.isSet(key) { unused.insert(key) }
    diagnostics.merge(reader.finish(strict: source.isStrict))
    return (config, retention ?? .standard)
  }

  private mutating func readRetentions() -> [String: Retention] {
    var known = Dictionary(uniqueKeysWithValues: Retention.builtIn.map { ($0.name, $0) })
    for section in document.sections {
      guard let name = Self.retentionName(section.name), !isMKTXP else { continue }
      var reader = SectionReader(section)
      if name.isEmpty || name.contains(where: \.isWhitespace) {
        reader.fail("archives", "\"\(name)\" cannot name a retention", allowed: "[retention NAME], NAME without blanks")
      } else if known[name] != nil {
        reader.fail("archives", "retention \"\(name)\" exists already", allowed: "a name other than compact, standard and full")
      }
      let retention = reader.parsed("archives") { value throws(ConfigProblem) in
        do throws(RetentionError) { return try Retention(name: name, parsing: value.text) } catch {
          throw ConfigProblem(error.description, allowed: "step:keep, …, e.g. 1s:1y, 10s:5y, 1m:5y")
        }
      }
      if !reader.isSet("archives") { reader.failMissing("archives", allowed: "step:keep, …, e.g. 1s:1y, 10s:5y, 1m:5y") }
      if let retention { known[name] = retention }
      diagnostics.merge(reader.finish(strict: source.isStrict))
    }
    return known
  }

  private mutating func readDevices(into config: inout CollectorConfig, _ retentions: [String: Retention], _ retention: Retention)
  {
    let context = DeviceContext(
      retentions: retentions, timeZone: source.timeZone, isMKTXP: isMKTXP,
      allowsExposedSecrets: source.allowsExposedSecrets || isMKTXP,
      directory: source.directory, environment: source.environment)
    let fallbacks = ["default", "new_default_parameters"].compactMap { document.section($0) }
    var folders: [String: String] = [:]
    var off: [String] = []
    var cautions: [String: [String]] = [:]
    for section in document.sections where isDevice(section.name) {
      var reader = SectionReader(section, fallbacks: fallbacks)
      let device = DeviceConfig.read(&reader, context, retention: retention)
      config.modules[section.name] = ProbeModule(device: device, targets: TargetRules.read(&reader))
      let remotes = readRemotes(&reader, fallbacks, context)
      accept(&reader)
      if let other = folders.updateValue(section.name, forKey: FolderName.escape(section.name)) {
        reader.fail("hostname", "the device would share its folder with \"\(other)\"")
      }
      diagnostics.merge(reader.finish(strict: source.isStrict))
      let builtIn = ["interfaces": "*", "wan": "auto", "retention": retention.name, "time_zone": source.timeZone]
      entries.append(
        ConfigEntry(reader, isPolled: device.map { !$0.isModuleOnly } ?? false, builtIn: builtIn))
      guard var device, !device.isModuleOnly else {
        off.append(section.name)
        continue
      }
      (device.dhcpServer, device.capsman) = remotes
      config.devices.append(device)
      if let caution = device.transport.settings.caution { cautions[caution, default: []].append(device.name) }
    }
    for (caution, names) in cautions.sorted(by: { $0.key < $1.key }) {
      notices.append("\(document.file): \(names.joined(separator: ", ")): \(caution)")
    }
    checkKeys(of: fallbacks, context)
    if !off.isEmpty {
      notices.append("\(document.file): not polled, since off or for probes only: " + off.joined(separator: ", "))
    }
  }

  /// The entries that some menus of a device are asked of. They need not be polled themselves.
  private mutating func readRemotes(
    _ reader: inout SectionReader, _ fallbacks: [INISection], _ context: DeviceContext
  ) -> (dhcpServer: RemoteDevice?, capsman: RemoteDevice?) {
    var found: [RemoteDevice?] = []
    for key in ConfigKeys.remotes {
      let name = reader.parsed(key) { value throws(ConfigProblem) in value.isNone ? nil : value.text } ?? nil
      guard let name, name != reader.section.name else {
        found.append(nil)
        continue
      }
      guard let section = document.section(name), isDevice(name) else {
        reader.warn(key, "there is no such section: the device itself is asked", allowed: "the name of another section")
        found.append(nil)
        continue
      }
      var remote = SectionReader(section, fallbacks: fallbacks)
      found.append(RemoteDevice.read(&remote, context))
      // What is wrong with a device that is polled is told where it is read.
      for error in remote.diagnostics.errors where !diagnostics.errors.contains(error) { diagnostics.add(error: error) }
    }
    return (found[0], found[1])
  }

  /// Values in `[default]` count where a device inherits them; here only unknown keys are looked for.
  private mutating func checkKeys(of sections: [INISection], _ context: DeviceContext) {
    for section in sections {
      var reader = SectionReader(INISection(name: section.name, file: section.file))
      _ = DeviceConfig.read(&reader, context, retention: .standard)
      _ = TargetRules.read(&reader)
      accept(&reader)
      var keys = SectionReader(section)
      diagnostics.merge(keys.finish(strict: source.isStrict, known: reader.keysRead))
      for key in ConfigKeys.laterSettings where section[key] != nil { unused.insert(key) }
    }
  }

  private mutating func accept(_ reader: inout SectionReader) {
    for key in ConfigKeys.remotes + ConfigKeys.laterSettings + ConfigKeys.replaced { reader.accept(key) }
    for key in ConfigKeys.laterSettings where reader.section[key] != nil { unused.insert(key) }
  }

  private func isDevice(_ name: String) -> Bool {
    if name == "default" || name == "new_default_parameters" { return false }
    return isMKTXP || (name != "collector" && Self.retentionName(name) == nil)
  }

  private static func retentionName(_ section: String) -> String? {
    section == "retention" || section.hasPrefix("retention ") ? String(section.dropFirst(9)).trimmed : nil
  }

  private mutating func noteUnused() {
    guard !unused.isEmpty else { return }
    notices.append("\(document.file): known, but not used by this version: " + unused.sorted().joined(separator: ", "))
  }
}
