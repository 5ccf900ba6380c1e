import ArgumentParser
import Foundation
import Shared

/// `tikwatch-collector import`: configurations of other programs.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Takes over the configuration of another program.", subcommands: [ImportMKTXPCommand.self])

  func run() throws { throw ValidationError("what to import is missing: mktxp DIR") }
}

/// `tikwatch-collector import mktxp DIR`.
struct ImportMKTXPCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mktxp", abstract: "Shows what becomes of MKTXP's configuration, and writes it as a collector.conf.",
    discussion: """
      Reads mktxp.conf and _mktxp.conf of DIR and changes neither. It is not needed for using them: "run --cfg-dir DIR" takes them as \
      they are. Exit status: 0 shown or written, 1 nothing could be written, 2 usage, 3 the configuration cannot be used.
      """)

  @Argument(help: "MKTXP's configuration folder.")
  var directory: String

  @Option(help: "Write the configuration to this new file, readable by its owner alone. Without it nothing is written.")
  var output: String?

  @Option(help: "The root for the new file (default: that of run --cfg-dir).")
  var storage: String?

  @Flag(help: "Print the findings as JSON.")
  var json = false

  func validate() throws {
    if directory.isEmpty || output?.isEmpty == true || storage?.isEmpty == true { throw ValidationError("a path is empty") }
  }

  private struct Report: Encodable {
    var devices: [String]
    var written: String?
    var keys: [ImportFinding]
  }

  func run() throws {
    var options = try ConfigOptions.parse([])
    (options.config, options.configDirectory, options.storage) = (nil, directory, storage)
    let source = options.source
    let target = output.map(ConfigOptions.absolute)
    let (text, config, findings) = try Self.convert(source, target ?? source.directory + "/collector.conf")
    if let target {
      do throws(FileError) { try PrivateFile.create(target, Array(text.utf8)) } catch {
        throw CommandFailure.failure("\(error)\(error.reason.contains("exists") ? "; another --output is needed" : "")")
      }
    }
    let names = config.devices.map(\.name)
    if json { return try Console.json(Report(devices: names, written: target, keys: findings)) }
    for line in ImportReport(findings: findings).lines() { Console.line(line) }
    let count = names.count == 1 ? "1 device is" : "\(names.count) devices are"
    Console.line("")
    if let target {
      Console.line("Written: \(target) (mode 600). \(count) polled as before; comments were not taken over.")
      Console.line("Its root is \(config.storage): make that folder, or change storage. Then:")
      Console.line("  \(CollectorCommand.programName) check --config \(target)")
      Console.line("  \(CollectorCommand.programName) run --config \(target)")
    } else {
      Console.line("\(count) polled. Nothing was written: --output FILE writes a collector.conf.")
    }
  }

  /// The text of the new file, known to give the same devices.
  static func convert(
    _ source: ConfigSource, _ target: String
  ) throws -> (text: String, config: CollectorConfig, findings: [ImportFinding]) {
    do throws(ConfigErrors) {
      let config = try source.load().config
      let routers = try ConfigFile.load(source.files[0]).document
      let system = FileStamp(path: source.files[1]) == nil ? nil : try ConfigFile.load(source.files[1]).document
      var conversion = MKTXPImport(routers: routers, system: system, source: source)
      let text = try conversion.text()
      let differences = try ImportCheck.differences(text, at: target, from: config, source)
      guard differences.isEmpty else {
        throw ConfigErrors(differences.map { ConfigError(file: source.files[0], problem: $0) })
          ?? ConfigErrors(
            ConfigError(file: source.files[0], problem: "cannot be converted"))
      }
      return (text, config, conversion.findings)
    } catch {
      throw CommandFailure.configuration(error)
    }
  }
}
