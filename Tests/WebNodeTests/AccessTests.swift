import Foundation
import HTTPService
import HTTPTypes
import Logging
import NIOCore
import Shared
import Synchronization
import TestSupport
import Testing

@testable import WebNode

/// Who may look, over real connections from loopback addresses.
@Suite struct AccessTests {
  private func node(
    _ change: (inout WebNodeConfig) throws -> Void, _ body: @escaping @Sendable (RunningNode) async throws -> Void
  ) async throws {
    let root = try TemporaryDirectory()
    var config = RunningNode.config(root.path)
    try change(&config)
    try await RunningNode.with(config, waitsForRoots: false, body)
  }

  @Test(arguments: ["/healthz", "/api/v1/devices", "/metrics", "/", "/nothing", "/graph.png", "/api/v1/stream"])
  func refusesAddressesOutsideTheListWhateverIsAskedFor(target: String) async throws {
    try await node({ $0.allow = try AccessList(parsing: "10.0.0.0/8") }) { node in
      let reply = try await node.get(target)
      #expect(reply.status == 403)
      #expect(reply["content-security-policy"] == SecurityHeaders.policy)
      #expect(reply.text.contains("127.0.0.1"))
    }
  }

  @Test func defaultListLetsLoopbackIn() async throws {
    try await node({ _ in }) { node in
      let reply = try await node.get("/healthz")
      #expect(reply.status == 200)
    }
  }

  @Test func metricsHaveAListOfTheirOwn() async throws {
    try await node({ $0.metricsAllow = try AccessList(parsing: "10.1.2.3") }) { node in
      for (target, status) in [("/metrics", 403), ("/%6Detrics", 403), ("/metrics/", 403), ("/healthz", 200)] {
        let reply = try await node.get(target)
        // The router does not decode paths: what is not /metrics as written is nothing at all.
        #expect(reply.status == status || reply.status == 404, "\(target): \(reply.status)")
        #expect(!reply.text.contains("tikwatch_web"))
      }
    }
    try await node({
      $0.allow = try AccessList(parsing: "10.0.0.0/8")
      $0.metricsAllow = try AccessList(parsing: "127.0.0.1")
    }) { node in
      let metrics = try await node.get("/metrics")
      #expect(metrics.status == 200)
      let health = try await node.get("/healthz")
      #expect(health.status == 403)
    }
  }

  @Test func forwardedClientCountsFromTrustedProxiesOnly() async throws {
    try await node({ $0.allow = try AccessList(parsing: "127.0.0.1, 203.0.113.0/24") }) { node in
      for (header, status) in [
        ("X-Forwarded-For: 203.0.113.7", 200), ("X-Forwarded-For: 198.51.100.1", 403),
        ("X-Forwarded-For: 198.51.100.1, 203.0.113.7", 200), ("X-Forwarded-For: 203.0.113.7, 198.51.100.1", 403),
        ("X-Forwarded-For: unknown", 403), ("Forwarded: for=203.0.113.7", 200), ("Forwarded: for=\"[2001:db8::1]:4711\"", 403),
      ] {
        let reply = try await node.get("/healthz", headers: [header])
        #expect(reply.status == status, "\(header)")
      }
    }
    try await node({
      $0.allow = try AccessList(parsing: "127.0.0.1")
      $0.trustedProxies = AccessList(rules: [])
    }) { node in
      let reply = try await node.get("/healthz", headers: ["X-Forwarded-For: 198.51.100.1"])
      #expect(reply.status == 200)
    }
  }
}

/// The hop that counts, as a table.
@Suite struct ClientAddressTests {
  private func resolve(
    _ peer: String?, proxied: String? = nil, for list: [String] = [], standard: [String] = []
  ) -> String {
    let trusted = ["10.0.0.1", "10.0.0.2", "::1"].compactMap { IPAddress($0) }
    do {
      let found = try ClientAddress.resolve(
        peer: peer.flatMap { IPAddress($0) }, proxied: proxied, forwardedFor: list, forwarded: standard,
        isTrusted: { $0.map(trusted.contains) ?? true })
      return found?.description ?? "none"
    } catch {
      return "\(error.status.code)"
    }
  }

  @Test(
    arguments: [
      ("192.0.2.1", ["10.9.9.9"], "192.0.2.1"), ("10.0.0.1", [], "10.0.0.1"), ("10.0.0.1", ["192.0.2.7"], "192.0.2.7"),
      ("10.0.0.1", ["192.0.2.7, 10.0.0.2"], "192.0.2.7"), ("10.0.0.1", ["192.0.2.7", "198.51.100.3, 10.0.0.2"], "198.51.100.3"),
      ("10.0.0.1", ["10.0.0.2, 10.0.0.1"], "10.0.0.2"), ("10.0.0.1", ["192.0.2.7:5555"], "192.0.2.7"),
      ("10.0.0.1", ["[2001:db8::7]:443"], "2001:db8::7"), ("10.0.0.1", ["2001:db8::7"], "2001:db8::7"),
      ("10.0.0.1", ["::ffff:192.0.2.7"], "192.0.2.7"), ("10.0.0.1", ["192.0.2.07"], "403"), ("10.0.0.1", [""], "403"),
      ("10.0.0.1", ["192.0.2.7,"], "403"), ("10.0.0.1", ["_hidden"], "403"), ("10.0.0.1", ["unknown"], "403"),
      ("10.0.0.1", ["192.0.2.7:x"], "403"), ("10.0.0.1", ["[192.0.2.7]"], "403"), ("10.0.0.1", ["fe80::1%eth0"], "403"),
      ("::1", ["192.0.2.7"], "192.0.2.7"), (nil, ["192.0.2.7"], "192.0.2.7"), (nil, [], "none"),
    ] as [(String?, [String], String)])
  func forwardedFor(peer: String?, list: [String], result: String) { #expect(resolve(peer, for: list) == result) }

  @Test(
    arguments: [
      ("for=192.0.2.7", "192.0.2.7"), ("For=\"192.0.2.7:80\";proto=https;by=10.0.0.1", "192.0.2.7"),
      ("for=192.0.2.7, for=10.0.0.2", "192.0.2.7"), ("for=\"[2001:db8::1]\"", "2001:db8::1"), ("for=unknown", "403"),
      ("for=_obf", "403"), ("proto=https", "403"), ("for=192.0.2.7;for=192.0.2.8", "403"), ("for=\"192.0.2.7", "403"),
      ("for=\"a,b\"", "403"), ("", "403"),
    ])
  func forwarded(header: String, result: String) { #expect(resolve("10.0.0.1", standard: [header]) == result) }

  @Test func headersThatDisagreeAreRefused() {
    #expect(resolve("10.0.0.1", for: ["192.0.2.7"], standard: ["for=192.0.2.8"]) == "403")
    #expect(resolve("10.0.0.1", for: ["192.0.2.7"], standard: ["for=192.0.2.7"]) == "192.0.2.7")
  }

  /// What a PROXY header names is a hop between the peer and the forwarding headers.
  @Test(
    arguments: [
      ("192.0.2.1", "192.0.2.7", [], "192.0.2.1"), ("10.0.0.1", "192.0.2.7", [], "192.0.2.7"),
      ("10.0.0.1", "192.0.2.7", ["198.51.100.1"], "192.0.2.7"), ("10.0.0.1", "10.0.0.2", ["198.51.100.1"], "198.51.100.1"),
      ("10.0.0.1", "10.0.0.2", [], "10.0.0.2"), ("10.0.0.1", "unknown", ["198.51.100.1"], "403"),
      ("10.0.0.1", "10.0.0.2", ["unknown"], "403"), (nil, "192.0.2.7", [], "192.0.2.7"),
    ] as [(String?, String, [String], String)])
  func proxied(peer: String?, source: String, list: [String], result: String) {
    #expect(resolve(peer, proxied: source, for: list) == result)
  }

  @Test func tooManyHopsAreRefused() {
    #expect(resolve("10.0.0.1", for: [Array(repeating: "10.0.0.2", count: 65).joined(separator: ",")]) == "403")
  }
}

/// Names in access lists.
@Suite struct HostNameResolverTests {
  @Test func keepsWhatItKnewWhenALookUpFails() async throws {
    let (old, new) = (try #require(IPAddress("192.0.2.9")), try #require(IPAddress("2001:db8::9")))
    let answers = Mutex<[[IPAddress]?]>([[old], nil, [new], []])
    let list = try AccessList(parsing: "office.example, 10.0.0.1")
    let resolver = HostNameResolver(
      lists: [list, list], logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
      lookUp: { name in name == "office.example" ? answers.withLock { $0.removeFirst() } : nil })
    let pool = BlockingPool(name: "DNS", threads: 1, queueLimit: 4, deadline: .seconds(60))
    defer { pool.stop() }
    func allowed() -> [Bool] { [old, new].map { list.allows($0, resolved: resolver.addresses) } }
    #expect(allowed() == [false, false])
    await resolver.refresh(pool)
    #expect(allowed() == [true, false])
    await resolver.refresh(pool)  // fails
    #expect(allowed() == [true, false])
    await resolver.refresh(pool)
    #expect(allowed() == [false, true])
    await resolver.refresh(pool)  // the name has no address any more
    #expect(allowed() == [false, false])
  }
}
