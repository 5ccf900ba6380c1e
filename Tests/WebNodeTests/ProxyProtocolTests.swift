import Foundation
import HTTPService
import HTTPTypes
import NIOCore
import Shared
import TestSupport
import Testing

@testable import WebNode

/// The PROXY protocol in front of real requests. Loopback is trusted unless a test says otherwise.
@Suite struct ProxyProtocolTests {
  private func node(
    _ change: @Sendable (inout WebNodeConfig) throws -> Void = { _ in }, limits: ConnectionLimits = ConnectionLimits(),
    _ body: @escaping @Sendable (RunningNode) async throws -> Void
  ) async throws {
    let root = try TemporaryDirectory()
    var config = RunningNode.config(root.path)
    config.allow = try AccessList(parsing: "127.0.0.1, 203.0.113.0/24, 2001:db8::/32")
    try change(&config)
    try await RunningNode.with(config, waitsForRoots: false, limits: limits, body)
  }

  private static let get = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"

  private static func binary(_ command: UInt8, _ family: UInt8, _ body: [UInt8]) -> [UInt8] {
    [
      0x0D, 0x0A, 0x0D, 0x0A, 0, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, command, family, UInt8(body.count >> 8),
      UInt8(body.count & 0xFF),
    ]
      + body
  }

  private static let headers: [(name: String, bytes: [UInt8], status: Int)] = [
    ("allowed", Array("PROXY TCP4 203.0.113.9 127.0.0.1 1 2\r\n".utf8), 200),
    ("allowed v6", Array("PROXY TCP6 2001:db8::9 ::1 1 2\r\n".utf8), 200),
    ("not allowed", Array("PROXY TCP4 198.51.100.9 127.0.0.1 1 2\r\n".utf8), 403),
    ("unknown", Array("PROXY UNKNOWN\r\n".utf8), 403),
    ("binary allowed", binary(0x21, 0x11, [203, 0, 113, 9, 127, 0, 0, 1, 0, 1, 0, 2]), 200),
    ("binary not allowed", binary(0x21, 0x11, [198, 51, 100, 9, 127, 0, 0, 1, 0, 1, 0, 2, 4, 0, 1, 0]), 403),
    ("binary unknown", binary(0x21, 0, []), 403), ("local", binary(0x20, 0, []), 200),
  ]

  @Test func theSourceCountsAsTheClient() async throws {
    try await node { node in
      for (name, bytes, status) in Self.headers {
        let socket = try RawSocket(port: node.port)
        socket.send(bytes + Array((Self.get + "\r\n").utf8))
        #expect(await socket.readAll().text.hasPrefix("HTTP/1.1 \(status) "), "\(name)")
      }
    }
  }

  @Test func aHeaderMayComeInAnyPieces() async throws {
    try await node { node in
      for (name, bytes, status) in Self.headers {
        let socket = try RawSocket(port: node.port)
        for byte in bytes + Array((Self.get + "\r\n").utf8) { socket.send([byte]) }
        #expect(await socket.readAll().text.hasPrefix("HTTP/1.1 \(status) "), "\(name)")
      }
      // In two pieces, split at every place.
      let header = Self.headers[5].bytes
      for split in 1..<header.count {
        let socket = try RawSocket(port: node.port)
        socket.send(Array(header[..<split]))
        socket.send(Array(header[split...]) + Array((Self.get + "\r\n").utf8))
        #expect(await socket.readAll().text.hasPrefix("HTTP/1.1 403 "), "\(split)")
      }
    }
  }

  @Test func itCountsForEveryRequestOfTheConnectionWhateverTheClientClaims() async throws {
    try await node { node in
      let claims = ["X-Forwarded-For: 203.0.113.9", "Forwarded: for=203.0.113.9", "X-Real-IP: 203.0.113.9"]
      var spoof = claims.joined(separator: "\r\n") + "\r\n"
      if let name = ProxyField.name { spoof += "\(name.rawName): 203.0.113.9\r\n" }
      let socket = try RawSocket(port: node.port)
      socket.send("PROXY TCP4 198.51.100.9 127.0.0.1 1 2\r\n")
      socket.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\(spoof)\r\n" + Self.get + spoof + "\r\n")
      let text = await socket.readAll().text
      #expect(text.components(separatedBy: "HTTP/1.1 403 ").count == 3, "\(text)")
    }
  }

  @Test func aTrustedSourceMaySpeakForOthers() async throws {
    try await node({ $0.trustedProxies = try AccessList(parsing: "127.0.0.1, 10.0.0.1") }) { node in
      for (hop, status) in [("203.0.113.9", 200), ("198.51.100.9", 403)] {
        let socket = try RawSocket(port: node.port)
        socket.send("PROXY TCP4 10.0.0.1 127.0.0.1 1 2\r\n" + Self.get + "X-Forwarded-For: \(hop)\r\n\r\n")
        #expect(await socket.readAll().text.hasPrefix("HTTP/1.1 \(status) "))
      }
    }
  }

  @Test func nobodyElseMaySendOne() async throws {
    try await node({ $0.trustedProxies = AccessList(rules: []) }) { node in
      for (name, bytes, _) in Self.headers {
        let socket = try RawSocket(port: node.port)
        socket.send(bytes + Array((Self.get + "\r\n").utf8))
        let text = await socket.readAll().text
        #expect(text.hasPrefix("HTTP/1.1 400 ") || text.hasPrefix("HTTP/1.1 505 "), "\(name): \(text.prefix(80))")
        #expect(!text.contains("ok\n"))
      }
      // The name of the field in which the source travels is of no use to those who should know it.
      if let name = ProxyField.name {
        let reply = try await node.get("/healthz", headers: ["\(name.rawName): 198.51.100.9"])
        #expect(reply.status == 200)
      }
    }
  }

  @Test func malformedCutAndSlowHeadersEndTheConnection() async throws {
    var limits = ConnectionLimits()
    limits.proxyHeader = .milliseconds(300)
    try await node(limits: limits) { node in
      for bytes in [
        Array("PROXY TCP4 1 2\r\n".utf8), Array(("PROXY " + String(repeating: "x", count: 300)).utf8),
        Self.binary(0x21, 0x11, [1, 2, 3]),
        // Cut: what is missing never comes.
        Array("PROXY TCP4 203.0.113.9".utf8), Array(Self.headers[4].bytes.prefix(20)), [0x0D, 0x0A, 0x0D],
        Array(Self.headers[4].bytes.prefix(14)) + [0xFF, 0xFF] + [UInt8](repeating: 1, count: 500),
      ] {
        let socket = try RawSocket(port: node.port)
        socket.send(bytes)
        let (text, end) = await socket.readAll()
        #expect(text.isEmpty)
        #expect(end != .open)
      }
      let after = try await node.get("/healthz")
      #expect(after.status == 200)
    }
  }

  @Test func aUnixSocketCountsAsThisMachine() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("web.sock")
    let forwarded = "X-Forwarded-For: 198.51.100.9\r\n"
    let proxied = "PROXY TCP4 198.51.100.9 127.0.0.1 1 2\r\n"
    for (allow, trusted, statuses) in [
      // alone, with a forwarding header, with a PROXY header
      ("127.0.0.1", "127.0.0.1", [200, 403, 403]), ("::1", "::1", [200, 403, 403]),
      ("198.51.100.9", "127.0.0.1", [403, 200, 200]),
      // Not trusted: what it says does not count.
      ("127.0.0.1", "None", [200, 200, 400]),
    ] {
      try await node({
        $0.listen.append(.unix(path: path))
        $0.allow = try AccessList(parsing: allow)
        $0.trustedProxies = trusted == "None" ? AccessList(rules: []) : try AccessList(parsing: trusted)
      }) { _ in
        for (request, status) in zip([Self.get + "\r\n", Self.get + forwarded + "\r\n", proxied + Self.get + "\r\n"], statuses) {
          var socket: RawSocket?
          try await eventually {
            socket = try? RawSocket(unix: path)
            return socket != nil
          }
          socket?.send(request)
          let isAsWanted = await socket?.readAll().text.hasPrefix("HTTP/1.1 \(status) ")
          #expect(isAsWanted == true, "\(allow) \(trusted) \(request.prefix(30))")
        }
      }
    }
  }
}
