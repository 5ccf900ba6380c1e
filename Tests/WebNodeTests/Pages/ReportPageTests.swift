import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// The reports as the server sends them.
@Suite struct ReportPageTests {
  static let now = UsageAPITests.now

  private func with(_ body: @escaping @Sendable (RunningNode, MeterSite) async throws -> Void) async throws {
    let root = try TemporaryDirectory()
    var random = SeededGenerator(seed: 5)
    let site = MeterSite(start: Self.now - 9000, seconds: 9000, random: &random)
    var edge = try CollectorFixture("edge-1", root: root.path, now: Double(Self.now))
    let billing = DeviceFile.Billing(day: 15, timeZone: "Asia/Kolkata", quota: 1000)
    try site.write(&edge, "gw1", key: "ether1", now: Double(Self.now), billing: billing)
    edge.set(PageTests.hostile, .up)
    edge.set("=cmd", .up)
    try edge.beat(at: Double(Self.now))
    try edge.describe(PageTests.hostile, [("x", PageTests.hostile, nil)])
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      try await eventually { try await node.json("/api/v1/usage?device=gw1")["total"]["in"].int ?? 0 > 0 }
      try await body(node, site)
    }
  }

  @Test func allDevicesAndTheirMonths() async throws {
    try await with { node, _ in
      let total = try await node.json("/api/v1/usage?device=gw1")["total"]
      let page = try await node.get("/reports").text
      #expect(page.contains("title=\"\(total["in"].int ?? -1) bytes. The bytes of "))
      #expect(page.contains("<a href=\"reports?device=gw1\">gw1</a>"))
      #expect(page.contains("exceeded"))
      #expect(page.contains("<a href=\"reports\" aria-current=\"page\">Reports</a>"))
      #expect(!page.contains("<script>"))
      #expect(page.contains(PageText.escape(PageTests.hostile)))
    }
  }

  @Test func oneDeviceInItsZoneAndBillingMonth() async throws {
    try await with { node, _ in
      let page = try await node.get("/reports?device=gw1&unit=GiB").text
      #expect(page.contains("2026-11-15 00:00 to 2026-12-15 00:00 in Asia/Kolkata, beginning on day 15"))
      #expect(page.contains("2026-11-20"))
      #expect(page.contains("iB"))
      #expect(page.contains("Nearest rank over"))
      #expect(page.contains("href=\"api/v1/usage?device=gw1&amp;month=2026-11&amp;by=day&amp;format=csv\""))
      for path in [
        "/reports?device=gw1&interface=uplink&month=2026-10", "/reports?month=2020-01", "/reports?month=soon&page=x&unit=kg",
        "/reports?device=" + PageURL.encode(PageTests.hostile), "/reports?page=99",
      ] {
        let reply = try await node.get(path)
        #expect(reply.status == 200, "\(path)")
        #expect(
          !reply.text.contains("NaN") && !reply.text.contains("<td></td>") || path.contains("month") || !path.contains("device"))
      }
      for path in ["/reports?device=none", "/reports?device=gw1&interface=none"] {
        let reply = try await node.get(path)
        #expect(reply.status == 404, "\(path)")
      }
    }
  }

  @Test func fleetCSVIsSafe() async throws {
    try await with { node, _ in
      let csv = try await node.get("/reports.csv")
      let lines = csv.text.components(separatedBy: "\r\n")
      #expect(lines.contains { $0.hasPrefix("gw1,2026-11,") })
      #expect(lines.contains { $0.hasPrefix("'=cmd,") })
      #expect(lines.dropLast().allSatisfy { !"=+-@".contains($0.first ?? "=") })
      let reply = try await node.get("/reports.csv?month=x")
      #expect(reply.status == 400)
    }
  }

  @Test func theOverviewShowsTheMonth() async throws {
    try await with { node, _ in
      try await eventually {
        let page = try await node.get("/").text
        return page.contains("This month") && !page.contains("being added up")
      }
    }
  }

  @Test func hundredsOfDevicesComeInPages() async throws {
    let root = try TemporaryDirectory()
    var edge = try CollectorFixture("edge-1", root: root.path, now: Double(Self.now))
    for index in 0..<250 { edge.set("d\(index)", .up) }
    try edge.beat(at: Double(Self.now))
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 250 }
      let page = try await node.get("/reports?page=3").text
      #expect(page.contains("Devices 201 to 250 of 250"))
      #expect(page.contains("rel=\"prev\""))
      #expect(!page.contains("rel=\"next\""))
      #expect(page.components(separatedBy: "data-device=").count == 51)
    }
  }
}
