import ArgumentParser
import Foundation
import Glibc
import HTTPService
import Logging
import ServiceLifecycle
import Shared
import UnixSignals

struct WebNodeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tikwatch-web", abstract: "Shows what tikwatch collectors record: pages, graphs, API and metrics.",
    version: Version.current, subcommands: [Run.self, Check.self, RenderWorkerCommand.self])

  /// Where the settings come from.
  struct Source: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("A root to show; may be given several times. Replaces storage of the file.", valueName: "dir"))
    var storage: [String] = []

    @Option(help: ArgumentHelp("Where to listen, e.g. 127.0.0.1:8080. Replaces listen of the file.", valueName: "addr"))
    var listen: [String] = []

    /// All of it.
    func origin() throws -> WebConfigSource {
      var origin = WebConfigSource(
        file: config, storage: storage, directory: FileManager.default.currentDirectoryPath,
        environment: ProcessInfo.processInfo.environment)
      if !listen.isEmpty {
        do throws(ConfigProblem) {
          origin.listen = try ListenAddress.list(parsing: listen.joined(separator: " "), ports: 0...65535)
        } catch {
          throw ValidationError("--listen: \(error.problem); allowed: \(error.allowed ?? "")")
        }
      }
      return origin
    }
  }

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serves until it is stopped.")

    @OptionGroup var source: Source

    @Option(
      help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"),
      transform: { text in
        guard let level = Logger.Level(rawValue: text) else {
          let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
          throw ValidationError("\"\(text)\" is no log level; allowed: \(known)")
        }
        return level
      })
    var logLevel: Logger.Level = .info

    func run() async throws {
      let origin = try source.origin()
      let stamps = StampWatch.stamps(origin.files)
      let (config, warnings) = try origin.load()
      var logger = Logger(label: "tikwatch-web", factory: { StreamLogHandler.standardError(label: $0) })
      logger.logLevel = logLevel
      for warning in warnings { logger.warning("\(warning)") }
      var app = WebNodeApp(config: config, logger: logger, pages: try PageRoutes.pages())
      app.source = (origin, stamps)
      app.manager = ServiceManager(environment: origin.environment, pid: Int(getpid()))
      try await app.run(signals: [.sigterm, .sigint])
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows the settings that would apply, and whether they are fine and the roots are there.")

    @OptionGroup var source: Source

    func run() async throws {
      let (config, warnings) = try source.origin().load()
      for warning in warnings { FileHandle.standardError.write(Data("tikwatch-web: warning: \(warning)\n".utf8)) }
      for (key, value) in config.settings { print("\(key) = \(value)") }
      try await StartError.checkRoots(config.storage)
      print("the configuration is fine")
    }
  }
}
