import Foundation
import Shared
import TestSupport
import Testing

/// `/probe` against fake devices.
@Suite struct CollectorProbeTests {
  private static func port(_ collector: ChildProcess) async throws -> Int {
    func found() -> Int? {
      collector.standardError.split(separator: "\n").first { $0.hasSuffix("Listening") }?.split(separator: " ")
        .first { $0.hasPrefix("address=") }?.split(separator: ":").last.flatMap { Int($0) }
    }
    try await collector.wait(for: "an address to listen on") { found() != nil }
    return try #require(found())
  }

  /// A rig whose second device is known as a module only.
  private static func start(_ faults: [[String: String]] = [], settings: String = "") async throws -> (
    CollectorRig, ChildProcess, Int
  ) {
    let ether = CollectorRig.Port(name: "ether1", base: 1000)
    let rig = try await CollectorRig([.init(name: "gw", ports: [ether]), .init(name: "far", ports: [ether], faults: faults)])
    let far = try #require(rig.ports["far"])
    let path = try rig.configuration("listen = 127.0.0.1:0\n\(settings)")
    var text = try String(contentsOfFile: path, encoding: .utf8)
    text = text.replacing("[far]\nport = \(far)\n", with: "")
    text += "[far]\nport = \(far)\nmodule_only = yes\nprobe_allowed_targets = 127.0.0.0/8, localhost\n"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    let collector = try ChildProcess(try Products.path("tikwatch-collector"), ["run", "--config", path], in: rig.folder)
    return (rig, collector, try await port(collector))
  }

  @Test func aProbeAsksOneDeviceNow() async throws {
    let (rig, collector, port) = try await Self.start()
    for (query, device, address) in [
      ("module=gw", "gw", "127.0.0.1"), ("module=far&target=127.0.0.1", "far", "127.0.0.1"),
      ("module=far&target=localhost", "far", "localhost"),
    ] {
      let reply = try await HTTPProbe.get(port, "/probe?\(query)")
      #expect(reply.status == 200, "\(query): \(reply.text)")
      let labels = "routerboard_name=\"\(device)\",routerboard_address=\"\(address)\""
      #expect(reply.text.contains("\ntikwatch_device_up{\(labels)} 1\n"))
      #expect(reply.text.contains("mktxp_interface_rx_byte_total{name=\"ether1\",\(labels)}"))
      #expect(reply.text.contains("mktxp_system_uptime{"))
      #expect(!reply.text.contains("process_") && !reply.text.contains("tikwatch_collector_"))
    }
    let open = try await HTTPProbe.get(
      port, "/probe?module=gw&name[]=tikwatch_device_up", headers: ["Accept: application/openmetrics-text;version=1.0.0"])
    #expect(open.text.hasSuffix("# EOF\n") && open.text.split(separator: "\n").count == 4)
    // An entry for probes is never polled.
    let metrics = try await HTTPProbe.get(port, "/metrics").text
    #expect(
      !metrics.contains("\"far\"")
        && metrics.contains("tikwatch_collector_probes_total{collector=\"edge\",outcome=\"success\"} 4"))
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    withExtendedLifetime(rig) {}
  }

  @Test func refusalsHaveTheirStatuses() async throws {
    let (rig, collector, port) = try await Self.start()
    for (query, status) in [
      ("", 503), ("module=", 503), ("module=gw&module=far", 503), ("module=none", 503), ("module=gw&target=192.0.2.1", 403),
      ("module=far", 503), ("module=far&target=192.0.2.1", 403), ("module=far&target=127.0.0.1&target=127.0.0.1", 503),
      ("module=far&target=", 503), ("module=far&target=127.0.0.99", 503),
    ] {
      let reply = try await HTTPProbe.get(port, "/probe?\(query)")
      #expect(reply.status == status, "\(query): \(reply.text)")
      #expect(
        reply.text.hasPrefix("Error: ") && reply.text.hasSuffix("\n") && reply["content-type"] == "text/plain; charset=utf-8")
      #expect(!reply.text.contains("s3cret-pass"))
    }
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    withExtendedLifetime(rig) {}
  }

  @Test func aDeviceThatDoesNotAnswerIsGivenUpInTime() async throws {
    let (rig, collector, port) = try await Self.start([["kind": "hang-login"]])
    // Prometheus gives up after 1.5 s; so does the probe, a little sooner.
    let reply = try await HTTPProbe.get(
      port, "/probe?module=far&target=127.0.0.1", headers: ["X-Prometheus-Scrape-Timeout-Seconds: 1.5"])
    #expect(reply.status == 503 && reply.text.contains("no answer within 1.0 s"))
    // It holds up nobody else.
    #expect(try await HTTPProbe.get(port, "/probe?module=gw").status == 200)
    #expect(try await HTTPProbe.get(port, "/metrics").status == 200)
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    withExtendedLifetime(rig) {}
  }
}
