internal import Foundation

/// One of our programs, or a tool, as a process of its own: its output goes to files, so that nothing it prints can block it.
package final class ChildProcess: Sendable {
  /// A program did not do in time what was waited for; with the end of what it printed.
  package struct Timeout: Error, CustomStringConvertible {
    package var description: String
  }

  private let process: Process
  private let output: String
  private let errors: String
  private let name: String

  /// Starts `executable` (a path) with its output going to files in `folder`.
  package init(_ executable: String, _ arguments: [String], in folder: TemporaryDirectory, environment: [String: String] = [:])
    throws
  {
    name = (executable as NSString).lastPathComponent
    let stem = folder.file(name + "-" + UUID().uuidString)
    output = stem + ".out"
    errors = stem + ".err"
    process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try Self.create(output)
    process.standardError = try Self.create(errors)
    try process.run()
  }

  deinit {
    // A test that failed leaves nothing behind.
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  package var pid: Int32 { process.processIdentifier }
  package var isRunning: Bool { process.isRunning }
  package var standardOutput: String { Self.text(output) }
  package var standardError: String { Self.text(errors) }

  /// Waits for the first line of standard output that begins with `prefix`, and returns what follows it.
  package func line(startingWith prefix: String, within seconds: Double = 20) async throws -> String {
    var found: String?
    try await wait(for: "a line beginning with \"\(prefix)\"", within: seconds) {
      // The last piece may be a line in the making.
      let lines = standardOutput.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      found = lines.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
      return found != nil
    }
    return found ?? ""
  }

  /// Waits until `condition` holds; fails at once when the process ends before.
  package func wait(for what: String, within seconds: Double = 20, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try await !condition() {
      let isRunning = process.isRunning
      if !isRunning, try await condition() { return }
      guard isRunning else { throw Timeout(description: "\(name) ended before \(what):\n\(tail)") }
      guard .now < end else { throw Timeout(description: "\(name): no \(what) within \(seconds) s:\n\(tail)") }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// Sends a signal and returns the exit status, 128 + N for death by signal N.
  package func end(_ signal: Int32 = SIGTERM, within seconds: Double = 12) async throws -> Int32 {
    if process.isRunning { kill(process.processIdentifier, signal) }
    return try await exitStatus(within: seconds)
  }

  /// Waits for the process to end by itself.
  package func exitStatus(within seconds: Double = 20) async throws -> Int32 {
    let end = ContinuousClock.now + .seconds(seconds)
    while process.isRunning {
      guard .now < end else { throw Timeout(description: "\(name) did not end within \(seconds) s:\n\(tail)") }
      try await Task.sleep(for: .milliseconds(5))
    }
    return process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
  }

  private var tail: String { String((standardOutput + standardError).suffix(3000)) }

  private static func create(_ path: String) throws -> FileHandle {
    try Data().write(to: URL(fileURLWithPath: path))
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }

  private static func text(_ path: String) -> String {
    // Missing only when the folder is gone, with the test.
    (try? Data(contentsOf: URL(fileURLWithPath: path))).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

/// Where the programs under test are.
package enum Products {
  /// The path of a program that was built together with the running tests.
  package static func path(_ name: String) throws -> String {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let candidates = [
      (tests as NSString).deletingLastPathComponent + "/" + name,
      FileManager.default.currentDirectoryPath + "/.build/debug/" + name,
    ]
    guard let path = candidates.first(where: FileManager.default.isExecutableFile(atPath:)) else {
      throw ChildProcess.Timeout(description: "\(name) is not built: looked in \(candidates.joined(separator: ", "))")
    }
    return path
  }
}
