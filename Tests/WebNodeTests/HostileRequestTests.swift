import Foundation
import HTTPService
import NIOCore
import Shared
import TestSupport
import Testing

@testable import WebNode

/// Requests that are none, or that mean different things to different servers, as bytes on a socket.
@Suite struct HostileRequestTests {
  private func node(
    limits: ConnectionLimits = ConnectionLimits(), _ body: @escaping @Sendable (RunningNode) async throws -> Void
  ) async throws {
    let root = try TemporaryDirectory()
    try await RunningNode.with(RunningNode.config(root.path), waitsForRoots: false, limits: limits, body)
  }

  /// The statuses of the answers in what came.
  private static func statuses(_ text: String) -> [Int] {
    text.components(separatedBy: "\n").filter { $0.hasPrefix("HTTP/1.") }.compactMap { Int($0.dropFirst(9).prefix(3)) }
  }

  private static let get = "GET /healthz HTTP/1.1\r\nHost: x\r\n"

  static let requests: [(name: String, bytes: String, statuses: [Int])] = [
    ("old", "GET /healthz HTTP/1.0\r\n\r\n", [200]),
    ("old, kept", "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", [200]),
    ("close in capitals", get + "Connection: Close\r\n\r\n", [200]),
    ("close in a list", get + "Connection: TE, close\r\n\r\n", [200]),
    ("upgrade", get + "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", [200]),
    ("absolute form", "GET http://other/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", [200]),
    ("foreign scheme", "GET ftp://other/healthz HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
    ("no host", "GET /healthz HTTP/1.1\r\n\r\n", [400]),
    ("two hosts", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", [400]),
    ("bad host", "GET /healthz HTTP/1.1\r\nHost: a/b c\r\n\r\n", [400]),
    ("options *", "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", [405]),
    ("connect", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", [405]),
    ("unknown method", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
    ("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]),
    ("HTTP/3", "GET / HTTP/3.0\r\nHost: x\r\n\r\n", [505]),
    ("length and chunks", get + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + get + "\r\n", [400]),
    ("chunks and length", get + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + get + "\r\n", [400]),
    ("two lengths", get + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd" + get + "\r\n", [400]),
    ("two equal lengths", get + "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd", [400]),
    ("list of lengths", get + "Content-Length: 4, 4\r\n\r\nabcd", [400]),
    ("signed length", get + "Content-Length: +4\r\n\r\nabcd", [400]),
    ("endless length", get + "Content-Length: 99999999999999999999999\r\n\r\n", [400]),
    ("strange coding", get + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", [501]),
    ("chunks by another name", get + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", [501]),
    ("blank before colon", get + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", [400]),
    ("folded header", get + "X: a\r\n b\r\n\r\n", [400]), ("NUL in a header", get + "X: a\0b\r\n\r\n", [400]),
    ("bad chunk", get + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", [200, 400]),
    ("large body", get + "Content-Length: 99999999\r\n\r\n", [413]),
    ("garbage behind a request", get + "\r\nGARBAGE\r\n\r\n", [200, 400]),
    ("three in one", get + "\r\n" + get + "\r\n" + get + "Connection: close\r\n\r\n" + get + "\r\n", [200, 200, 200]),
    (
      "long address",
      "GET /healthz?" + String(repeating: "a", count: 70_000) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", [414]
    ),
    (
      // Its end comes in the same piece as the byte that is too much.
      "address just too long to be held",
      "GET /healthz?" + String(repeating: "a", count: 85_000) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", [414]
    ),
    ("endless address", "GET /" + String(repeating: "a", count: 200_000), [414]),
    ("endless header", get + "X: " + String(repeating: "a", count: 200_000), [431]),
    ("many headers", get + (0..<200).map { "X\($0): 1\r\n" }.joined() + "\r\n", [431]),
  ]

  @Test(arguments: requests) func hasItsAnswerAndThenItsEnd(_ row: (name: String, bytes: String, statuses: [Int])) async throws {
    try await node { node in
      let socket = try RawSocket(port: node.port)
      socket.send(row.bytes)
      let (text, end) = await socket.readAll()
      #expect(Self.statuses(text) == row.statuses, "\(row.name): \(text.prefix(300))")
      #expect(end != .open, "\(row.name)")
      // Each answer has them, whoever gave it.
      #expect(text.components(separatedBy: "Content-Security-Policy").count - 1 == row.statuses.count, "\(row.name)")
      if row.statuses.contains(405) { #expect(text.contains("\nAllow: GET, HEAD\r")) }
      let after = try await node.get("/healthz")
      #expect(after.status == 200)
    }
  }

  @Test func dribblingBytesDoNotKeepAConnection() async throws {
    var limits = ConnectionLimits()
    limits.request = .milliseconds(500)
    try await node(limits: limits) { node in
      for start in [
        "GET /heal", "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ", "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n",
      ] {
        let socket = try RawSocket(port: node.port, timeout: 20)
        socket.send(start)
        // A byte now and then, as long as they are taken: it must end although the connection is never idle.
        try await eventually { !socket.send("a") }
      }
    }
  }

  @Test func whoAsksOneRequestAfterTheOtherIsNotCutOff() async throws {
    var limits = ConnectionLimits()
    limits.request = .milliseconds(500)
    try await node(limits: limits) { node in
      let socket = try RawSocket(port: node.port)
      let start = ContinuousClock.now
      var count = 0
      while ContinuousClock.now - start < .seconds(1) {
        socket.send(Self.get + "\r\n")
        #expect(await socket.read { $0.hasSuffix("ok\n") }.hasPrefix("HTTP/1.1 200"))
        count += 1
      }
      #expect(count > 1)
    }
  }

  /// One address that is no proxy gets a quarter of the places, and at least sixteen.
  @Test func oneAddressDoesNotGetEveryPlace() async throws {
    let root = try TemporaryDirectory()
    var config = RunningNode.config(root.path)
    config.trustedProxies = AccessList(rules: [])
    var limits = ConnectionLimits()
    limits.connections = 64
    try await RunningNode.with(config, waitsForRoots: false, limits: limits) { node in
      // Those that are being answered make no room.
      var streams = try (0..<16).map { _ in try RawSocket(port: node.port) }
      for stream in streams {
        stream.send("GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(await stream.read { $0.contains("event: hello") }.contains("event: hello"))
      }
      for _ in 0..<3 {
        let more = try RawSocket(port: node.port)
        more.send(Self.get + "\r\n")
        let answer = await more.readAll()
        #expect(!answer.text.contains("200 OK") && answer.end != .open)
      }
      streams.removeLast(2)
      try await eventually { (try? await node.get("/healthz").status) == 200 }
      let metrics = try await node.get("/metrics").text
      let refused = metrics.split(separator: "\n").first { $0.hasPrefix("tikwatch_web_connections_refused_total ") }
      #expect(refused?.split(separator: " ").last.flatMap { Double($0) } ?? 0 >= 3)
    }
  }

  @Test func idleConnectionsMakeRoomForOthers() async throws {
    var limits = ConnectionLimits()
    limits.connections = 20
    try await node(limits: limits) { node in
      // More than there are places: those that came last are refused or take the place of the first, as time goes.
      let idle = try (0..<30).map { _ in try RawSocket(port: node.port) }
      // They have to be idle for a moment before they count as such.
      try await eventually { (try? await node.get("/healthz").status) == 200 }
      let metrics = try await node.get("/metrics").text
      #expect(!metrics.contains("\ntikwatch_web_connections_evicted_total 0\n"))
      let open = metrics.split(separator: "\n").first { $0.hasPrefix("tikwatch_web_connections ") }
      #expect(open.flatMap { Int($0.dropFirst(25)) }.map { $0 <= 20 } == true)
      #expect(idle.count == 30)
    }
  }

  @Test func whereAllConnectionsAreBusyNewOnesAreRefusedAtOnce() async throws {
    var limits = ConnectionLimits()
    limits.connections = 8
    try await node(limits: limits) { node in
      let streams = try (0..<8).map { _ in try RawSocket(port: node.port) }
      for stream in streams {
        stream.send("GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(await stream.read { $0.contains("event: hello") }.contains("event: hello"))
      }
      let late = try RawSocket(port: node.port)
      let (text, end) = await late.readAll()
      #expect(text.hasPrefix("HTTP/1.1 503 "))
      #expect(text.contains("\r\nRetry-After: 2\r\n"))
      #expect(text.contains(SecurityHeaders.policy))
      #expect(end != .open)
      #expect(streams.count == 8)
    }
  }
}
