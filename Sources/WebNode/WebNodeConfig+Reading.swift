import Shared

/// Reads `web.conf`, section `[web]`:
///
/// | key | type | default |
/// |---|---|---|
/// | `listen` | addresses with ports, or `unix:/path` | `127.0.0.1:8080` |
/// | `storage` | folders | `/srv/tikwatch` |
/// | `allow` | addresses, networks, host names | loopback and private ranges |
/// | `metrics_allow` | the same | as `allow` |
/// | `trusted_proxies` | the same | `127.0.0.1, ::1` |
/// | `base_path` | path | `/` |
/// | `title` | text | `Tikwatch` |
/// | `theme` | `auto`, `dark`, `light` | `auto` |
/// | `stale_after` | 1 s to 1 d | 10 s |
/// | `metrics_stale_after` | 1 s to 1 d | 60 s |
/// | `external_labels` | `name=value`, … | none |
extension WebNodeConfig {
  /// - Parameter directory: that of the configuration file; relative paths begin there.
  static func read(
    _ document: INIDocument, directory: String, environment: [String: String]
  ) throws(ConfigErrors) -> (config: WebNodeConfig, warnings: [ConfigError]) {
    var reader = SectionReader(document.section(orEmpty: "web"))
    var config = WebNodeConfig()
    if let listen = reader.listenAddresses("listen", ports: 0...65535), !listen.isEmpty { config.listen = listen }
    if let storage = reader.list("storage") {
      if storage.isEmpty { reader.fail("storage", "names no folder", allowed: "one or more folders, separated by commas") }
      config.storage = storage.map { ConfigPath.expand($0, relativeTo: directory, environment: environment) }
      if Set(config.storage.map { DataDirectory(root: $0) }).count < storage.count {
        reader.fail("storage", "names a folder twice")
      }
    }
    if let allow = reader.accessList("allow") { config.allow = allow }
    config.metricsAllow = reader.accessList("metrics_allow")
    if let trusted = reader.accessList("trusted_proxies") { config.trustedProxies = trusted }
    if let path = reader.parsed("base_path", by: { value throws(ConfigProblem) in try basePath(parsing: value.text) }) {
      config.basePath = path
    }
    config.title = reader.string("title", default: config.title)
    config.theme = reader.choice("theme", default: config.theme)
    let day = Duration.seconds(1)...Duration.seconds(86_400)
    config.staleAfter = seconds(reader.duration("stale_after", in: day, default: .seconds(10)))
    config.metricsStaleAfter = seconds(reader.duration("metrics_stale_after", in: day, default: .seconds(60)))
    let labels = reader.parsed("external_labels") { value throws(ConfigProblem) in try externalLabels(parsing: value.list) }
    config.externalLabels = labels ?? []
    var diagnostics = reader.finish()
    for section in document.sections where section.name != "web" {
      let hint = nearestKey(to: section.name, in: ["web"]).map { "; did you mean \"\($0)\"?" } ?? ""
      diagnostics.add(
        warning: ConfigError(file: section.file, line: section.line, section: section.name, problem: "unknown section" + hint))
    }
    try diagnostics.throwIfErrors()
    return (config, diagnostics.warnings)
  }

  /// `/` or `/a/b/`: plain segments, a slash at both ends.
  static func basePath(parsing text: String) throws(ConfigProblem) -> String {
    let allowed = "a path of letters, digits and - . _ ~, such as / or /traffic"
    guard text.hasPrefix("/") else { throw ConfigProblem("does not begin with /", allowed: allowed) }
    let segments = text.split(separator: "/")
    for segment in segments {
      let isPlain = segment.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "-._~".utf8.contains(byte)
        }
      }
      guard isPlain, segment != ".", segment != ".." else {
        throw ConfigProblem("has the segment \"\(segment)\"", allowed: allowed)
      }
    }
    return segments.isEmpty ? "/" : "/" + segments.joined(separator: "/") + "/"
  }

  static func externalLabels(parsing items: [String]) throws(ConfigProblem) -> [ExternalLabel] {
    let allowed = "name=value, with names of letters, digits and _ that do not begin with a digit or __"
    var labels: [ExternalLabel] = []
    for item in items {
      guard let equals = item.firstIndex(of: "=") else { throw ConfigProblem("\"\(item)\" has no =", allowed: allowed) }
      let name = item[..<equals].trimmed
      guard MetricName.isValidLabel(name) else { throw ConfigProblem("\"\(name)\" is no label name", allowed: allowed) }
      guard !labels.contains(where: { $0.name == name }) else {
        throw ConfigProblem("the label \"\(name)\" is given twice", allowed: allowed)
      }
      labels.append(ExternalLabel(name: name, value: item[item.index(after: equals)...].trimmed))
    }
    return labels
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }
}

extension Substring {
  fileprivate var trimmed: String {
    var text = self
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
