import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// `/api/v1/tables` and `/clients` over files as collectors write them.
@Suite struct TablesAPITests {
  static let now = 1_795_200_000.0
  static let hostile = "=cmd|'/c calc'!A1\"><script>alert(1)</script>"

  /// Two collectors that both watch `gw`; one of them has the newer leases.
  private func root() throws -> TemporaryDirectory {
    let root = try TemporaryDirectory()
    for (name, age) in [("edge-1", 30.0), ("edge-2", 5.0)] {
      var collector = try CollectorFixture(name, root: root.path, now: Self.now)
      collector.set("gw", .up)
      if name == "edge-1" { collector.set("ap", .up) }
      try collector.beat(at: Self.now)
      try collector.describe("gw", [("ether1", "ether1", "wan")])
      try collector.samples((Int(Self.now) - 3)...Int(Self.now), ["gw": ["ether1": Truth(seed: 1)]])
      let lease = TablesFixture.lease("from \(name)", "AA:BB:CC:00:00:01", "10.0.0.\(Int(age))", expires: 300)
      let evil = TablesFixture.lease(Self.hostile, "AA:BB:CC:00:00:02", "10.0.0.99")
      try collector.tables("gw", written: Self.now - age, ["dhcp": TablesFixture.dhcp(Self.now - age, [lease, evil])])
    }
    let collector = try CollectorFixture("edge-1", root: root.path, now: Self.now)
    try collector.tables(
      "ap", written: Self.now - 2000,
      ["wifi": TablesFixture.wifi(Self.now - 2000, [TablesFixture.radio("AA:BB:CC:00:00:01", -51)])])
    return root
  }

  private func with(
    _ clock: TestClock = TestClock(now), _ body: @escaping @Sendable (RunningNode, TemporaryDirectory) async throws -> Void
  ) async throws {
    let root = try root()
    try await RunningNode.with(RunningNode.config(root.path), now: clock.reading) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 2 }
      try await body(node, root)
    }
  }

  @Test func oneDeviceAnswersLikeItsFile() async throws {
    try await with { node, _ in
      let answer = try await node.json("/api/v1/tables?device=gw")
      #expect(answer["device"].string == "gw" && answer["format"].int == 1)
      #expect(answer["written"].double == Self.now - 5)
      let table = answer["tables"]["dhcp"]
      #expect(table["t"].double == Self.now - 5 && table["collector"].string == "edge-2")
      #expect(table["columns"][2]["id"].string == "mac_address" && table["columns"][2]["type"].string == "mac")
      #expect(table["rows"][0][0].string == "from edge-2" && table["rows"][0][5].double == 300)
      #expect(answer["problems"].array.isEmpty)
    }
  }

  @Test func tablesCanBeNarrowedAndAllDevicesAsked() async throws {
    try await with { node, _ in
      let all = try await node.json("/api/v1/tables")
      #expect(all["devices"].array.map(\.["device"].string) == ["ap", "gw"])
      let some = try await node.json("/api/v1/tables?device=gw&device=ap&table=wifi")
      #expect(some["devices"][0]["tables"].keys.isEmpty && some["devices"][1]["tables"].keys == ["wifi"])
      for (target, status, parameter) in [
        ("/api/v1/tables?device=none", 404, "device"), ("/api/v1/tables?table=leases", 400, "table"),
        ("/api/v1/tables?format=xml", 400, "format"), ("/api/v1/tables?format=csv", 400, "table"),
        ("/api/v1/tables?format=csv&table=dhcp&table=wifi", 400, "table"),
      ] {
        let reply = try await node.get(target)
        #expect(reply.status == status, "\(target)")
        #expect(reply.text.contains("\"parameter\":\"\(parameter)\""), "\(target)")
      }
    }
  }

  @Test func spreadsheetFindsNoFormula() async throws {
    try await with { node, _ in
      let reply = try await node.get("/api/v1/tables?table=dhcp&format=csv")
      #expect(reply["content-type"]?.hasPrefix("text/csv") == true)
      let lines = reply.text.components(separatedBy: "\r\n")
      #expect(lines[0] == "device,t,host_name,server,mac_address,address,active_address,expires_after")
      #expect(lines[1] == "gw,1795199995,from edge-2,lan,AA:BB:CC:00:00:01,10.0.0.5,10.0.0.5,300")
      #expect(lines[2].hasPrefix("gw,1795199995,\"'=cmd|'/c calc'!A1\"\"><script>"))
      let clients = try await node.get("/clients?format=csv")
      #expect(clients.text.contains("\r\n\"'=cmd|"))
      #expect(
        clients.text.contains(
          "from edge-2,10.0.0.5,AA:BB:CC:00:00:01,ap,wifi1,dhcp wifi,bound,1795200295,-51,866700000,433300000,1795199995"))
    }
  }

  @Test func answersCarryATagThatSavesThemASecondTime() async throws {
    try await with { node, _ in
      let first = try await node.get("/api/v1/tables?device=gw")
      let tag = try #require(first["etag"])
      #expect(first["cache-control"] == "private, max-age=5")
      let second = try await node.get("/api/v1/tables?device=gw", headers: ["If-None-Match: \(tag)"])
      #expect(second.status == 304)
    }
  }

  @Test func brokenFileLeavesTheOldTablesAndShowsOnTheDevice() async throws {
    let clock = TestClock(Self.now)
    try await with(clock) { node, root in
      _ = try await node.get("/api/v1/tables?device=gw")
      let path = DataDirectory(root: root.path).collector("edge-2").device("gw").tables
      try AtomicFile.replace(path, with: Array("{\"format\":1".utf8), durability: .atomic)
      let answer = try await node.json("/api/v1/tables?device=gw")
      #expect(answer["tables"]["dhcp"]["rows"][0][0].string == "from edge-2", "what was read before, with its own time")
      clock.advance(by: 1)
      try await eventually {
        let device = try await node.json("/api/v1/devices/gw")
        return device["state"].string == "degraded" && device["message"].string?.contains("tables.json") == true
      }
    }
  }

  @Test func pageListsFiltersAndEscapes() async throws {
    try await with { node, _ in
      let page = try await node.get("/clients").text
      #expect(page.contains("<span class=\"who\">from edge-2</span>"))
      #expect(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert(1)"))
      #expect(page.contains("−51\u{202F}dBm") && page.contains("Bound, 4\u{202F}min 55\u{202F}s left"))
      #expect(page.contains("What ap lists is old, up to 33\u{202F}min"))
      #expect(!page.contains(">Vendor<"), "there is no register on this host, or the node was told none")
      #expect(page.matches(of: #/<tr data-client=/#).count == 2)
      for (query, count) in [
        ("q=edge-2", 1), ("q=EDGE%203", 0), ("q=aa:bb+10.0.0.99", 1), ("device=ap", 1), ("kind=wifi", 1), ("kind=dhcp", 2),
        ("kind=x", 2),
        ("page=99", 2), ("page=-4", 2), ("device=none", 0), ("q=%zz", 2),
      ] {
        let reply = try await node.get("/clients?" + query)
        #expect(reply.status == 200, "\(query)")
        #expect(reply.text.matches(of: #/<tr data-client=/#).count == count, "\(query)")
      }
      let filtered = try await node.get("/clients?q=edge&kind=wifi&sort=signal").text
      #expect(filtered.contains("name=\"kind\" value=\"wifi\"") && filtered.contains("value=\"edge\""))
    }
  }

  @Test func manyClientsComeInPages() async throws {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Self.now)
    for device in 0..<5 {
      collector.set("gw\(device)", .up)
      let rows = (0..<2000).map { index in
        TablesFixture.lease(
          "pc-\(index)", String(format: "02:00:%02X:00:%02X:%02X", device, index >> 8, index & 255),
          "10.\(device).\(index >> 8).\(index & 255)")
      }
      try collector.tables("gw\(device)", written: Self.now, ["dhcp": TablesFixture.dhcp(Self.now, rows)])
    }
    try collector.beat(at: Self.now)
    let now = Self.now
    try await RunningNode.with(RunningNode.config(root.path), now: { now }) { node in
      try await eventually { try await node.get("/clients").text.contains("10000 known") }
      let first = try await node.get("/clients").text
      #expect(first.matches(of: #/<tr data-client=/#).count == 100)
      #expect(first.contains("1–100 of 10000") && !first.contains("rel=\"prev\""))
      let last = try await node.get("/clients?page=1000").text
      #expect(last.contains("9901–10000 of 10000") && !last.contains("rel=\"next\"") && last.contains("page=99"))
      #expect(last.utf8.count < 200_000, "a page stays small")
    }
  }
}
