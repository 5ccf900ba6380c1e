import ArgumentParser
import Foundation
import Shared

/// `tikwatch-collector storage`: looks after the files below a collector's folder.
struct StorageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "storage", abstract: "Checks, mends, converts and measures the files of a collector.",
    subcommands: [StorageVerifyCommand.self, StorageRepairCommand.self, StorageMigrateCommand.self, StorageSizeCommand.self])

  func run() throws { throw ValidationError("a command is missing: verify, repair, migrate or size") }
}

/// What every `storage` command is told.
struct StorageOptions: ParsableArguments {
  @Option(help: "Configuration file (default: \(ConfigSource.defaultFile)).")
  var config: String?

  @Option(name: .customLong("cfg-dir"), help: "MKTXP's configuration folder, in place of --config.")
  var configDirectory: String?

  @Option(help: "The root, in place of the configured one.")
  var storage: String?

  func validate() throws {
    if config != nil, configDirectory != nil { throw ValidationError("--config and --cfg-dir exclude each other") }
    if config?.isEmpty == true || configDirectory?.isEmpty == true || storage?.isEmpty == true {
      throw ValidationError("a path is empty")
    }
  }

  /// The configuration, read and checked. Blocking.
  func load() throws -> StorageContext {
    var source = ConfigSource(
      configDirectory.map { .directory(absolute($0)) } ?? .file(absolute(config ?? ConfigSource.defaultFile)))
    source.storage = storage.map(absolute)
    // Who may read the file is a matter of `run`; nothing here uses a password.
    source.allowsExposedSecrets = true
    source.environment = ProcessInfo.processInfo.environment
    source.hostName = HostIdentity.shortName
    source.timeZone = TimeZoneName.current
    source.isRoot = geteuid() == 0
    do throws(ConfigErrors) {
      let config = try source.load().config
      return StorageContext(
        directory: DataDirectory(root: config.storage).collector(config.id), root: config.storage, devices: config.devices,
        retentions: try RetentionCatalog.load(source.place))
    } catch {
      throw CommandFailure.configuration(error)
    }
  }

  /// Relative paths are relative to the working folder.
  func absolute(_ path: String) -> String {
    var full = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    while full.count > 1, full.hasSuffix("/") { full.removeLast() }
    return full
  }
}

/// Output of the `storage` commands.
enum Console {
  /// Seen at once, also by who reads a file: what was done must be known whatever comes next.
  static func line(_ text: String) {
    print(text)
    fflush(nil)
  }

  /// As it is, at once.
  static func write(_ text: String) {
    print(text, terminator: "")
    fflush(nil)
  }

  /// On standard error.
  static func warn(_ text: String) {
    FileHandle.standardError.write(Data("\(CollectorCommand.programName): \(text)\n".utf8))
  }

  static func json(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// Shown and overwritten while something takes long; only where a person looks at it.
  static func progress(_ text: String) {
    guard isatty(STDERR_FILENO) == 1 else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
  }

  /// `1.4 GB`, in powers of 1000, as disks are sold; exact below a kilobyte.
  static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "kB", "MB", "GB", "TB", "PB"] {
      if value < 999.5 || unit == "PB" {
        return unit == "B" ? "\(count) B" : String(format: value < 9.95 ? "%.1f \(unit)" : "%.0f \(unit)", value)
      }
      value /= 1000
    }
    return "\(count) B"
  }
}
