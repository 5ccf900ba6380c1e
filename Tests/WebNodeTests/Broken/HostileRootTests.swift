import Foundation
import FoundationXML
import Shared
import TestSupport
import Testing

@testable import WebNode

/// Names that are traps, folders full of strangers, files that change while they are read, files that may not be read.
@Suite struct HostileRootTests {
  static let now = 1_795_200_000

  static let names = [
    "<script>alert(1)</script>", "../..", "..", ".", "a/b", "%s%n%s%n", "a'\"b&<", "x\\:y", "\u{202E}gnp.exe", "tab\tline\nfeed",
    String(repeating: "🛰️", count: 14), "Gw", "gw", "gW", String(repeating: "long ", count: 40), "#?&=+%2F", "DEF:a=b", "-- ;drop",
  ]

  private static func encode(_ text: String) -> String {
    text.utf8.map { String(format: "%%%02X", $0) }.joined()
  }

  private static func series(_ device: String, _ interface: String) -> String {
    "device=\(encode(device))&interface=\(encode(interface))"
  }

  @Test func everyNameIsADeviceAndAnInterfaceOfItsOwn() async throws {
    let now = Self.now
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(now))
    for name in Self.names { collector.set(name, .up) }
    try collector.beat(at: Double(now))
    var truths: [String: [String: Truth]] = [:]
    for (seed, name) in Self.names.enumerated() {
      let key = FolderName.escape(name)
      try collector.describe(name, [(key, name, "wan")])
      try collector.archive(name, key, Truth(seed: seed), (now - 300)...(now - 20))
      try collector.metrics(name, written: Double(now), "# HELP up Up.\n# TYPE up gauge\nup{device=\"\(key)\"} 1\n")
      truths[name] = [key: Truth(seed: seed)]
    }
    try collector.samples((now - 60)...now, truths)
    let clock = TestClock(Double(now))
    try await RunningNode.with(RunningNode.config(root.path), now: clock.reading) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == Self.names.count }
      let listed = try await node.json("/api/v1/devices")["devices"].array.compactMap { $0["name"].string }
      #expect(Set(listed) == Set(Self.names))
      for (seed, name) in Self.names.enumerated() {
        let query = Self.series(name, name)
        let values = try await node.json("/api/v1/series?\(query)&from=\(now - 200)&to=\(now)&points=200")["in"]["avg"].numbers
        #expect(values == (1...200).map { Truth(seed: seed).rx(now - 200 + $0) }, "\(name)")
        let svg = try await node.get("/graph.svg?\(query)&from=-200s")
        #expect(svg.status == 200, "\(name): \(svg.text.prefix(200))")
        #expect((try? XMLDocument(data: Data(svg.body)))?.rootElement()?.name == "svg", "\(name)")
        for target in ["/devices/\(Self.encode(FolderName.escape(name)))", "/graph?\(query)", "/rrdtool.txt?\(query)"] {
          let reply = try await node.get(target)
          #expect(reply.status == 200, "\(target): \(reply.text.prefix(200))")
          if reply["content-type"]?.hasPrefix("text/html") == true { Self.expectEscaped(reply.text, target) }
        }
        let disposition = try await node.get("/graph.png?\(query)&width=100&height=60")["content-disposition"] ?? ""
        #expect(disposition.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !disposition.contains("/"), "\(disposition)")
      }
      for target in ["/", "/graph"] { Self.expectEscaped(try await node.get(target).text, target) }
      #expect(try await node.get("/metrics").text.components(separatedBy: "\nup{").count == Self.names.count + 1)
    }
  }

  private static func expectEscaped(_ html: String, _ target: String) {
    #expect(!html.contains("<script>alert") && !html.contains("a'\"b&<"), "\(target)")
  }

  /// Two spellings of one letter are equal to Swift and to people, and two names to a device: neither may end the node.
  @Test func namesThatDifferInNormalisationDoNoHarm() async throws {
    let now = Self.now
    let root = try TemporaryDirectory()
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(now))
    collector.set("gw1", .up)
    try collector.beat(at: Double(now))
    try collector.describe("gw1", [("k1", composed, "wan"), ("k2", decomposed, "wan")])
    for (seed, key) in ["k1", "k2"].enumerated() {
      try collector.archive("gw1", key, Truth(seed: seed), (now - 300)...(now - 20))
    }
    for (index, name) in [composed, decomposed].enumerated() {
      // As a heartbeat that lists both would: in the bytes, since a dictionary here holds one of them.
      let other = try CollectorFixture("edge-\(index + 2)", root: root.path, now: Double(now))
      let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: collector.directory.heartbeat)), as: UTF8.self)
        .replacing("\"gw1\"", with: "\"\(composed)\":{\"state\":\"up\"},\"\(decomposed)\"").replacing(
          "edge-1", with: "edge-\(index + 2)")
      try Data(text.utf8).write(to: URL(fileURLWithPath: other.directory.heartbeat))
      try other.describe(name, [("ether1", "ether1", "wan")])
    }
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count >= 2 }
      for (seed, key) in ["k1", "k2"].enumerated() {
        let values = try await node.json(
          "/api/v1/series?device=gw1&interface=\(key)&from=\(now - 200)&to=\(now - 100)&points=100")
        #expect(values["in"]["avg"].numbers == (1...100).map { Truth(seed: seed).rx(now - 200 + $0) })
      }
      for name in [composed, decomposed] {
        for target in [
          "/api/v1/series?\(Self.series("gw1", name))", "/graph.svg?\(Self.series("gw1", name))",
          "/devices/\(FolderName.escape(name))", "/api/v1/events?device=\(Self.encode(name))", "/",
        ] {
          let status = try await node.get(target).status
          #expect([200, 404].contains(status), "\(target)")
        }
      }
      #expect(try await node.get("/healthz").status == 200)
    }
  }

  @Test(arguments: ["root", "collector", "live", "devices", "device", "events", "interfaces"])
  func fiftyThousandStrangersInAFolderAreNoObstacle(place: String) async throws {
    let now = Self.now
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(now))
    collector.set("gw1", .up)
    try collector.beat(at: Double(now))
    try collector.describe("gw1", [("ether1", "ether1", "wan")])
    try collector.archive("gw1", "ether1", Truth(seed: 1), (now - 300)...(now - 20))
    try collector.samples((now - 60)...now, ["gw1": ["ether1": Truth(seed: 1)]])
    let device = collector.directory.device("gw1")
    let folder =
      switch place {
      case "root": root.path
      case "collector": collector.directory.path
      case "live": collector.directory.live
      case "devices": collector.directory.devices
      case "device": device.path
      case "events": device.events
      default: device.interfaces
      }
    try AtomicFile.createFolder(folder)
    // Links to one file: the quickest way to many names.
    let first = folder + "/stray"
    #expect(FileManager.default.createFile(atPath: first, contents: Data("{}".utf8)))
    for index in 0..<50_000 { #expect(link(first, folder + "/\(index)-stray.jsonl") == 0) }
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      try await eventually { try await node.json("/api/v1/live")["devices"]["gw1"]["t"].int == now }
      let values = try await node.json("/api/v1/series?device=gw1&interface=ether1&from=\(now - 200)&to=\(now)&points=200")
      #expect(values["in"]["avg"].numbers == (1...200).map { Truth(seed: 1).rx(now - 200 + $0) })
      for target in ["/", "/devices/gw1", "/metrics", "/graph.svg?device=gw1&interface=ether1", "/api/v1/events?device=gw1"] {
        #expect(try await node.get(target).status == 200, "\(target)")
      }
      #expect(try await node.json("/api/v1/devices")["devices"].array.count == 1)
    }
  }

  @Test func filesReplacedWhileTheyAreReadAreNeverA500() async throws {
    let now = Self.now
    let root = try TemporaryDirectory()
    let scratch = root.file(".scratch")
    try AtomicFile.createFolder(scratch)
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(now))
    collector.set("gw1", .up)
    try collector.beat(at: Double(now))
    try collector.describe("gw1", [("ether1", "ether1", "wan")])
    try collector.archive("gw1", "ether1", Truth(seed: 1), (now - 300)...(now - 20))
    try collector.metrics("gw1", written: Double(now), "# HELP up Up.\n# TYPE up gauge\nup{device=\"gw1\"} 1\n")
    try collector.samples((now - 60)...now, ["gw1": ["ether1": Truth(seed: 1)]])
    let device = collector.directory.device("gw1")
    let paths = [collector.directory.heartbeat, device.deviceFile, device.archive("ether1"), device.metrics]
    let sound = try paths.map { try #require(FileManager.default.contents(atPath: $0)) }
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      try await eventually { try await node.json("/api/v1/live")["devices"]["gw1"]["t"].int == now }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          var generator = SeededGenerator(seed: 9)
          for turn in 0..<300 where !Task.isCancelled {
            for (path, bytes) in zip(paths, sound) {
              let half = bytes.prefix(Int.random(in: 0...bytes.count, using: &generator))
              switch turn % 3 {
              case 0:  // Beside, then renamed.
                try (turn % 2 == 0 ? bytes : half).write(to: URL(fileURLWithPath: scratch + "/new"))
                rename(scratch + "/new", path)
              case 1: truncate(path, off_t(half.count))
              default: try bytes.write(to: URL(fileURLWithPath: path))
              }
            }
            await Task.yield()
          }
        }
        for target in BrokenMatrixTests.targets("gw1") + ["/metrics", "/", "/api/v1/devices"] {
          group.addTask {
            for _ in 0..<10 {
              let reply = try await node.get(target)
              #expect([200, 404, 503].contains(reply.status), "\(target): \(reply.status) \(reply.text.prefix(300))")
            }
          }
        }
        try await group.waitForAll()
      }
      for (path, bytes) in zip(paths, sound) { try bytes.write(to: URL(fileURLWithPath: path)) }
      try await eventually {
        let reply = try await node.json("/api/v1/series?device=gw1&interface=ether1&from=\(now - 200)&to=\(now)&points=200")
        return reply["in"]["avg"].numbers == (1...200).map { Truth(seed: 1).rx(now - 200 + $0) }
      }
    }
  }

  /// Root reads everything, so the node runs as nobody here; without the right to do that, as whoever runs the tests.
  @Test(arguments: FileKind.allCases) func filesThatMayNotBeReadSpoilTheirDeviceAlone(kind: FileKind) async throws {
    let now = Int(Date().timeIntervalSince1970)
    let root = try TemporaryDirectory()
    var broken = try CollectorFixture(kind.collector, root: root.path, now: Double(now))
    var sound = try CollectorFixture("edge-sound", root: root.path, now: Double(now))
    broken.set(kind.device, .up)
    sound.set("gw-sound", .up)
    for (collector, device) in [(broken, kind.device), (sound, "gw-sound")] {
      var collector = collector
      try collector.beat(at: Double(now) + 60)
      try collector.describe(device, [("ether1", "ether1", "wan")])
      try collector.archive(device, "ether1", Truth(seed: 1), (now - 600)...(now - 20))
      try collector.samples((now - 100)...now, [device: ["ether1": Truth(seed: 1)]])
    }
    let path = kind.path(broken, now: now)
    try? FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    if !FileManager.default.fileExists(atPath: path) { try Data("x\n".utf8).write(to: URL(fileURLWithPath: path)) }
    chmod(path, 0)
    let program = try Products.path("tikwatch-web")
    let words = ["run", "--storage", root.path, "--listen", "127.0.0.1:0"]
    let asNobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", program]
    let process =
      geteuid() == 0
      ? try ChildProcess("/usr/bin/setpriv", asNobody + words, in: root) : try ChildProcess(program, words, in: root)
    let node = try await NodeProcess.listening(process)
    for target in BrokenMatrixTests.targets(kind.device) + BrokenMatrixTests.common {
      let reply = try await node.get(target)
      #expect([200, 404, 503].contains(reply.status), "\(target): \(reply.status) \(reply.text.prefix(300))")
    }
    if [.heartbeat, .deviceFile, .archive, .metrics].contains(kind) {
      // The second look at the page comes after what requests found.
      try await eventually { try await node.get("/devices/\(kind.device)").text.contains((path as NSString).lastPathComponent) }
    }
    let reply = try await node.get("/api/v1/series?device=gw-sound&interface=ether1&from=\(now - 500)&to=\(now - 400)&points=100")
    #expect(reply.status == 200 && reply.text.contains("\"coverage\":1,"))
    #expect(try await node.get("/graph.png?device=gw-sound&interface=ether1").status == 200)
    #expect(try await process.end() == 0)
  }
}
