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
  /// `--listen`: in place of the configured addresses; empty: none.
  var listen: [ListenAddress]?
  /// `--strict`: unknown keys are errors.
  var isStrict = false
  /// `--insecure-config`: a file with passwords may be readable by all.
  var allowsExposedSecrets = false
  var environment: [String: String] = [:]
  var hostName = "collector"
  var timeZone = "UTC"
  var isRoot = false
  /// Whether this user may write to `/var/lib/tikwatch`, as a service can without being root.
  var ownsStateFolder = false

  init(_ place: Place) { self.place = place }

  /// Reads and checks everything. Blocking: small files.
  ///
  /// - Parameter edited: texts that are to be in the place of files, by path.
  /// - Returns: the configuration and what is to be said about it.
  /// - Throws: all that is wrong.
  func load(edited: [String: INIDocument] = [:]) throws(ConfigErrors) -> (
    config: CollectorConfig, warnings: [ConfigError], notices: [String]
  ) {
    switch place {
    case .file(let path):
      let (document, exposed) = try Self.read(path, edited)
      var reading = CollectorConfigReading(document: document, source: self, isMKTXP: false)
      if let exposed {
        allowsExposedSecrets ? reading.diagnostics.add(warning: exposed) : reading.diagnostics.add(error: exposed)
      }
      return listening(try reading.finish())
    case .directory(let path):
      let (routers, exposed) = try Self.read(path + "/mktxp.conf", edited)
      var reading = CollectorConfigReading(document: routers, source: self, isMKTXP: true)
      if let exposed { reading.diagnostics.add(warning: exposed) }
      let system = path + "/_mktxp.conf"
      var document = edited[system]
      if document == nil, FileStamp(path: system) != nil { document = try ConfigFile.load(system).document }
      let settings = MKTXPSystem.read(document, file: system, isStrict: isStrict)
      reading.diagnostics.merge(settings.diagnostics)
      reading.notices += settings.notices
      var result = try reading.finish()
      result.config.endpoint = settings.endpoint
      return listening(result)
    }
  }

  /// A file's document, and the secret in it that others can read.
  private static func read(
    _ path: String, _ edited: [String: INIDocument]
  ) throws(ConfigErrors) -> (document: INIDocument, exposed: ConfigError?) {
    if let document = edited[path] { return (document, nil) }
    let file = try ConfigFile.load(path)
    return (file.document, file.exposedSecret)
  }

  private typealias Result = (config: CollectorConfig, warnings: [ConfigError], notices: [String])

  /// With what the command line says about listening.
  private func listening(_ result: Result) -> Result {
    var result = result
    if let listen { result.config.endpoint.listen = listen }
    return result
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

  /// Where samples wait when the root does not take them.
  var defaultSpool: String { (ownsStateFolder ? "/var/lib/tikwatch" : defaultStorage) + "/spool" }
}
