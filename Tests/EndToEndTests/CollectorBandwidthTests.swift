import Shared
import TestSupport
import Testing

/// The bandwidth test, as a user configures it and Prometheus sees it.
@Suite struct CollectorBandwidthTests {
  private static func rig() async throws -> CollectorRig {
    try await CollectorRig([.init(name: "gw", ports: [.init(name: "ether1", base: 1000)])])
  }

  private static func port(_ collector: ChildProcess) async throws -> Int {
    let mark = "address=[IPv4]127.0.0.1"
    func found() -> Int? {
      let line = collector.standardError.split(separator: "\n").first { $0.hasSuffix("Listening") && $0.contains(mark) }
      return line?.split(separator: " ").first { $0.hasPrefix(mark) }?.split(separator: ":").last.flatMap { Int($0) }
    }
    try await collector.wait(for: "an address to listen on") { found() != nil }
    return try #require(found())
  }

  private static func value(_ series: String, _ text: String) -> Double? {
    text.split(separator: "\n").first { $0.hasPrefix(series + " ") }.flatMap { Double($0.dropFirst(series.count + 1)) }
  }

  private static let series = [
    "mktxp_internet_bandwidth{direction=\"download\"}", "mktxp_internet_bandwidth{direction=\"upload\"}",
    "mktxp_internet_latency",
  ]

  @Test func itsFiguresComeAgainAndAgainAndGoWithTheServer() async throws {
    let rig = try await Self.rig()
    let server = try await TransferServer.start()
    let collector = try rig.collector(
      """
      listen = 127.0.0.1:0
      bandwidth = yes
      bandwidth_test_interval = 1
      bandwidth_test_dns_server = 127.0.0.1:\(server.port)
      bandwidth_test_url = \(server.url)
      """)
    let port = try await Self.port(collector)
    try await collector.wait(for: "figures of the test") {
      let text = try await HTTPProbe.get(port, "/metrics").text
      return Self.series.allSatisfy { (Self.value($0, text) ?? 0) > 0 }
    }
    try await collector.wait(for: "a third test") { server.count("GET") >= 3 }
    await server.stop()
    try await collector.wait(for: "figures to go") {
      let text = try await HTTPProbe.get(port, "/metrics").text
      return !text.contains("mktxp_internet_")
    }
    #expect(collector.standardError.contains("The bandwidth test failed"))
    try await rig.waitUntilUp(["gw"], collector)
    #expect(try await collector.end() == 0, "\(collector.standardError)")
  }

  @Test func withoutItsKeyNobodyIsAsked() async throws {
    let rig = try await Self.rig()
    let server = try await TransferServer.start()
    let collector = try rig.collector(
      "listen = 127.0.0.1:0\nbandwidth_test_dns_server = 127.0.0.1:\(server.port)\nbandwidth_test_url = \(server.url)")
    let port = try await Self.port(collector)
    try await rig.waitUntilUp(["gw"], collector)
    #expect(!(try await HTTPProbe.get(port, "/metrics").text.contains("mktxp_internet_")))
    #expect(server.count("GET") == 0)
    await server.stop()
    #expect(try await collector.end() == 0, "\(collector.standardError)")
  }
}
