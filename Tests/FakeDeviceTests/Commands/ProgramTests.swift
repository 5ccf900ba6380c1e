import Foundation
import Shared
import TestSupport
import Testing

@testable import FakeDevice

/// The program itself, as a process.
@Suite struct ProgramTests {
  struct Result {
    var status: Int32
    var output: String
    var errors: String
  }

  /// The program beside the tests.
  private static func process(_ arguments: [String]) throws -> (Process, output: Pipe, errors: Pipe) {
    let process = Process()
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    process.executableURL = folder.appendingPathComponent("tikwatch-fakedevice")
    process.arguments = arguments
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    return (process, output, errors)
  }

  private static func run(_ arguments: String...) throws -> Result {
    let (process, output, errors) = try process(arguments)
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let fault = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      errors: String(decoding: fault, as: UTF8.self))
  }

  @Test func tellsVersionAndHelp() throws {
    let version = try Self.run("--version")
    #expect(version.status == 0 && version.output == Version.current + "\n" && version.errors.isEmpty)
    let help = try Self.run("run", "--help")
    #expect(help.status == 0 && help.output.contains("--devices") && help.errors.isEmpty)
  }

  @Test(arguments: [
    ["--bogus"], ["run", "--port", "x"], ["run", "--port", "70000"], ["run", "--devices", "0"], ["run", "--faults", "nap"],
    ["truth", "--device", "gw-riga"], ["truth", "--device", "a", "--interface", "b", "--from", "2", "--to", "1"],
    ["history", "--storage", "/tmp", "--days", "0"], ["history", "--storage", "/tmp", "--retention", "2s:1d"], ["history"],
  ]) func usageErrorsAre2(_ arguments: [String]) throws {
    let (process, output, errors) = try Self.process(arguments)
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let fault = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 2 && text.isEmpty && fault.hasPrefix("Error: "))
  }

  @Test func dataThatCannotBeUsedIs3() throws {
    let missing = try Self.run("run", "--data", "/nonexistent/data.json")
    #expect(missing.status == 3 && missing.errors.contains("/nonexistent/data.json"))
  }

  @Test func failuresAre1() throws {
    let unknown = try Self.run("truth", "--device", "none", "--interface", "x", "--from", "1", "--to", "2")
    #expect(unknown.status == 1 && unknown.errors == "Error: there is no device \"none\"\n")
    let address = try Self.run("run", "--listen", "192.0.2.1", "--port", "0")
    #expect(address.status == 1 && address.errors.hasPrefix("Error: could not listen on 192.0.2.1:0: "))
  }

  @Test func printsItsDataAsAFileThatItReads() throws {
    let result = try Self.run("data", "--devices", "4")
    #expect(result.status == 0)
    let folder = try TemporaryDirectory()
    let file = try DataFile.load(try folder.write("data.json", result.output.utf8))
    #expect(file.devices.map(\.name) == ["gw-riga", "ap-office", "branch-tartu", "gw-riga-002"])
  }

  @Test func truthIsTheModel() throws {
    let result = try Self.run(
      "truth", "--device", "gw-riga", "--interface", "ether5 (camera)", "--from", "1795221000.5", "--to", "1795221300")
    let counters = DeviceData.gateway.interfaces[4].counters(boots: [0])
    let rx = counters.rx.bytes(from: 1_795_221_000.5, to: 1_795_221_300)
    let tx = counters.tx.bytes(from: 1_795_221_000.5, to: 1_795_221_300)
    #expect(result.status == 0 && result.output == "rx \(rx)\ntx \(tx)\n")
  }

  @Test(arguments: [SIGTERM, SIGINT]) func runsUntilItIsToldToEnd(_ number: Int32) async throws {
    let folder = try TemporaryDirectory()
    let program = try ChildProcess(
      try Products.path("tikwatch-fakedevice"), ["run", "--port", "0", "--devices", "2"], in: folder)
    _ = try await program.line(startingWith: "ready", within: 60)
    let lines = program.standardOutput.split(separator: "\n")
    #expect(lines.count == 3 && lines[0].hasPrefix("listening gw-riga 127.0.0.1:") && lines.last == "ready")
    #expect(try await program.end(number, within: 60) == 0)
  }

  @Test func historyFillsAFolder() throws {
    let folder = try TemporaryDirectory()
    let result = try Self.run(
      "history", "--storage", folder.path, "--collector", "edge 1", "--devices", "1", "--interfaces", "1", "--days", "1",
      "--retention", "1s:1h, 1m:2d", "--until", "1795221037")
    #expect(result.status == 0 && result.output == "written gw-riga: 1 interfaces, 1 days\n")
    #expect(FileManager.default.fileExists(atPath: folder.path + "/edge_201/devices/gw-riga/interfaces/ether1.rrd"))
    let again = try Self.run("history", "--storage", folder.path, "--collector", "edge 1", "--days", "1")
    #expect(again.status == 1 && again.errors.contains("exists"))
  }
}
