import ArgumentParser
import Glibc

/// Exit status: 0 success, 1 failure, 2 usage, 3 configuration, whatever the argument library does by itself.
@main
enum Main {
  static func main() async {
    do {
      var command = try CollectorCommand.parseAsRoot(PrintArguments.normalised(Array(CommandLine.arguments.dropFirst())))
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      exit(ExitReport(error).print())
    }
  }
}

/// How an error ends the process: what is printed where, and with which status.
struct ExitReport {
  var status: Int32
  var text: String

  init(_ error: any Error) {
    switch error {
    case let failure as CommandFailure:
      status = failure.status
      text = failure.description
    default:
      if CollectorCommand.exitCode(for: error).isSuccess {
        // `--help`, `--version`.
        status = 0
        text = CollectorCommand.fullMessage(for: error)
      } else {
        status = 2
        // The library lays some messages out over several lines.
        let words = CollectorCommand.message(for: error).split(whereSeparator: \.isWhitespace)
        text = words.joined(separator: " ") + " (see --help)"
      }
    }
  }

  /// Prints it, failures on standard error with one line each, and returns the status.
  func print() -> Int32 {
    if status == 0 {
      if !text.isEmpty { Swift.print(text) }
    } else {
      for line in text.split(separator: "\n") {
        let bytes = Array("\(CollectorCommand.programName): \(line)\n".utf8)
        // Nobody is left to hear about a standard error that is closed.
        _ = write(STDERR_FILENO, bytes, bytes.count)
      }
    }
    return status
  }
}

/// A failure of a command, with its exit status.
struct CommandFailure: Error, CustomStringConvertible {
  var status: Int32
  /// One line per error.
  var description: String

  static func failure(_ error: some CustomStringConvertible) -> CommandFailure {
    CommandFailure(status: 1, description: error.description)
  }

  static func configuration(_ error: some CustomStringConvertible) -> CommandFailure {
    CommandFailure(status: 3, description: error.description)
  }
}
