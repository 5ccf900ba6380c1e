import NIOCore
import Shared
import TestSupport
import Testing

@testable import WebNode

/// What cannot be read is told where its sum stands: unknown is not nothing.
@Suite struct UnreadMonthTests {
  static let now = UsageAPITests.now

  private struct Site {
    let root: TemporaryDirectory
    let device: DeviceDirectory

    init() throws {
      root = try TemporaryDirectory()
      var random = SeededGenerator(seed: 5)
      let meter = MeterSite(start: now - 9000, seconds: 9000, random: &random)
      var edge = try CollectorFixture("edge-1", root: root.path, now: Double(now))
      try meter.write(&edge, "gw1", key: "ether1", now: Double(now))
      device = edge.directory.device("gw1")
    }

    /// Adds a line that is no row.
    func spoil(_ time: Int) throws -> String {
      let path = device.ledger("ether1", monthOf: time)
      try AtomicFile.append(path, Array("no row\n".utf8), durability: .atomic)
      return path
    }
  }

  private func isThere(_ node: RunningNode) async throws {
    try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 1 }
  }

  @Test func aMonthOfTheFleetIsReadInFullOrSaidNotToBe() async throws {
    let site = try Site()
    let path = try site.spoil(Self.now)
    try await RunningNode.with(RunningNode.config(site.root.path), now: { Double(Self.now) }) { node in
      try await isThere(node)
      try await eventually {
        try await node.get("/").text.contains("1 of 1 devices cannot be read in full: \(path): 1 lines are no rows of a ledger")
      }
    }
  }

  @Test func aMonthOfADeviceThatCannotBeReadHasItsRow() async throws {
    let site = try Site()
    let path = try site.spoil(Self.now - 100 * 86_400)
    try await RunningNode.with(RunningNode.config(site.root.path), now: { Double(Self.now) }) { node in
      try await isThere(node)
      let page = try await node.get("/reports?device=gw1").text
      // The months beside it have rows in that file, too.
      #expect(page.contains("3 of 12 months cannot be read in full: \(path)"))
      #expect(page.contains(">2026-11</a>") && page.contains(">2026-08</a>") && !page.contains(">2026-05</a>"))
    }
  }

  @Test func aRootThatHangsIsTold() async throws {
    let site = try Site()
    let root = HangingRoot()
    try await root.with(RunningNode.config(site.root.path), now: { Double(Self.now) }) { node in
      try await isThere(node)
      root.gate.close()
      let before = root.begun
      async let first = node.get("/reports?device=gw1")
      try await eventually { root.begun > before }
      root.waits.advance(by: .seconds(5))
      #expect(try await first.text.contains("This report could not be loaded"))
      // The root is known to hang: from now on nothing waits for it.
      try await eventually { try await node.get("/").text.contains("1 of 1 devices cannot be read in full: ") }
      #expect(!(try await node.get("/").text.contains("being added up")))
    }
  }
}
