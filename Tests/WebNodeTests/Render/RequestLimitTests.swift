import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// Requests that ask for too much.
@Suite struct RequestLimitTests {
  @Test(arguments: [
    ("/api/v1/series?device=gw1&interface=ether1&points=100000", "points", "4000"),
    ("/api/v1/series?device=gw1&interface=ether1&points=4001", "points", "4000"),
    ("/api/v1/series?device=gw1&interface=ether1&points=99999999999999999999", "points", "4000"),
    ("/graph.png?device=gw1&interface=ether1&width=100000", "width", "4000"),
    ("/graph.svg?device=gw1&interface=ether1&height=100000", "height", "2000"),
  ])
  func tooMuchIs400WithTheParameterAndItsLimit(target: String, parameter: String, limit: String) async throws {
    let root = try GraphTests.root()
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(GraphTests.now) }) { node in
      let reply = try await node.get(target)
      #expect(reply.status == 400)
      #expect(reply.text.contains(parameter) && (reply.text.contains(limit) || reply.text.contains("4,000")))
    }
  }

  /// Five years of the largest picture, again and again: what is read and drawn is bounded by the picture, not by the window.
  @Test func fiveYearsTakeNoMoreMemoryThanAPicture() async throws {
    let root = try TemporaryDirectory()
    let now = GraphTests.now
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(now))
    collector.set("gw1", .up)
    try collector.beat(at: Double(now))
    try collector.describe("gw1", [("ether1", "ether1", "wan")])
    // 44 MB of rows in full resolution, all within the window.
    try collector.archive("gw1", "ether1", Truth(seed: 1), (now - 7200)...(now - 20), retention: .standard)
    let node = try await NodeProcess.start(root)
    func draw(_ shift: Int, _ width: Int) async throws {
      let from = now - 5 * 365 * 86_400 - shift
      let reply = try await node.get(
        "/graph.png?device=gw1&interface=ether1&from=\(from)&to=\(now - shift)&width=\(width)&height=340&volume=1")
      #expect(reply.status == 200, "\(reply.text.prefix(300))")
    }
    try await eventually { try await node.get("/graph.png?device=gw1&interface=ether1&width=300&height=100").status == 200 }
    let before = node.memory
    for shift in 1...20 { try await draw(shift, shift % 2 == 0 ? 4000 : 1180) }
    #expect(node.memory < before + 80, "\(before) MB before, \(node.memory) MB after")
    #expect(try await node.process.end() == 0)
  }
}
