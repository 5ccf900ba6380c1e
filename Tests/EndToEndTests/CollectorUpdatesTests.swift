import Foundation
import Shared
import TestSupport
import Testing

/// `check_for_updates`, against feeds of our own.
@Suite struct CollectorUpdatesTests {
  /// Serves one request.
  private static func server(_ title: String) async throws -> ScriptedServer {
    let body = "<rss><channel><item><title>RouterOS \(title) [stable]</title></item></channel></rss>"
    let head = "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
    return try await ScriptedServer.start([.take(1), .bytes(Array((head + body).utf8)), .pause])
  }

  private static func metrics(_ rig: CollectorRig, _ device: String) -> String {
    (try? String(contentsOfFile: rig.directory.device(device).metrics, encoding: .utf8)) ?? ""
  }

  private static func sample(_ version: String, _ value: Int) -> String {
    "mktxp_system_update_available{newest_version=\"\(version)\",routerboard_name=\"gw\",routerboard_address=\"127.0.0.1\"} \(value)\n"
  }

  @Test func tellsWhetherAnUpdateIsThereAndFollowsAnotherAddress() async throws {
    let port = CollectorRig.Port(name: "ether1", base: 1000)
    let rig = try await CollectorRig([.init(name: "gw", ports: [port]), .init(name: "ap", ports: [port])])
    let lines = ["gw": "port = \(try #require(rig.ports["gw"]))\ncheck_for_updates = yes"]
    let (newer, same) = (try await Self.server("7.17"), try await Self.server("7.16.2"))
    func settings(_ port: Int) -> String {
      "metrics_interval = 1\nupdate_check_url = http://127.0.0.1:\(port)/latest-{channel}.rss"
    }
    let collector = try rig.collector(settings(newer.port), lines: lines)
    try await collector.wait(for: "an update") { Self.metrics(rig, "gw").contains(Self.sample("7.17", 1)) }
    try await collector.wait(for: "the heartbeat") { try Heartbeat.read(rig.directory.heartbeat).updates == ["stable": "7.17"] }

    try rig.configuration(settings(same.port), lines: lines)
    try await collector.wait(for: "no update") { Self.metrics(rig, "gw").contains(Self.sample("7.16.2", 0)) }

    try rig.configuration("metrics_interval = 1\nupdate_check_url = 0", lines: lines)
    try await collector.wait(for: "nothing known") {
      let text = Self.metrics(rig, "gw")
      return text.contains("mktxp_system_uptime") && !text.contains("mktxp_system_update_available")
    }
    #expect(Self.metrics(rig, "ap").contains("mktxp_system_uptime"))
    #expect(!Self.metrics(rig, "ap").contains("mktxp_system_update_available"))
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    await newer.stop()
    await same.stop()
  }

  @Test func aFeedThatCannotBeUsedIsToldOnceAndHindersNobody() async throws {
    let rig = try await CollectorRig([.init(name: "gw", ports: [.init(name: "ether1", base: 1000)])])
    let lines = ["gw": "port = \(try #require(rig.ports["gw"]))\ncheck_for_updates = yes"]
    let garbage = try await ScriptedServer.start([
      .take(1), .bytes(Array("HTTP/1.1 200 OK\r\n\r\n<item><title>\u{1}".utf8)), .close,
    ])
    let collector = try rig.collector(
      "metrics_interval = 1\nupdate_check_url = http://u:hunter2@127.0.0.1:\(garbage.port)/{channel}", lines: lines)
    try await collector.wait(for: "the warning") { collector.standardError.contains("Cannot look for RouterOS releases") }
    try await collector.wait(for: "samples") { try rig.journal("gw", "ether1").count >= 3 }
    try await collector.wait(for: "metrics") { Self.metrics(rig, "gw").contains("mktxp_system_uptime") }
    #expect(!Self.metrics(rig, "gw").contains("mktxp_system_update_available"))
    #expect(collector.standardError.components(separatedBy: "Cannot look for").count == 2)
    #expect(!collector.standardError.contains("hunter2"))
    #expect(try Heartbeat.read(rig.directory.heartbeat).updates == nil)
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    await garbage.stop()
  }
}
