import ArgumentParser
import Foundation
import Logging
import Shared

/// `tikwatch-collector run`: the daemon.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "run", abstract: "Polls the devices until it is told to stop.")

  @Option(help: "Configuration file (default: \(ConfigSource.defaultFile)).")
  var config: String?

  @Option(name: .customLong("cfg-dir"), help: "MKTXP's configuration folder, in place of --config.")
  var configDirectory: String?

  @Option(help: "The root, in place of the configured one.")
  var storage: String?

  @Flag(help: "Log warnings and errors only.")
  var quiet = false

  @Option(help: "trace, debug, info, notice, warning, error or critical (default: info).")
  var logLevel: LogLevel?

  @Flag(help: "Accept a configuration file with passwords that everybody can read.")
  var insecureConfig = false

  @Flag(help: "Unknown configuration keys are errors.")
  var strict = false

  func validate() throws {
    if config != nil, configDirectory != nil { throw ValidationError("--config and --cfg-dir exclude each other") }
    if quiet, logLevel != nil { throw ValidationError("--quiet and --log-level exclude each other") }
    if config?.isEmpty == true || configDirectory?.isEmpty == true || storage?.isEmpty == true {
      throw ValidationError("a path is empty")
    }
  }

  func run() async throws {
    let level = quiet ? Logger.Level.warning : logLevel?.level ?? .info
    LoggingSystem.bootstrap { label in
      var handler = StreamLogHandler.standardError(label: label)
      handler.logLevel = level
      return handler
    }
    let logger = Logger(label: CollectorCommand.programName)
    let config = try load(logger)
    do {
      try await CollectorApp(config, logger: logger).run()
    } catch let error as CommandFailure {
      throw error
    } catch {
      throw CommandFailure.failure(String(describing: error))
    }
  }

  private func load(_ logger: Logger) throws -> CollectorConfig {
    var source = ConfigSource(
      configDirectory.map { .directory(absolute($0)) } ?? .file(absolute(config ?? ConfigSource.defaultFile)))
    source.storage = storage.map(absolute)
    source.isStrict = strict
    source.allowsExposedSecrets = insecureConfig
    source.environment = ProcessInfo.processInfo.environment
    source.hostName = HostIdentity.shortName
    source.timeZone = TimeZoneName.current
    source.isRoot = geteuid() == 0
    source.ownsStateFolder = access("/var/lib/tikwatch", W_OK | X_OK) == 0
    do throws(ConfigErrors) {
      let (config, warnings, notices) = try source.load()
      for warning in warnings { logger.warning("\(warning)") }
      for notice in notices { logger.notice("\(notice)") }
      return config
    } catch {
      throw CommandFailure.configuration(error)
    }
  }

  /// `~` and `$NAME` are the shell's business; relative paths are relative to the working folder.
  private func absolute(_ path: String) -> String {
    let base = FileManager.default.currentDirectoryPath
    var full = path.hasPrefix("/") ? path : base + "/" + path
    while full.count > 1, full.hasSuffix("/") { full.removeLast() }
    return full
  }
}

/// The log levels, as an option takes them.
enum LogLevel: String, CaseIterable, ExpressibleByArgument {
  case trace, debug, info, notice, warning, error, critical

  var level: Logger.Level {
    switch self {
    case .trace: .trace
    case .debug: .debug
    case .info: .info
    case .notice: .notice
    case .warning: .warning
    case .error: .error
    case .critical: .critical
    }
  }
}

/// This machine, as it is called in files.
enum HostIdentity {
  /// The host name up to its first dot.
  static var shortName: String {
    let name = ProcessInfo.processInfo.hostName
    let short = name.split(separator: ".", omittingEmptySubsequences: true).first.map(String.init)
    return short.flatMap { $0.isEmpty ? nil : $0 } ?? "collector"
  }
}
