import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// `/graph.png`, `/graph.svg` and `/rrdtool.txt`.
@Suite struct GraphTests {
  static let now = 1_795_200_000

  static func root() throws -> TemporaryDirectory {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(now))
    collector.set("gw1", .up)
    try collector.beat(at: Double(now))
    try collector.describe("gw1", [("ether1", "ether1", "wan"), ("x_27y", "x'y; <b>$(id)</b> 100%:s", nil)])
    try collector.archive("gw1", "ether1", Truth(seed: 1), (now - 7200)...(now - 20), gaps: [(now - 3000)...(now - 2400)])
    try collector.archive("gw1", "x_27y", Truth(seed: 2), (now - 7200)...(now - 20))
    try collector.samples((now - 100)...now, ["gw1": ["ether1": Truth(seed: 1)]])
    return root
  }

  @Test(arguments: GraphRequest.Style.allCases, GraphRequest.Theme.allCases)
  func drawsEveryStyleInEveryTheme(style: GraphRequest.Style, theme: GraphRequest.Theme) async throws {
    let root = try Self.root()
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      let query = "device=gw1&interface=ether1&range=1h&style=\(style.rawValue)&theme=\(theme.rawValue)&volume=1"
      let png = try await node.get("/graph.png?\(query)&width=640&height=240")
      #expect(png.status == 200, "\(png.text.prefix(300))")
      #expect(png["content-type"] == "image/png")
      #expect(Array(png.body.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
      // Width and height stand in the header: bytes 16 to 23.
      #expect(Array(png.body[16..<24]) == [0, 0, 2, 128, 0, 0, 0, 240])
      let svg = try await node.get("/graph.svg?\(query)")
      #expect(svg.status == 200)
      #expect(svg["content-type"] == "image/svg+xml")
      #expect(svg.text.contains("<svg"))
      #expect(svg.text.contains("width=\"1180") && svg.text.contains("height=\"340"))
    }
  }

  @Test(arguments: [(100, 60), (4000, 2000), (100, 2000), (4000, 60), (240, 100), (480, 160)])
  func drawsTheSmallestAndTheLargest(width: Int, height: Int) async throws {
    let root = try Self.root()
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      for query in [
        "interface=ether1", "interface=x'y%3B%20%3Cb%3E$(id)%3C/b%3E%20100%25:s&style=mirror",
        "interface=ether1&peaks=0&style=line",
      ] {
        let reply = try await node.get("/graph.png?device=gw1&\(query)&width=\(width)&height=\(height)")
        #expect(reply.status == 200, "\(reply.text.prefix(300))")
        let size = reply.body.dropFirst(16).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        #expect(size == UInt64(width) << 32 | UInt64(height))
      }
    }
  }

  @Test(arguments: [
    "device=gw1&interface=ether1,x_27y", "device=gw1&interface=ether1,x_27y&hide=in,2",
    "device=gw1&interface=x_27y,ether1&style=line",
    "device=gw1&interface=ether1,x_27y&style=mirror&unit=B", "device=gw1&interface=ether1&compare=1h&style=mirror",
    "device=gw1&interface=ether1,x_27y&compare=30m", "device=gw1&interface=ether1&hide=in,out",
    "device=gw1&interface=ether1&log=1",
    "device=gw1&interface=ether1,x_27y&hide=1,2&width=200&height=80", "device=all", "device=all&compare=1h&style=line",
    "device=gw1,gw1&interface=ether1", "device=gw1&interface=ether1&compare=20y&from=-22y",
  ])
  func drawsSeveralAndThePeriodBefore(query: String) async throws {
    let root = try Self.root()
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      for theme in GraphRequest.Theme.allCases {
        let reply = try await node.get("/graph.svg?\(query)&theme=\(theme.rawValue)")
        #expect(reply.status == 200, "\(reply.text.prefix(300))")
        #expect(reply.text.contains("<svg"))
      }
      let dark = try await node.get("/graph.png?\(query)")
      let light = try await node.get("/graph.png?\(query)&theme=dark")
      #expect(dark.status == 200 && dark.body != light.body)
    }
  }

  @Test func whatIsAskedForChangesThePicture() async throws {
    let root = try Self.root()
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      var pictures: Set<[UInt8]> = []
      let queries = [
        "", "&compare=30m", "&unit=B", "&hide=out", "&hide=in", "&log=1", ",x_27y", ",x_27y&hide=2", ",x_27y&style=line",
      ]
      for query in queries { pictures.insert(Array(try await node.get("/graph.png?device=gw1&interface=ether1\(query)").body)) }
      #expect(pictures.count == queries.count, "each is another picture, also to the cache")
    }
  }

  @Test func labelsOfLinesAreText() {
    #expect(GraphPlan.text("a:b\\l") == "a\\:b/l         ")
    #expect(GraphPlan.text("\u{1}\u{202E}x\n").hasPrefix("  x "))
    #expect(GraphPlan.text(String(repeating: "😀", count: 200)).unicodeScalars.count == 40)
  }

  @Test(
    arguments: [
      ("device=gw1&interface=ether1&compare=soon", 400), ("device=gw1&interface=ether1&compare=60y", 400),
      ("device=gw1&interface=ether1&unit=bytes", 400), ("device=gw1&interface=ether1&log=2", 400),
      ("", 400), ("device=gw1", 400), ("device=none&interface=ether1", 404), ("device=gw1&interface=none", 404),
      ("device=gw1&interface=ether1&width=99", 400), ("device=gw1&interface=ether1&width=4001", 400),
      ("device=gw1&interface=ether1&height=1000000000", 400), ("device=gw1&interface=ether1&style=pie", 400),
      ("device=gw1&interface=ether1&theme=blue", 400), ("device=gw1&interface=ether1&from=200&to=100", 400),
      ("device=gw1&interface=ether1&volume=yes", 400), ("device=gw1&interface=ether1&width=abc", 400),
    ])
  func refusesWhatItCannotDraw(query: String, status: Int) async throws {
    let root = try Self.root()
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      for target in ["/graph.png", "/graph.svg", "/rrdtool.txt"] {
        let reply = try await node.get("\(target)?\(query)")
        #expect(reply.status == status, "\(target)")
        #expect(reply["content-type"]?.hasPrefix("text/") == true)
      }
    }
  }

  @Test func emptyWindowAndDistantTimesAreDrawnAsUnknown() async throws {
    let root = try Self.root()
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      for (query, status) in [
        ("from=0&to=now", 400), ("from=\(GraphRequest.earliest)&to=now", 200),
        ("from=\(GraphRequest.earliest)&to=\(GraphRequest.earliest + 1)", 200),
        ("from=\(Self.now + 1000)&to=\(Self.now + 2000)", 200), ("from=-1s", 200), ("from=1e3", 400),
        ("to=9999999999", 200), ("from=9999999990&to=9999999999", 200), ("to=99999999999999", 400),
      ] {
        let reply = try await node.get("/graph.png?device=gw1&interface=ether1&\(query)")
        #expect(reply.status == status, "\(query): \(reply.text.prefix(200))")
      }
    }
  }

  @Test func manyAtOnceAllComeOrAreToldToComeAgain() async throws {
    let root = try Self.root()
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for index in 0..<60 {
          group.addTask {
            let reply = try await node.get("/graph.svg?device=gw1&interface=ether1&width=\(300 + index)&height=100")
            if reply.status == 503 { #expect(reply["retry-after"] != nil) }
            return reply.status
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses.allSatisfy { $0 == 200 || $0 == 503 })
      #expect(statuses.contains(200))
    }
  }

  @Test func pictureIsKeptForOneStepAndHasATag() async throws {
    let root = try Self.root()
    let clock = TestClock(Double(Self.now))
    try await RunningNode.with(RunningNode.config(root.path), now: clock.reading) { node in
      let target = "/graph.svg?device=gw1&interface=ether1&range=1h"
      let first = try await node.get(target)
      let second = try await node.get(target)
      #expect(first.body == second.body)
      let metrics = try await node.get("/metrics").text
      #expect(metrics.contains("tikwatch_web_renders_total 1\n"))
      let tag = try #require(first["etag"])
      let third = try await node.get(target, headers: ["If-None-Match: \"x\", W/\(tag)"])
      #expect(third.status == 304)
      #expect(third.body.isEmpty)
      clock.advance(by: 5)
      _ = try await node.get(target)
      let later = try await node.get("/metrics").text
      #expect(later.contains("tikwatch_web_renders_total 2\n"))
    }
  }

  @Test func copiedCommandWorksAsPasted() async throws {
    guard let rrdtool = ["/usr/bin/rrdtool", "/usr/local/bin/rrdtool"].first(where: FileManager.default.isExecutableFile) else {
      return  // The end-to-end tests tell that it is missing.
    }
    #expect(rrdtool.hasSuffix("rrdtool"))
    let root = try Self.root()
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      for query in [
        "interface=ether1&volume=1", "interface=x_27y&style=mirror", "interface=ether1&style=line&width=200&height=80",
        "interface=ether1,x_27y", "interface=x_27y,ether1&style=mirror&unit=B", "interface=ether1&compare=30m&unit=B",
        "interface=ether1&compare=1h&style=mirror&hide=out&log=1",
      ] {
        let reply = try await node.get("/rrdtool.txt?device=gw1&\(query)")
        #expect(reply.status == 200)
        #expect(reply.text.contains("/devices/gw1/interfaces/"))
        let folder = try TemporaryDirectory()
        let shell = try ChildProcess("/bin/sh", ["-c", reply.text], in: folder)
        let status = try await shell.exitStatus()
        #expect(status == 0, "\(shell.standardError)\n\(reply.text)")
        let images = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".png") }
        #expect(images.count == 1)
        let image = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + images[0]))
        #expect(image.starts(with: [0x89, 0x50, 0x4E, 0x47]))
      }
    }
  }

  @Test func shellWordsAreQuoted() {
    #expect(ShellCommand.quote("plain-1.2_x/y:z=,+@") == "plain-1.2_x/y:z=,+@")
    #expect(ShellCommand.quote("") == "''")
    #expect(ShellCommand.quote("it's $(id) `id` \"x\" \\ ; \n") == "'it'\\''s $(id) `id` \"x\" \\ ; \n'")
  }
}
