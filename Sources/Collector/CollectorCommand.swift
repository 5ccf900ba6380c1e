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
      SetupCommand.self, EditCommand.self, ImportCommand.self, CompareCommand.self,
    ])

  func run() throws {
    throw ValidationError("a command is missing: run, check, print, show, info, storage, setup, edit, import or compare")
  }
}
