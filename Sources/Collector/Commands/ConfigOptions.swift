import ArgumentParser
import Foundation
import Shared

/// Where the configuration is: the same for every command that needs devices.
struct ConfigOptions: ParsableArguments {
  @Option(help: "Configuration file (default: \(ConfigSource.defaultFile)).")
  var config: String?

  @Option(name: .customLong("cfg-dir"), help: "MKTXP's configuration folder, in place of --config.")
  var configDirectory: String?

  @Option(help: "The root, in place of the configured one.")
  var storage: String?

  @Flag(help: "Accept a configuration file with passwords that everybody can read.")
  var insecureConfig = false

  @Flag(help: "Unknown configuration keys are errors.")
  var strict = false

  func validate() throws {
    if config != nil, configDirectory != nil { throw ValidationError("--config and --cfg-dir exclude each other") }
    if config?.isEmpty == true || configDirectory?.isEmpty == true || storage?.isEmpty == true {
      throw ValidationError("a path is empty")
    }
  }

  /// The place these options name, with what this machine and environment contribute.
  var source: ConfigSource {
    var source = ConfigSource(
      configDirectory.map { .directory(Self.absolute($0)) } ?? .file(Self.absolute(config ?? ConfigSource.defaultFile)))
    source.storage = storage.map(Self.absolute)
    source.isStrict = strict
    source.allowsExposedSecrets = insecureConfig
    source.environment = ProcessInfo.processInfo.environment
    source.hostName = HostIdentity.shortName
    source.timeZone = TimeZoneName.current
    source.isRoot = geteuid() == 0
    source.ownsStateFolder = access("/var/lib/tikwatch", W_OK | X_OK) == 0
    return source
  }

  /// `~` and `$NAME` are the shell's business; relative paths are relative to the working folder.
  static func absolute(_ path: String) -> String {
    let base = FileManager.default.currentDirectoryPath
    var full = path.hasPrefix("/") ? path : base + "/" + path
    while full.count > 1, full.hasSuffix("/") { full.removeLast() }
    return full
  }
}
