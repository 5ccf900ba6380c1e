internal import ArgumentParser
internal import Foundation
internal import Shared

/// `tikwatch-fakedevice`: RouterOS devices made of data.
@main
struct FakeDeviceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tikwatch-fakedevice", abstract: "RouterOS API devices made of data, for demos, tests and benchmarks.",
    discussion: "Counters are exact functions of time, so what a client should have seen is known. See docs/fake-device.md.",
    version: Version.current,
    subcommands: [
      RunCommand.self, HistoryCommand.self, TruthCommand.self, DataCommand.self, ArchiveRateCommand.self,
    ])

  /// Exit statuses: 0 success, 1 failure, 2 usage, 3 data that cannot be used.
  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      Foundation.exit(report(error))
    }
  }

  /// Says on stderr, or for `--help` and `--version` on stdout, what there is to say; returns the exit status.
  private static func report(_ error: any Error) -> Int32 {
    if let failure = error as? Failure {
      Console.error(failure.description)
      return failure.status
    }
    let text = fullMessage(for: error)
    switch exitCode(for: error) {
    case .success:
      Console.line(text)
      return 0
    case .validationFailure:
      Console.error(text)
      return 2
    default:
      Console.error(text)
      return 1
    }
  }
}
