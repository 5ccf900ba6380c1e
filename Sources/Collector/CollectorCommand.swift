import ArgumentParser
import Shared

/// `tikwatch-collector`.
struct CollectorCommand: ParsableCommand {
  static let programName = "tikwatch-collector"

  static let configuration = CommandConfiguration(
    commandName: programName, abstract: "Polls MikroTik devices and writes what it finds for Tikwatch's web nodes.",
    version: Version.current,
    subcommands: [
      RunCommand.self, CheckCommand.self, PrintCommand.self, ShowCommand.self, InfoCommand.self, StorageCommand.self,
      SetupCommand.self, ImportCommand.self,
    ])

  func run() throws { throw ValidationError("a command is missing: \(Self.configuration.subcommands.names)") }
}

extension [any ParsableCommand.Type] {
  /// `run, check, … or import`.
  fileprivate var names: String {
    let names = compactMap(\.configuration.commandName)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}
