import Foundation
import Shared

/// Where a node's settings come from: the file, with what the command line says on top.
struct WebConfigSource: Sendable {
  var file: String?
  var storage: [String] = []
  var listen: [ListenAddress] = []
  var directory = "/"
  var environment: [String: String] = [:]

  /// Reads and checks everything. Blocking: a small file.
  ///
  /// - Throws: all that is wrong.
  func load() throws(ConfigErrors) -> (config: WebNodeConfig, warnings: [ConfigError]) {
    var result: (config: WebNodeConfig, warnings: [ConfigError]) = (WebNodeConfig(), [])
    if let file {
      let folder = (ConfigPath.expand(file, relativeTo: directory, environment: [:]) as NSString).deletingLastPathComponent
      result = try WebNodeConfig.read(ConfigFile.load(file).document, directory: folder, environment: environment)
    }
    if !storage.isEmpty {
      result.config.storage = storage.map { ConfigPath.expand($0, relativeTo: directory, environment: environment) }
    }
    if !listen.isEmpty { result.config.listen = listen }
    return result
  }

  /// The files to watch.
  var files: [String] { file.map { [$0] } ?? [] }
}
