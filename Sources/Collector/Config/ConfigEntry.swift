import Shared

/// A device's section as it applies after inheritance: every key that is read, also those that nobody has written. Safe to show.
struct ConfigEntry: Sendable, Equatable {
  struct Setting: Sendable, Equatable {
    var key: String
    /// Secrets are masked; empty: not set.
    var value: String
    /// The section that it comes from; `nil`: built in.
    var section: String?
  }

  static let mask = "********"

  var name: String
  /// Neither off nor for probes only.
  var isPolled: Bool
  /// In the order in which the keys are read.
  var settings: [Setting]

  /// - Parameter builtIn: defaults that only those who read the values know.
  init(_ reader: SectionReader, isPolled: Bool, builtIn: [String: String]) {
    name = reader.section.name
    self.isPolled = isPolled
    settings = reader.applied.map { applied in
      let value = applied.value.isEmpty && applied.setting == nil ? builtIn[applied.key] ?? "" : applied.value
      let isHidden = ConfigKey.isSecret(applied.key) && !value.isEmpty
      return Setting(key: applied.key, value: isHidden ? Self.mask : value, section: applied.setting?.section)
    }
  }
}

extension ConfigSource {
  /// All devices, also those that are not polled, by the order of the file. Blocking: small files.
  /// - Throws: all that is wrong.
  func entries() throws(ConfigErrors) -> [ConfigEntry] {
    let file = try ConfigFile.load(files[0])
    let isMKTXP =
      switch place {
      case .file: false
      case .directory: true
      }
    var reading = CollectorConfigReading(document: file.document, source: self, isMKTXP: isMKTXP)
    _ = try reading.finish()
    return reading.entries
  }
}
