import ArgumentParser
import Foundation
import Glibc
import HTTPService
import Shared

/// The program: parses the command line and turns every outcome into an exit code.
///
/// 0 success, 1 failure, 2 usage, 3 configuration; one line per error on standard error.
@main
enum Main {
  static func main() async {
    do {
      var command = try WebNodeCommand.parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      finish(error)
    }
  }

  private static func finish(_ error: any Error) -> Never {
    switch error {
    case let errors as ConfigErrors: fail(errors.errors.map(\.description), 3)
    case let error as StartError: fail([error.description], 1)
    default: break
    }
    let text = WebNodeCommand.message(for: error)
    if WebNodeCommand.exitCode(for: error) == .success {
      // --help and --version
      FileHandle.standardOutput.write(Data((WebNodeCommand.fullMessage(for: error) + "\n").utf8))
      exit(0)
    }
    let isUsage = WebNodeCommand.exitCode(for: error) == .validationFailure
    fail([text.split(separator: "\n").joined(separator: " ") + (isUsage ? " (see --help)" : "")], isUsage ? 2 : 1)
  }

  private static func fail(_ lines: [String], _ code: Int32) -> Never {
    for line in lines { FileHandle.standardError.write(Data("tikwatch-web: \(line)\n".utf8)) }
    exit(code)
  }
}
