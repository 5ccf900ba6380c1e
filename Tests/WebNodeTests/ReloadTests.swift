import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// A changed `web.conf`, with the program as a process.
@Suite struct ReloadTests {
  /// A node with its own file, whose ports are in its log.
  private final class Rig: Sendable {
    let folder: TemporaryDirectory
    let process: ChildProcess

    init(_ lines: String, environment: [String: String] = [:]) throws {
      folder = try TemporaryDirectory()
      try FileManager.default.createDirectory(atPath: folder.file("root"), withIntermediateDirectories: true)
      try Self.write(folder, lines)
      process = try ChildProcess(
        try Products.path("tikwatch-web"), ["run", "--config", folder.file("web.conf")], in: folder, environment: environment)
    }

    /// Replaces the file as an editor does.
    static func write(_ folder: TemporaryDirectory, _ lines: String) throws {
      try folder.write("beside", "[web]\nstorage = \(folder.file("root"))\n\(lines)\n".utf8)
      guard rename(folder.file("beside"), folder.file("web.conf")) == 0 else { throw POSIXError(.EIO) }
    }

    func write(_ lines: String) throws { try Self.write(folder, lines) }

    /// The port that the address, `127.0.0.1` say, is listened on.
    func port(_ number: Int = 0) async throws -> Int {
      var port: Int?
      try await process.wait(for: "listening") {
        let found = process.standardError.split(separator: "\n").filter { $0.hasSuffix("Listening") }
          .compactMap { line in line.split(separator: "127.0.0.1:").last.flatMap { Int($0.prefix { $0.isNumber }) } }
        port = number < found.count ? found[number] : nil
        return port != nil
      }
      return port ?? 0
    }

    func wait(_ text: String, times: Int = 1) async throws {
      try await process.wait(for: text) { process.standardError.components(separatedBy: text).count > times }
    }
  }

  private static let listen = "listen = 127.0.0.1:0\n"

  @Test func whatChangesAppliesWhileStreamsGoOn() async throws {
    let rig = try Rig(Self.listen + "title = Before")
    let port = try await rig.port()
    let stream = try RawSocket(port: port)
    stream.send("GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(await stream.read { $0.contains("event: hello") }.contains("event: hello"))
    try rig.write(
      Self.listen
        + "title = After\ntheme = dark\nbase_path = /net\nmetrics_allow = 10.0.0.1\nexternal_labels = site=x\nstale_after = 20")
    try await rig.wait("Configuration reloaded")
    let page = try await HTTPProbe.get(port, "/net/")
    #expect(page.status == 200)
    #expect(page.text.contains("After"))
    #expect(!page.text.contains("Before"))
    #expect(try await HTTPProbe.get(port, "/").status == 404)
    #expect(try await HTTPProbe.get(port, "/net/metrics").status == 403)
    try rig.write(Self.listen + "allow = 10.0.0.0/8")
    try await rig.wait("Configuration reloaded", times: 2)
    #expect(try await HTTPProbe.get(port, "/").status == 403)
    // The stream that was open all the time ends with the node.
    kill(rig.process.pid, SIGTERM)
    #expect(await stream.read { $0.contains("event: bye") }.contains("event: bye"))
    #expect(try await rig.process.exitStatus(within: 10) == 0)
  }

  @Test func anInvalidFileChangesNothingAndIsTold() async throws {
    let rig = try Rig(Self.listen + "title = Good")
    let port = try await rig.port()
    let metric = {
      try await HTTPProbe.get(port, "/metrics").text.split(separator: "\n").filter {
        $0.hasPrefix("tikwatch_config_last_reload_")
      }
    }
    #expect(try await metric().contains("tikwatch_config_last_reload_successful 1"))
    for (lines, message) in [
      ("title = Bad\ntheme = pink", "theme = \"pink\""), ("title = Bad\nallow = 10.0.0.0/99", "allow = \"10.0.0.0/99\""),
      ("title = Bad\nstorage = /elsewhere", "restart the node to change storage"),
    ] {
      // The last value of a key that is given twice counts, or the file is refused for it: either way for a change of storage.
      let text = message.contains("storage") ? "" : Self.listen
      if text.isEmpty {
        try rig.folder.write("web.conf", "[web]\nlisten = 127.0.0.1:0\nstorage = \(rig.folder.path)\ntitle = Bad\n".utf8)
      } else {
        try rig.write(text + lines)
      }
      try await rig.wait(message)
      try await eventually { try await metric().contains("tikwatch_config_last_reload_successful 0") }
      #expect(try await HTTPProbe.get(port, "/").text.contains("Good"))
      try rig.write(Self.listen + "title = Good")
      try await eventually { try await metric().contains("tikwatch_config_last_reload_successful 1") }
    }
    #expect(try await metric().contains { $0.hasPrefix("tikwatch_config_last_reload_timestamp_seconds ") })
    #expect(rig.process.standardError.contains("Configuration refused, the old one stays in force"))
    #expect(try await rig.process.end(within: 10) == 0)
  }

  @Test func listenersFollowAndOthersGoOn() async throws {
    let rig = try Rig(Self.listen)
    let port = try await rig.port()
    let stream = try RawSocket(port: port)
    stream.send("GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(await stream.read { $0.contains("event: hello") }.contains("event: hello"))
    let socket = rig.folder.file("w.sock")
    try rig.write(Self.listen + "title = x")
    try await rig.wait("Configuration reloaded")
    try rig.write("listen = 127.0.0.1:0 unix:\(socket)")
    try await rig.wait("Configuration reloaded", times: 2)
    try await eventually { (try? RawSocket(unix: socket)) != nil }
    #expect(try await HTTPProbe.get(port, "/healthz").status == 200)
    // The first goes: its stream is told, the other stays.
    try rig.write("listen = unix:\(socket)")
    #expect(await stream.read { $0.contains("event: bye") }.contains("event: bye"))
    try await rig.wait("No longer listening")
    #expect(throws: RawSocket.Failure.self) { try RawSocket(port: port) }
    let local = try RawSocket(unix: socket)
    local.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    #expect(await local.readAll().text.hasPrefix("HTTP/1.1 200 "))
    #expect(try await rig.process.end(within: 10) == 0)
  }

  @Test func aHangUpReadsAtOnceAndTheServiceManagerHearsOfIt() async throws {
    let manager = try NotifySocket()
    let rig = try Rig(Self.listen, environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "200000"])
    let port = try await rig.port()
    try await eventually { manager.messages.contains("READY=1") && manager.messages.contains("WATCHDOG=1") }
    kill(rig.process.pid, SIGHUP)
    try await rig.wait("Configuration read: nothing has changed")
    try await eventually { manager.messages.contains { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") } }
    let reloading = try #require(manager.messages.firstIndex { $0.hasPrefix("RELOADING=1") })
    try await eventually { manager.messages[reloading...].contains("READY=1") }
    try rig.write(Self.listen + "title = Now")
    kill(rig.process.pid, SIGHUP)
    try await eventually { try await HTTPProbe.get(port, "/").text.contains("Now") }
    #expect(try await rig.process.end(within: 10) == 0)
    #expect(manager.messages.contains("STOPPING=1"))
  }

  @Test func itEndsInTimeWhoeverHoldsAConnection() async throws {
    let rig = try Rig(Self.listen)
    let port = try await rig.port()
    let held = try (0..<6).map { _ in try RawSocket(port: port) }
    held[0].send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(await held[0].read { $0.hasSuffix("ok\n") }.hasSuffix("ok\n"))
    held[1].send("GET /heal")
    held[2].send("PROXY TCP4 ")
    held[3].send("GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n")
    held[4].send("GARBAGE\r\n\r\n")
    for _ in 0..<200 { held[5].send("GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n") }
    #expect(try await rig.process.end(within: 10) == 0)
    #expect(held.count == 6)
  }

  @Test func checkPrintsWhatWouldApply() async throws {
    let folder = try TemporaryDirectory()
    let config = try folder.write("web.conf", "[web]\nstorage = .\nallow = 10.0.0.0/8, noc.example\ntheme = dark\n".utf8)
    let process = try ChildProcess(
      try Products.path("tikwatch-web"), ["check", "--config", config, "--listen", "[::1]:9"], in: folder)
    #expect(try await process.exitStatus() == 0, "\(process.standardError)")
    let lines = process.standardOutput.split(separator: "\n")
    for line in [
      "listen = [::1]:9", "allow = 10.0.0.0/8, noc.example", "metrics_allow = ", "trusted_proxies = 127.0.0.1, ::1",
      "theme = dark",
      "stale_after = 10", "base_path = /",
    ] { #expect(lines.contains { $0 == line }, "\(line)") }
    #expect(lines.last == "the configuration is fine")
  }

  @Test func aSocketFileThatSomebodyServesIsNotTaken() async throws {
    let rig = try Rig("")
    let socket = rig.folder.file("w.sock")
    try rig.write("listen = unix:\(socket)")
    try await eventually { (try? RawSocket(unix: socket)) != nil }
    let second = try ChildProcess(
      try Products.path("tikwatch-web"), ["run", "--storage", rig.folder.path, "--listen", "unix:" + socket], in: rig.folder)
    #expect(try await second.exitStatus() == 1)
    #expect(second.standardError.contains("cannot listen on unix:\(socket): another process does"))
    #expect((try? RawSocket(unix: socket)) != nil)
    #expect(try await rig.process.end(within: 10) == 0)
  }
}
