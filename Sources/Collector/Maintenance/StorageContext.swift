import Shared

/// What a configuration says about storage.
struct StorageContext: Sendable {
  /// The collector's own folder.
  var directory: CollectorDirectory
  var root: String
  var devices: [DeviceConfig]
  /// By name: the built-in ones and those of the configuration.
  var retentions: [String: Retention]

  /// The configured device whose folder this is.
  func device(folder: String) -> DeviceConfig? { devices.first { FolderName.escape($0.name) == folder } }

  /// The configured device that is meant by a name or a folder name.
  func device(named text: String) -> DeviceConfig? { devices.first { $0.name == text } ?? device(folder: text) }
}

/// The retentions that a configuration may name.
enum RetentionCatalog {
  static let builtIn = Dictionary(uniqueKeysWithValues: Retention.builtIn.map { ($0.name, $0) })

  /// Reads the `[retention NAME]` sections of a file that has been checked as a whole already. Blocking.
  static func load(_ place: ConfigSource.Place) throws(ConfigErrors) -> [String: Retention] {
    var known = builtIn
    guard case .file(let path) = place else { return known }
    for section in try ConfigFile.load(path).document.sections where section.name.hasPrefix("retention ") {
      let name = String(section.name.dropFirst("retention ".count).drop { $0 == " " })
      guard let archives = section["archives"]?.value.text, known[name] == nil,
        let retention = try? Retention(name: name, parsing: archives)  // what is wrong in it was an error before
      else { continue }
      known[name] = retention
    }
    return known
  }
}
