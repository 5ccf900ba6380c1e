import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// The pages as the server sends them: complete without scripts.
@Suite struct PageTests {
  static let now = 1_795_200_000
  /// Ends attributes, tags and data blocks, for whoever lets it.
  static let hostile = "\"\u{301} onfocus=alert(1) '><script>alert(2)</script> </script>&{{x}}"

  /// A root with a device that is up, one that is down, and one with a hostile name.
  static func root() throws -> TemporaryDirectory {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(now))
    collector.set("gw1", .up) {
      $0.cpuPercent = 7
      $0.uptime = 90_000
      $0.model = "RB5009"
    }
    collector.set("lab", .down) {
      $0.reason = "refused"
      $0.since = UTCTime.rfc3339(Double(now - 720))
    }
    collector.set(hostile, .up)
    try collector.beat(at: Double(now))
    try collector.describe("gw1", [("ether1", "ether1", "wan"), ("ether2", "LAN / guests", nil)])
    try collector.describe(hostile, [("x", hostile, nil)]) { $0.interfaces["x"]?.comment = hostile }
    let truth = Truth(seed: 3)
    try collector.archive("gw1", "ether1", truth, (now - 7200)...(now - 40), gaps: [(now - 3000)...(now - 2900)])
    try collector.samples(
      (now - 120)...now, ["gw1": ["ether1": truth, "ether2": Truth(seed: 4)], hostile: ["x": Truth(seed: 5)]])
    return root
  }

  private func with(
    _ change: (inout WebNodeConfig) -> Void = { _ in }, _ body: @escaping @Sendable (RunningNode) async throws -> Void
  ) async throws {
    let root = try Self.root()
    var config = RunningNode.config(root.path)
    change(&config)
    let now = Double(Self.now)
    try await RunningNode.with(config, now: { now }) { try await body($0) }
  }

  private func expectMissing(_ node: RunningNode, _ path: String) async throws {
    let reply = try await node.get(path)
    #expect(reply.status == 404, "\(path)")
  }

  private static let paths = [
    "/", "/?view=table", "/?filter=problems&sort=rate", "/?q=nothing-like-that", "/devices/gw1", "/devices/lab", "/graph",
    "/graph?device=gw1", "/graph?device=gw1&interface=ether1",
    "/graph?device=gw1&interface=LAN%20/%20guests&range=5y&style=mirror",
    "/graph?device=lab", "/nothing", "/devices/nothing", "/?sort=%zz&view=pie&filter=x",
    "/graph?device=gw1&range=soon&from=5&to=1&style=pie",
  ]

  @Test func everyPageIsWholeAndSafe() async throws {
    try await with { node in
      for path in Self.paths + ["/devices/" + FolderName.escape(Self.hostile)] {
        let reply = try await node.get(path)
        let page = reply.text
        #expect(reply["content-type"] == "text/html; charset=utf-8", "\(path)")
        #expect(reply["content-security-policy"]?.contains("default-src 'none'") == true, "\(path)")
        #expect(page.matches(of: #/<h1[ >]/#).count == 1, "one heading of the first rank in \(path)")
        #expect(page.contains("</html>") && page.contains("class=\"skip\""), "\(path)")
        #expect(!page.replacingOccurrences(of: "{{x}}", with: "").contains("{{"), "a part of a template is left in \(path)")
        #expect(!page.contains("NaN") && !page.contains(">nil<") && !page.contains("Optional("), "\(path)")
        #expect(page.firstMatch(of: #/<td[^>]*><\/td>\s*<td data-rate/#) == nil, "an empty cell in \(path)")
        #expect(
          page.matches(of: #/<script/#).count
            == page.matches(of: #/<script (src="assets\/|type="application\/json" id="boot")/#).count, "\(path)")
      }
    }
  }

  @Test func hostileNamesStayText() async throws {
    try await with { node in
      let query = PageURL.query([("device", Self.hostile), ("interface", Self.hostile)])
      for path in ["/", "/?view=table", "/devices/" + FolderName.escape(Self.hostile), "/graph", "/graph?" + query] {
        let reply = try await node.get(path)
        #expect(reply.status == 200, "\(path)")
        #expect(
          !reply.text.unicodeScalars.split(separator: "\n").contains { $0.description.contains("<script>alert") }, "\(path)")
        #expect(!reply.body.split(separator: UInt8(ascii: "<")).contains { $0.starts(with: Array("/script> ".utf8)) }, "\(path)")
        // The bare quote and its combining mark may stand in the data block, behind a backslash, and nowhere else.
        let bare = Array("\"\u{301} onfocus".utf8)
        let body = reply.body
        let found = body.indices.filter { body[$0...].starts(with: bare) }
        #expect(found.allSatisfy { body[$0 - 1] == UInt8(ascii: "\\") }, "\(path)")
      }
    }
  }

  @Test func linksLeadSomewhere() async throws {
    try await with { node in
      for path in ["/", "/?view=table", "/devices/gw1", "/graph", "/graph?device=gw1&interface=ether1"] {
        let page = try await node.get(path).text
        let links = Set(page.matches(of: #/\s(?:href|src|srcset|action)="([^"#]+)(?:#[a-z]+)?"/#).map { String($0.1) })
        #expect(links.count > 8, "\(path)")
        for link in links {
          let target = "/" + link.replacingOccurrences(of: "&amp;", with: "&").replacingOccurrences(of: "./", with: "")
          let reply = try await node.get(target)
          #expect(reply.status == 200, "\(link) on \(path): \(reply.status)")
        }
      }
    }
  }

  @Test func overviewSaysHowDevicesAre() async throws {
    try await with { node in
      let page = try await node.get("/").text
      #expect(page.contains("Down 12\u{202F}min"))
      #expect(page.contains("No answer since"))
      #expect(page.contains("It refuses the connection"))
      let lab = try #require(page.range(of: "data-device=\"lab\"")?.lowerBound)
      let gw1 = try #require(page.range(of: "data-device=\"gw1\"")?.lowerBound)
      #expect(lab < gw1, "problems first")
      let byName = try await node.get("/?sort=name").text
      let first = try #require(byName.range(of: "data-device=\"gw1\"")?.lowerBound)
      let last = try #require(byName.range(of: "data-device=\"lab\"")?.lowerBound)
      #expect(first < last)
      #expect(page.contains("7\u{202F}%") && page.contains("1\u{202F}d"))
      let table = try await node.get("/?view=table").text
      #expect(table.contains("<tr data-device=\"gw1\"") && !table.contains("<article"))
    }
  }

  @Test func graphPageHasTheNumbersOfTheSeries() async throws {
    try await with { node in
      let (from, to) = (Self.now - 1000, Self.now - 100)
      let page = try await node.get("/graph?device=gw1&interface=ether1&from=\(from)&to=\(to)").text
      let truth = Truth(seed: 3)
      let values = (from + 1...to).map(truth.rx)
      for expected in [
        Format.rate(values.reduce(0, +) / 900), Format.rate(values.max()), Format.rate(values.min()),
      ] { #expect(page.contains(">\(expected)</td>"), "\(expected)") }
      // Bytes are the ledger's, which knows little here: never the sum of what is drawn.
      #expect(!page.contains(Format.bytes(values.reduce(0, +) / 8)))
      #expect(page.contains("known)</td>"))
      #expect(page.matches(of: #/<tr><td class="l">\d{4}-/#).count >= 12)
      #expect(page.contains("graph.svg?device=gw1&amp;interface=ether1&amp;from=\(from)&amp;to=\(to)"))
      let gap = try await node.get("/graph?device=gw1&interface=ether1&from=\(Self.now - 3600)&to=\(Self.now - 2400)").text
      #expect(gap.contains("1\u{202F}min 41\u{202F}s missing"))
      #expect(gap.contains("<td>no data</td>"))
    }
  }

  @Test func themeIsInThePageBeforeAnyScript() async throws {
    try await with { node in
      let plain = try await node.get("/")
      #expect(!plain.text.contains("data-theme"))
      #expect(plain["vary"] == "Cookie")
      let chosen = try await node.get("/", headers: ["Cookie: a=b; theme=light"])
      #expect(chosen.text.contains("<html lang=\"en\" data-theme=\"light\""))
      let asked = try await node.get("/?theme=dark", headers: ["Cookie: theme=light"])
      #expect(asked.text.contains("data-theme=\"dark\""))
      let hostile = try await node.get("/", headers: ["Cookie: theme=\"><script>"])
      #expect(!hostile.text.contains("data-theme"))
    }
    try await with({ $0.theme = .dark }) { node in
      let configured = try await node.get("/")
      #expect(configured.text.contains("data-theme=\"dark\""))
    }
  }

  @Test func pagesWorkBelowABasePath() async throws {
    try await with({ $0.basePath = "/mon/" }) { node in
      let page = try await node.get("/mon/graph?device=gw1&interface=ether1").text
      #expect(page.contains("<base href=\"/mon/\">"))
      #expect(page.contains("href=\"graph?device=gw1&amp;interface=ether1#main\""))
      #expect(page.firstMatch(of: #/(href|src|action)="\/(?!mon\/")/#) == nil, "an address that leaves the base path")
      let overview = try await node.get("/mon/")
      #expect(overview.text.contains("data-device=\"gw1\""))
    }
  }

  @Test func assetsAreKeptForEver() async throws {
    try await with { node in
      let page = try await node.get("/").text
      let paths = page.matches(of: #/(?:href|src)="(assets\/[^"]+)"/#).map { String($0.1) }
      #expect(paths.count >= 5)
      for path in paths {
        let reply = try await node.get("/" + path)
        #expect(reply.status == 200)
        #expect(reply["cache-control"] == "public, max-age=31536000, immutable")
        let tag = try #require(reply["etag"])
        let again = try await node.get("/" + path, headers: ["If-None-Match: \(tag)"])
        #expect(again.status == 304)
      }
      try await expectMissing(node, "/assets/core.000000000000.js")
      try await expectMissing(node, "/assets/..%2fMain.swift")
    }
  }

  @Test func errorsAreTold() async throws {
    try await with { node in
      let missing = try await node.get("/graph?device=%3Cb%3Enone")
      #expect(missing.status == 404)
      #expect(missing.text.contains("No device is named &quot;&lt;b&gt;none&quot;."))
      try await expectMissing(node, "/graph?device=gw1&interface=none")
      try await expectMissing(node, "/devices/none")
      try await expectMissing(node, "/graph?device=lab")
    }
    try await with({ $0.allow = AccessList(rules: []) }) { node in
      let reply = try await node.get("/")
      #expect(reply.status == 403)
      #expect(reply.text.contains("Not for this address") && reply.text.contains("assets/style."))
    }
  }

  @Test func anEmptyStartSaysWhatToDo() async throws {
    let root = try TemporaryDirectory()
    try await RunningNode.with(RunningNode.config(root.path)) { node in
      let page = try await node.get("/").text
      #expect(page.contains("tikwatch-collector setup"))
      #expect(page.contains(root.path))
      let graphs = try await node.get("/graph")
      #expect(graphs.text.contains("No interface is known yet."))
    }
  }
}
