import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// The program as a process: exit codes, messages, and the end by a signal.
@Suite struct CommandTests {
  private func run(_ arguments: [String]) async throws -> (status: Int32, output: String, errors: String) {
    let folder = try TemporaryDirectory()
    let process = try ChildProcess(try Products.path("tikwatch-web"), arguments, in: folder)
    let status = try await process.exitStatus()
    return (status, process.standardOutput, process.standardError)
  }

  @Test(
    arguments: [
      (["--version"], 0), (["--help"], 0), (["run", "--help"], 0), (["--bogus"], 2), (["bogus"], 2),
      (["run", "--listen", "8080"], 2),
      (["run", "--log-level", "loud"], 2), (["run", "--storage", "/no/such/folder"], 1),
      (["check", "--storage", "/no/such/folder"], 1),
      (["run", "--config", "/no/such/web.conf"], 3), (["check", "--storage", "/"], 0),
    ] as [([String], Int32)])
  func exitCodes(arguments: [String], expected: Int32) async throws {
    let (status, output, errors) = try await run(arguments)
    #expect(status == expected, "\(errors)")
    if expected == 0 {
      #expect(!output.isEmpty)
    } else {
      #expect(errors.split(separator: "\n").count == 1, "\(errors)")
      #expect(errors.hasPrefix("tikwatch-web: "))
    }
  }

  @Test func everyMistakeInTheConfigurationIsALine() async throws {
    let folder = try TemporaryDirectory()
    let config = try folder.write("web.conf", "[web]\nlisten = nowhere\ntheme = pink\n".utf8)
    let (status, _, errors) = try await run(["check", "--config", config])
    #expect(status == 3)
    let lines = errors.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("tikwatch-web: \(config):2: [web] listen = \"nowhere\": "))
    #expect(lines[1].hasPrefix("tikwatch-web: \(config):3: [web] theme = \"pink\": "))
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func signalEndsItCleanlyWhileAStreamIsOpen(signal: Int32) async throws {
    let root = try TemporaryDirectory()
    let socket = root.file("web.sock")
    let process = try ChildProcess(
      try Products.path("tikwatch-web"),
      ["run", "--storage", root.path, "--listen", "127.0.0.1:0", "--listen", "unix:" + socket],
      in: root)
    try await process.wait(for: "its two addresses") {
      process.standardError.components(separatedBy: "Listening").count == 3
    }
    let log = process.standardError
    let port = try #require(
      log.components(separatedBy: "127.0.0.1:").dropFirst().compactMap { Int($0.prefix { $0.isNumber }) }.first { $0 > 0 })
    let text = try await HTTPProbe.withStream(port, "GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n") { stream in
      _ = try await stream.text { $0.contains("event: hello") }
      let status = try await process.end(signal, within: 10)
      #expect(status == 0)
      while try await stream.readMore() {}
      return String(decoding: await stream.take(), as: UTF8.self)
    }
    #expect(text.contains("event: bye\n"))
  }
}
