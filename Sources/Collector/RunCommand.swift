import ArgumentParser
import Foundation
import Logging
import Shared

/// `tikwatch-collector run`: the daemon.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "run", abstract: "Polls the devices until it is told to stop.")

  @OptionGroup var options: ConfigOptions

  @Option(
    help: ArgumentHelp(
      "Where to serve metrics, e.g. 127.0.0.1:49090, in place of the configured addresses; none: nowhere.", valueName: "addr"))
  var listen: [String] = []

  @Flag(help: "Log warnings and errors only.")
  var quiet = false

  @Option(help: "trace, debug, info, notice, warning, error or critical (default: info).")
  var logLevel: LogLevel?

  func validate() throws {
    if quiet, logLevel != nil { throw ValidationError("--quiet and --log-level exclude each other") }
  }

  func run() async throws {
    let level = quiet ? Logger.Level.warning : logLevel?.level ?? .info
    LoggingSystem.bootstrap { label in
      var handler = StreamLogHandler.standardError(label: label)
      handler.logLevel = level
      return handler
    }
    let logger = Logger(label: CollectorCommand.programName)
    var source = options.source
    source.listen = try listenAddresses()
    let stamps = StampWatch.stamps(source.files)
    let config = try load(source, logger)
    do {
      try await CollectorApp(source: source, config: config, stamps: stamps, logger: logger).run()
    } catch let error as CommandFailure {
      throw error
    } catch {
      throw CommandFailure.failure(String(describing: error))
    }
  }

  /// What `--listen` says; `nil` when it is not given.
  private func listenAddresses() throws -> [ListenAddress]? {
    guard !listen.isEmpty else { return nil }
    if listen == ["none"] { return [] }
    do throws(ConfigProblem) {
      return try ListenAddress.list(parsing: listen.joined(separator: " "), ports: 0...65535)
    } catch {
      throw CommandFailure(status: 2, description: "--listen: \(error.problem); allowed: \(error.allowed ?? "")")
    }
  }

  private func load(_ source: ConfigSource, _ logger: Logger) throws -> CollectorConfig {
    do throws(ConfigErrors) {
      let (config, warnings, notices) = try source.load()
      for warning in warnings { logger.warning("\(warning)") }
      for notice in notices { logger.notice("\(notice)") }
      return config
    } catch {
      throw CommandFailure.configuration(error)
    }
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
