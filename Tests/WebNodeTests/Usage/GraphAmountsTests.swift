import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// The amounts on graph pages: from the ledgers, as `/api/v1/usage` tells them.
@Suite struct GraphAmountsTests {
  /// 2026-11-20 20:40:00 UTC.
  static let now = 1_795_207_200
  static let seconds = 9000

  private static func page(_ node: RunningNode, _ query: String, _ from: Int, _ to: Int) async throws -> String {
    try await node.get("/graph?\(query)&from=\(from)&to=\(to)").text
  }

  /// The texts of the cells of a kind, in and out.
  private static func cells(_ page: String) -> [String] {
    page.components(separatedBy: #"data-stat="bytes">"#).dropFirst().map { String($0.prefix { $0 != "<" }) }
  }

  private func with(
    _ devices: [String], _ body: @escaping @Sendable (RunningNode) async throws -> Void
  ) async throws {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(Self.now))
    for (index, device) in devices.enumerated() {
      var random = SeededGenerator(seed: UInt64(index + 1))
      let site = MeterSite(start: Self.now - Self.seconds, seconds: Self.seconds, random: &random)
      try site.write(&collector, device, key: "ether1", now: Double(Self.now), role: "wan")
    }
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == devices.count }
      try await body(node)
    }
  }

  private static func total(_ node: RunningNode, _ device: String, _ from: Int, _ to: Int) async throws -> JSONValue {
    try await node.json("/api/v1/usage?device=\(device)&interface=uplink&from=\(from)&to=\(to)")["total"]
  }

  @Test func transferredIsTheLedgersSumThoughNoArchiveExists() async throws {
    try await with(["gw1"]) { node in
      let (from, to) = (Self.now - 6000, Self.now - 3000)
      let total = try await Self.total(node, "gw1", from, to)
      #expect(total["exact"].raw as? Bool == true && (total["in"].int ?? 0) > 0)
      let page = try await Self.page(node, "device=gw1&interface=uplink", from, to)
      #expect(Self.cells(page) == [Format.bytes(total["in"].double), Format.bytes(total["out"].double)])
    }
  }

  @Test func edgesInsideARowAreSaidToBeAbout() async throws {
    try await with(["gw1"]) { node in
      let (from, to) = (Self.now - 6100, Self.now - 3050)
      let total = try await Self.total(node, "gw1", from, to)
      #expect(total["exact"].raw as? Bool == false)
      let page = try await Self.page(node, "device=gw1&interface=uplink", from, to)
      #expect(Self.cells(page).first == "≈\(Format.narrow)" + Format.bytes(total["in"].double))
      #expect(page.contains(#""exact":false"#))
    }
  }

  @Test func whatIsNotKnownIsToldAndNothingIsNotZero() async throws {
    try await with(["gw1"]) { node in
      let page = try await Self.page(node, "device=gw1&interface=uplink", Self.now - Self.seconds - 3000, Self.now - 6000)
      #expect(Self.cells(page).first?.hasSuffix("known)") == true, "\(Self.cells(page))")
      let before = try await Self.page(node, "device=gw1&interface=uplink", Self.now - 90_000, Self.now - 80_000)
      #expect(Self.cells(before) == [Format.unknown, Format.unknown])
    }
  }

  @Test(arguments: ["device=gw1,gw2&interface=uplink", "device=gw1,gw2", "device=all"])
  func severalAreTheSumOfTheirLedgers(query: String) async throws {
    try await with(["gw1", "gw2"]) { node in
      let (from, to) = (Self.now - 6000, Self.now - 3000)
      var sum = (rx: 0.0, tx: 0.0)
      var lanes: [String] = []
      for device in ["gw1", "gw2"] {
        let total = try await Self.total(node, device, from, to)
        let (rx, tx) = (try #require(total["in"].double), try #require(total["out"].double))
        sum = (sum.rx + rx, sum.tx + tx)
        lanes.append("<td>\(Format.bytes(rx))</td><td>\(Format.bytes(tx))</td>")
      }
      let page = try await Self.page(node, query, from, to)
      #expect(Self.cells(page) == [Format.bytes(sum.rx), Format.bytes(sum.tx)])
      if query != "device=all" { for lane in lanes { #expect(page.contains(lane)) } }
    }
  }

  @Test func moreLedgersThanAPageMayWaitForAreUnknown() async throws {
    try await with(["gw1"]) { node in
      let page = try await Self.page(node, "device=gw1&interface=uplink", Self.now - 9 * 365 * 86_400, Self.now)
      #expect(Self.cells(page) == [Format.unknown, Format.unknown])
    }
  }

  @Test func sumOnTheOverviewLeadsToItsGraph() async throws {
    try await with(["gw1"]) { node in
      let page = try await node.get("/").text
      #expect(page.contains(#"<a class="link" href="graph?device=all">All WAN links</a>"#))
    }
  }
}
