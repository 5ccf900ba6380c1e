import Foundation
import Shared
import TestSupport
import Testing

/// The collector's own HTTP endpoint, asked as Prometheus would.
@Suite struct CollectorEndpointTests {
  private static let port = CollectorRig.Port(name: "ether1", base: 100_000)

  private static func rig(_ names: String...) async throws -> CollectorRig {
    try await CollectorRig(names.map { .init(name: $0, ports: [port]) })
  }

  /// The ports the collector says it listens on, of one family or both, oldest first.
  private static func listening(_ collector: ChildProcess, _ family: String) -> [Int] {
    collector.standardError.split(separator: "\n").filter { $0.hasSuffix("Listening") }.compactMap { line in
      line.split(separator: " ").first { $0.hasPrefix("address=[IPv\(family)") }?.split(separator: ":").last.flatMap { Int($0) }
    }
  }

  private static func port(_ collector: ChildProcess, family: String = "4") async throws -> Int {
    try await collector.wait(for: "an address to listen on") { !listening(collector, family).isEmpty }
    return try #require(listening(collector, family).last)
  }

  private static let openMetrics = "Accept: application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5"

  @Test func servesItsDevicesInBothFormats() async throws {
    let rig = try await Self.rig("gw", "ap")
    let collector = try rig.collector("listen = 127.0.0.1:0 [::1]:0")
    try await rig.waitUntilUp(["gw", "ap"], collector)
    let port = try await Self.port(collector)
    var text = ""
    try await collector.wait(for: "metrics of both") {
      text = try await HTTPProbe.get(port, "/metrics").text
      return text.contains("tikwatch_interface_rate_bytes_per_second{name=\"ether1\",direction=\"rx\",routerboard_name=\"gw\"")
        && text.contains("mktxp_system_uptime{version=\"7.16.2 (stable)\"")
    }
    for device in ["gw", "ap"] {
      #expect(text.contains("\ntikwatch_device_up{routerboard_name=\"\(device)\",routerboard_address=\"127.0.0.1\"} 1\n"))
    }
    let types = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { String($0.split(separator: " ")[2]) }
    #expect(types == types.sorted() && Set(types).count == types.count)
    #expect(text.contains("\nprocess_resident_memory_bytes ") && text.contains("tikwatch_config_last_reload_successful"))
    #expect(!text.contains("# EOF"))

    let open = try await HTTPProbe.get(port, "/metrics", headers: [Self.openMetrics])
    #expect(open["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
    #expect(open.text.hasSuffix("\n# EOF\n"))
    #expect(open.text.contains("# TYPE tikwatch_device_samples_missed counter\ntikwatch_device_samples_missed_total{"))

    // The other address is served by the same, and narrows the same.
    let six = try await Self.port(collector, family: "6")
    let one = try await HTTPProbe.get(six, "/metrics?device=ap&name[]=tikwatch_device_up", host: "::1")
    #expect(one.text.split(separator: "\n").count == 3 && one.text.contains("\"ap\"") && !one.text.contains("\"gw\""))
    let unknown = try await HTTPProbe.get(port, "/metrics?device=nobody")
    #expect(unknown.status == 404)
    #expect(try await collector.end() == 0, "\(collector.standardError)")
  }

  @Test func methodsAndPathsAnswerAsTheyShould() async throws {
    let rig = try await Self.rig("gw")
    let collector = try rig.collector("listen = 127.0.0.1:0")
    let port = try await Self.port(collector)
    let cases: [(String, String, Int)] = [
      ("GET", "/", 200), ("GET", "/healthz", 200), ("GET", "/metrics", 200), ("HEAD", "/metrics", 200),
      ("OPTIONS", "/metrics", 200),
      ("POST", "/metrics", 405), ("DELETE", "/", 405), ("GET", "/nothing", 404), ("GET", "/metrics?name[]=%ff", 400),
    ]
    for (method, target, status) in cases {
      let reply = try await HTTPProbe.get(port, target, method: method)
      #expect(reply.status == status, "\(method) \(target)")
      if method == "OPTIONS" || status == 405 { #expect(reply["allow"] == "GET, HEAD, OPTIONS") }
      if status == 404 || status == 400 { #expect(reply.text.hasPrefix("Error: ")) }
    }
    let head = try await HTTPProbe.get(port, "/metrics", method: "HEAD")
    #expect(head.body.isEmpty && head["content-length"].flatMap { Int($0) } ?? 0 > 1000)
    let packed = try await HTTPProbe.get(port, "/metrics", headers: ["Accept-Encoding: gzip"])
    #expect(packed["content-encoding"] == "gzip" && packed.body.starts(with: [0x1F, 0x8B]))
    try await collector.wait(for: "readiness") { try await HTTPProbe.get(port, "/readyz").status == 200 }
    #expect(try await collector.end() == 0, "\(collector.standardError)")
  }

  @Test func aDeviceThatIsDownKeepsNothingButThat() async throws {
    let rig = try await Self.rig("gw")
    let collector = try rig.collector("listen = 127.0.0.1:0", devices: "custom_labels = site:riga")
    try await rig.waitUntilUp(["gw"], collector)
    let port = try await Self.port(collector)
    try await collector.wait(for: "its metrics") {
      try await HTTPProbe.get(port, "/metrics").text.contains("mktxp_interface_rx_byte_total{")
    }
    _ = try await rig.fake.end()
    var text = ""
    try await collector.wait(for: "word that it is down") {
      text = try await HTTPProbe.get(port, "/metrics").text
      return text.contains(
        "\ntikwatch_device_up{routerboard_name=\"gw\",routerboard_address=\"127.0.0.1\",site=\"riga\"} 0\n")
    }
    #expect(text.contains("tikwatch_device_state_reason{reason=\""))
    #expect(!text.contains("mktxp_") && !text.contains("tikwatch_interface_rate"))
    #expect(try await collector.end() == 0, "\(collector.standardError)")
  }

  @Test func anAddressThatIsTakenEndsTheStart() async throws {
    let rig = try await Self.rig("gw")
    let taken = try #require(rig.ports["gw"])
    let collector = try rig.collector("listen = 127.0.0.1:0 127.0.0.1:\(taken)")
    #expect(try await collector.exitStatus() == 1)
    let last = try #require(collector.standardError.split(separator: "\n").last)
    #expect(last == "tikwatch-collector: cannot listen on 127.0.0.1:\(taken): Address already in use")
  }

  @Test func aReloadMovesTheEndpointAndSamplingGoesOn() async throws {
    let rig = try await Self.rig("gw")
    let taken = try #require(rig.ports["gw"])
    let collector = try rig.collector("listen = 127.0.0.1:0")
    try await rig.waitUntilUp(["gw"], collector)
    let first = try await Self.port(collector)
    // Who may ask, without a new listener.
    try rig.configuration("listen = 127.0.0.1:0\nallow = 192.0.2.0/24")
    try await collector.wait(for: "the new rule") { try await HTTPProbe.get(first, "/metrics").status == 403 }
    try rig.configuration("listen = 127.0.0.1:0\nallow = 192.0.2.0/24\ntrusted_proxies = 127.0.0.1")
    try await collector.wait(for: "the proxy's client") {
      try await HTTPProbe.get(first, "/metrics", headers: ["X-Forwarded-For: 192.0.2.7"]).status == 200
    }
    // Another address, and one that cannot be had.
    try rig.configuration("listen = [::1]:0 127.0.0.1:\(taken)")
    let second = try await Self.port(collector, family: "6")
    try await collector.wait(for: "word of the address") {
      collector.standardError.contains("cannot listen on 127.0.0.1:\(taken): Address already in use")
    }
    #expect(try await HTTPProbe.get(second, "/healthz", host: "::1").status == 200)
    await #expect(throws: (any Error).self) { try await HTTPProbe.get(first, "/healthz") }
    // None at all.
    try rig.configuration("")
    try await collector.wait(for: "the end of listening") { (try? await HTTPProbe.get(second, "/healthz", host: "::1")) == nil }
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    // One session from beginning to end, every second of it.
    let readings = try rig.journal("gw", "ether1").dropFirst()
    #expect(readings.allSatisfy { $0.value.rxRate != nil })
    let ups = collector.standardError.split(separator: "\n").filter { $0.contains("Device is up") }
    #expect(ups.count == 1)
  }
}
