internal import ArgumentParser

/// Writes plausible past data.
struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "history", abstract: "Write past data of the devices.")
  @OptionGroup var data: DataOptions
  func run() async throws { throw Failure("not yet") }
}
