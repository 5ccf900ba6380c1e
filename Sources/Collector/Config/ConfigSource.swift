import Foundation
import Shared

/// Where a configuration comes from, and how strictly it is read.
struct ConfigSource: Sendable, Equatable {
  enum Place: Sendable, Equatable {
    /// `--config`: our own file.
    case file(String)
    /// `--cfg-dir`: MKTXP's folder with `mktxp.conf` and perhaps `_mktxp.conf`.
    case directory(String)
  }

  static let defaultFile = "/etc/tikwatch/collector.conf"

  var place: Place
  /// `--storage`.
  var storage: String?
  /// `--strict`: unknown keys are errors.
  var isStrict = false
  /// `--insecure-config`: a file with passwords may be readable by all.
  var allowsExposedSecrets = false
  var environment: [String: String] = [:]
  var hostName = "collector"
  var timeZone = "UTC"
  var isRoot = false

  init(_ place: Place) { self.place = place }

  /// Reads and checks everything. Blocking: small files.
  /// - Returns: the configuration and what is to be said about it.
  /// - Throws: all that is wrong.
  func load() throws(ConfigErrors) -> (config: CollectorConfig, warnings: [ConfigError], notices: [String]) {
    switch place {
    case .file(let path):
      let file = try ConfigFile.load(path)
      var reading = CollectorConfigReading(document: file.document, source: self, isMKTXP: false)
      if let exposed = file.exposedSecret {
        allowsExposedSecrets ? reading.diagnostics.add(warning: exposed) : reading.diagnostics.add(error: exposed)
      }
      return try reading.finish()
    case .directory(let path):
      let file = try ConfigFile.load(path + "/mktxp.conf")
      var reading = CollectorConfigReading(document: file.document, source: self, isMKTXP: true)
      if let exposed = file.exposedSecret { reading.diagnostics.add(warning: exposed) }
      let system = path + "/_mktxp.conf"
      // Its settings are MKTXP's server's: parsed, so that a broken file is noticed, and not used.
      if FileStamp(path: system) != nil {
        _ = try ConfigFile.load(system)
        reading.notices.append("\(system): this version does not use MKTXP's system settings")
      }
      return try reading.finish()
    }
  }

  /// The configuration's own files, the one that must be there first.
  var files: [String] {
    switch place {
    case .file(let path): [path]
    case .directory(let path): [path + "/mktxp.conf", path + "/_mktxp.conf"]
    }
  }

  /// The folder that relative paths refer to.
  var directory: String {
    switch place {
    case .file(let path): (path as NSString).deletingLastPathComponent
    case .directory(let path): path
    }
  }

  /// The root that is used with `--cfg-dir` when none is given.
  var defaultStorage: String {
    if isRoot { return "/var/lib/tikwatch" }
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/tikwatch" }
    return (environment["HOME"] ?? "/var/lib") + "/.local/state/tikwatch"
  }
}
