import Foundation
import Glibc
import HTTPService
import NIOCore
import Shared
import TestSupport
import Testing

@testable import WebNode

/// What the server does before and around the handlers.
@Suite struct ServerTests {
  private func node(
    _ change: @Sendable (inout WebNodeConfig) throws -> Void = { _ in }, limits: ConnectionLimits = ConnectionLimits(),
    _ body: @escaping @Sendable (RunningNode) async throws -> Void
  ) async throws {
    let root = try TemporaryDirectory()
    var config = RunningNode.config(root.path)
    try change(&config)
    try await RunningNode.with(config, waitsForRoots: false, limits: limits, body)
  }

  @Test(
    arguments: [
      "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
      "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
      "POST /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
      "GET /api/v1/series HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GARBAGE\r\n\r\n",
      "GET http:// HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
      "GET http://[::1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ])
  func everyAnswerHasTheSecurityHeaders(request: String) async throws {
    try await node { node in
      let reply = try HTTPProbe.parse(try await HTTPProbe.exchange(node.port, request))
      #expect(reply["content-security-policy"] == SecurityHeaders.policy)
      #expect(reply["x-content-type-options"] == "nosniff")
      #expect(reply["referrer-policy"] == "same-origin")
      #expect(reply["cross-origin-opener-policy"] == "same-origin")
      #expect(reply["cross-origin-resource-policy"] == "same-origin")
      #expect(reply["permissions-policy"] == "geolocation=(), camera=(), microphone=()")
      #expect(reply.headers.count { $0.name == "content-security-policy" } == 1)
    }
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
  func onlyGetAndHeadAreServed(method: String) async throws {
    try await node { node in
      let reply = try await node.get("/healthz", method: method)
      #expect(reply.status == 405)
      #expect(reply["allow"] == "GET, HEAD")
    }
  }

  @Test func headHasTheHeadersOfGet() async throws {
    try await node { node in
      for target in ["/healthz", "/metrics", "/api/v1/devices", "/api/v1/stream", "/nothing"] {
        let reply = try await node.get(target, method: "HEAD")
        #expect(reply.status == (target == "/nothing" ? 404 : 200), "\(target)")
        #expect(reply.body.isEmpty)
        #expect(reply["content-type"] != nil)
      }
    }
  }

  @Test func longTargetsAndHeadersAreRefused() async throws {
    try await node { node in
      let long = try await node.get("/healthz?" + String(repeating: "a", count: RequestGate<WebContext>.Limits().target))
      #expect(long.status == 414)
      let header = try await HTTPProbe.exchange(
        node.port, "GET /healthz HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "a", count: 200_000))\r\n\r\n")
      #expect(String(decoding: header.prefix(12), as: UTF8.self).hasPrefix("HTTP/1.1 4"))
    }
  }

  @Test func basePathIsKeptAndItsBareFormLeadsToIt() async throws {
    try await node({ $0.basePath = "/net/traffic/" }) { node in
      let inside = try await node.get("/net/traffic/healthz")
      #expect(inside.status == 200)
      let outside = try await node.get("/healthz")
      #expect(outside.status == 404)
      let bare = try await node.get("/net/traffic?x=1")
      #expect(bare.status == 301)
      #expect(bare["location"] == "/net/traffic/?x=1")
      let problem = try await node.get("/net/traffic/api/v1/nothing")
      #expect(problem["content-type"] == "application/problem+json")
    }
  }

  @Test func slowHeadersAreCutOff() async throws {
    var limits = ConnectionLimits()
    limits.idle = .milliseconds(300)
    try await node(limits: limits) { node in
      let got = try await HTTPProbe.exchange(node.port, "GET /healthz HTTP/1.1\r\nHost:", timeout: .seconds(10))
      #expect(got.isEmpty)
    }
  }

  @Test func aReaderThatStopsIsDropped() async throws {
    var limits = ConnectionLimits()
    limits.stalled = .milliseconds(500)
    let root = try TemporaryDirectory()
    let collector = try CollectorFixture("edge-1", root: root.path, now: Date().timeIntervalSince1970)
    let lines = (0..<400_000).map { "big{n=\"\($0)\"} 1" }.joined(separator: "\n")
    try collector.metrics("gw1", written: Date().timeIntervalSince1970, "# TYPE big gauge\n" + lines + "\n")
    try await RunningNode.with(RunningNode.config(root.path), limits: limits) { node in
      try await eventually { try await node.get("/metrics?device=gw1", method: "HEAD").status == 200 }
      let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(socket) }
      var size: Int32 = 4096
      setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, 4)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(node.port).bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let connected = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
      }
      #expect(connected == 0)
      let request = Array("GET /metrics?device=gw1 HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
      #expect(write(socket, request, request.count) == request.count)
      // Nothing is read; the server must give up by itself. Its end of the connection then is no longer established (state 01).
      let server = String(format: ":%04X", node.port)
      try await eventually {
        let table = try String(contentsOfFile: "/proc/self/net/tcp", encoding: .utf8)
        let established = table.split(separator: "\n").map { $0.split(separator: " ") }.filter { row in
          row.count > 3 && row[1].hasSuffix(server) && row[3] == "01"
        }
        return established.isEmpty
      }
    }
  }

  @Test func takenPortIsAPlainError() async throws {
    let root = try TemporaryDirectory()
    try await RunningNode.with(RunningNode.config(root.path), waitsForRoots: false) { node in
      var config = RunningNode.config(root.path)
      config.listen = [.tcp(host: .address(IPAddress(v4: 0x7F00_0001)), port: node.port)]
      await #expect(throws: StartError(message: "cannot listen on 127.0.0.1:\(node.port): Address already in use")) {
        try await RunningNode.with(config, waitsForRoots: false) { _ in }
      }
    }
  }

  @Test func missingStorageIsAPlainError() async throws {
    await #expect(throws: StartError(message: "storage /no/such/folder: no such folder")) {
      try await RunningNode.with(RunningNode.config("/no/such/folder"), waitsForRoots: false) { _ in }
    }
  }

  @Test func servesAUnixSocket() async throws {
    let folder = try TemporaryDirectory()
    var config = RunningNode.config(folder.path)
    config.listen.append(.unix(path: folder.file("web.sock")))
    try await RunningNode.with(config, waitsForRoots: false) { node in
      try await eventually { FileManager.default.fileExists(atPath: folder.file("web.sock")) }
      let health = try await node.get("/healthz")
      #expect(health.status == 200)
    }
  }

  @Test func connectionsLeaveRoomForFiles() {
    #expect(DescriptorLimit.connections(wanted: 4096, descriptors: 65_536) == 4096)
    #expect(DescriptorLimit.connections(wanted: 4096, descriptors: 1024) == 849)
    #expect(DescriptorLimit.connections(wanted: 4096, descriptors: 32) == 4)
  }

  @Test func wildcardOfBothFamiliesIsOneSocket() throws {
    let plan = { (text: String) in ListenerPlan.plan(try ListenAddress.list(parsing: text)).map(\.description) }
    #expect(try plan("0.0.0.0:80 [::]:80") == ["[::]:80"])
    #expect(try plan("0.0.0.0:80 [::]:81") == ["0.0.0.0:80", "[::]:81"])
    #expect(try plan("*:80 0.0.0.0:80 [::]:80") == ["*:80"])
    #expect(try plan("127.0.0.1:80 [::1]:80") == ["127.0.0.1:80", "[::1]:80"])
  }
}
