internal import Foundation
internal import Glibc
internal import Synchronization

/// The `openssl` command as a process that a test talks to through its standard input and output. Ended with the value that holds it.
package final class OpenSSLCommand: Sendable {
  package struct Failed: Error, CustomStringConvertible {
    package var description: String
  }

  private let process = Process()
  private let input = Pipe()
  private let received = Mutex<[UInt8]>([])

  /// Starts `openssl` with `arguments`. What it writes to either output is kept.
  package init(_ arguments: [String]) throws {
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    output.fileHandleForReading.readabilityHandler = { [weak self] handle in
      let data = handle.availableData
      if data.isEmpty { handle.readabilityHandler = nil }
      self?.received.withLock { $0 += data }
    }
    try process.run()
  }

  deinit {
    kill()
  }

  /// All that it has written so far.
  package var output: [UInt8] { received.withLock { $0 } }

  package var text: String { String(decoding: output, as: UTF8.self) }

  package func send(_ bytes: [UInt8]) throws {
    try input.fileHandleForWriting.write(contentsOf: Data(bytes))
  }

  package func closeInput() throws {
    try input.fileHandleForWriting.close()
  }

  /// At once. SIGTERM would not do: a child inherits the signal mask of the thread that started it, and pool threads block that signal.
  package func kill() {
    guard process.isRunning else { return }
    _ = Glibc.kill(process.processIdentifier, SIGKILL)
  }

  /// Waits until it has written `text`.
  package func waitForOutput(_ text: String) async throws {
    do {
      try await eventually { self.text.contains(text) }
    } catch {
      throw Failed(description: "never wrote \"\(text)\", but \"\(self.text)\"")
    }
  }

  /// Runs `openssl` with `arguments` to its end, which must be a success. Blocking, for preparations.
  package static func run(_ arguments: [String], directory: String) throws {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed(description: "\(arguments.joined(separator: " ")): \(String(decoding: text, as: UTF8.self))")
    }
  }
}
