import NIOCore
import Shared
import TestSupport
import Testing

@testable import WebNode

/// Events on graphs of many devices, and lines of their files that cannot be read.
@Suite struct FleetEventsTests {
  static let now = 1_795_200_000

  private struct Site {
    let root: TemporaryDirectory
    var edge: CollectorFixture

    init(_ devices: [String]) throws {
      root = try TemporaryDirectory()
      edge = try CollectorFixture("edge-1", root: root.path, now: Double(now))
      for device in devices { edge.set(device, .up) }
      try edge.beat(at: Double(now))
      for device in devices {
        try edge.describe(device, [("wan", "uplink", "wan"), ("lan", "office", nil)])
        try edge.archive(device, "wan", Truth(seed: 1), (now - 600)...(now - 5))
      }
    }

    func tell(_ device: String, _ events: [EventLine]) throws { try EventFile.append(events, to: edge.directory.device(device)) }

    func with(_ body: @escaping @Sendable (RunningNode) async throws -> Void) async throws {
      let count = edge.heartbeat.devices.count
      try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
        try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == count }
        try await body(node)
      }
    }
  }

  private static func event(_ ago: Int, _ kind: EventLine.Kind, _ text: String, _ interface: String? = nil) -> EventLine {
    EventLine(t: Double(now - ago), kind: kind, interface: interface, text: text)
  }

  @Test func theSumOfAllDevicesHasTheEventsOfEach() async throws {
    let site = try Site(["gw1", "gw2", "<b>gw3"])
    try site.tell("gw1", [Self.event(300, .reboot, "rebooted"), Self.event(200, .link, "link down", "lan")])
    try site.tell("gw2", [Self.event(250, .link, "uplink: link down", "wan")])
    try site.tell("<b>gw3", [Self.event(100, .gap, "5 s missing"), Self.event(4000, .reboot, "long ago")])
    try await site.with { node in
      let series = try await node.json("/api/v1/series?device=all&from=\(Self.now - 600)&to=\(Self.now)")
      // What happens to an interface that is no part of the sum is not marked on it.
      #expect(series["events"].array.map { $0["device"].string } == ["gw1", "gw2", "<b>gw3"])
      #expect(series["events"].array.map { $0["interface"].string } == [nil, "uplink", nil])
      #expect(series["eventsLeftOut"].isNull && series["problem"].isNull)
      let all = try await node.json("/api/v1/events?device=all")
      #expect(all["device"].string == "all")
      #expect(
        all["events"].array.map { "\($0["device"].string ?? "?") \($0["text"].string ?? "?")" } == [
          "<b>gw3 long ago", "gw1 rebooted", "gw2 uplink: link down", "gw1 link down", "<b>gw3 5 s missing",
        ])
      let newest = try await node.json("/api/v1/events?device=all&limit=2&range=1h")
      #expect(newest["events"].array.count == 2 && newest["leftOut"].int == 2)
      let page = try await node.get("/graph?device=all").text
      #expect(
        page.contains("&lt;b&gt;gw3: 5 s missing") && page.contains("gw1: rebooted") && page.contains("gw2: uplink: link down"))
      #expect(!page.contains("gw1 office: link down"))
      #expect(!page.contains("<b>gw3"))
    }
  }

  @Test func severalDevicesHaveTheirOwnEvents() async throws {
    let site = try Site(["gw1", "gw2", "gw3"])
    for device in ["gw1", "gw2", "gw3"] { try site.tell(device, [Self.event(300, .reboot, "\(device) rebooted")]) }
    try site.tell("gw1", [Self.event(200, .link, "went down", "lan")])
    try await site.with { node in
      let page = try await node.get("/graph?device=gw1,gw2").text
      #expect(page.contains("gw1: gw1 rebooted") && page.contains("gw2: gw2 rebooted"))
      #expect(!page.contains("gw3 rebooted") && !page.contains("went down"))
      #expect(try await node.get("/graph?device=gw1,gw2&interface=office").text.contains("gw1 office: went down"))
    }
  }

  @Test func manyEventsAreBoundedAndSaidToBe() async throws {
    let devices = (0..<8).map { "gw\($0)" }
    let site = try Site(devices)
    for (index, device) in devices.enumerated() {
      let lines = try (0..<60).flatMap { try JSONFile.encode(Self.event(590 - $0 * 8 - index, .reboot, "rebooted \($0)")) }
      let directory = site.edge.directory.device(device)
      try AtomicFile.createFolder(directory.events)
      try AtomicFile.append(directory.events(monthOf: Self.now), lines, durability: .atomic)
    }
    try await site.with { node in
      let series = try await node.json("/api/v1/series?device=all&from=\(Self.now - 600)&to=\(Self.now)")
      let times = series["events"].array.compactMap { $0["t"].int }
      #expect(times.count == SeriesService.eventLimit && series["eventsLeftOut"].int == 480 - SeriesService.eventLimit)
      #expect(times == times.sorted() && times.last == Self.now - 590 + 59 * 8 + 7)
      let page = try await node.get("/graph?device=all").text
      #expect(page.contains("newest 300 of 480 events marked"))
      #expect(page.contains("The newest 50 of 480 in the last 30 days."))
    }
  }

  @Test func linesThatAreNoEventsAreToldWhereEventsAre() async throws {
    let site = try Site(["gw1", "gw2"])
    for device in ["gw1", "gw2"] { try site.tell(device, [Self.event(300, .reboot, "rebooted")]) }
    let path = site.edge.directory.device("gw1").events(monthOf: Self.now)
    try AtomicFile.append(path, Array("nonsense\n{}\n".utf8), durability: .atomic)
    let words = "\(path): 2 lines are no events"
    try await site.with { node in
      for target in [
        "/api/v1/events?device=gw1", "/api/v1/events?device=all", "/api/v1/series?device=gw1&interface=uplink",
        "/api/v1/series?device=all",
      ] {
        let answer = try await node.json(target)
        #expect(answer["problem"].string == words, "\(target)")
        #expect(answer["events"].array.contains { $0["text"].string == "rebooted" }, "\(target)")
      }
      #expect(try await node.json("/api/v1/events?device=gw2")["problem"].isNull)
      for target in ["/devices/gw1", "/graph?device=gw1&interface=uplink", "/graph?device=all"] {
        #expect(try await node.get(target).text.contains("Some events cannot be read: \(words)"), "\(target)")
      }
      #expect(try await node.get("/metrics").text.contains("tikwatch_web_broken_files 1\n"))
      // Once the file is mended nothing is told any more.
      try AtomicFile.replace(path, with: [], durability: .atomic)
      try EventFile.append([Self.event(300, .reboot, "rebooted")], to: site.edge.directory.device("gw1"))
      #expect(try await node.json("/api/v1/events?device=gw1")["problem"].isNull)
    }
  }

  @Test func aRootThatHangsLeavesTheEventsOfTheOther() async throws {
    let (hung, sound) = (try HungRootTests.site("gw1"), try HungRootTests.site("gw2"))
    for (site, device) in [(hung, "gw1"), (sound, "gw2")] {
      try EventFile.append([Self.event(300, .reboot, "\(device) rebooted")], to: site.collector.directory.device(device))
    }
    let root = HangingRoot()
    try await root.with(RunningNode.config(hung.root.path, sound.root.path), now: { Double(Self.now) }) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 2 }
      root.gate.close()
      let before = root.begun
      async let first = node.get("/api/v1/events?device=all")
      try await eventually { root.begun > before }
      root.waits.advance(by: .seconds(5))
      _ = try await first
      try await eventually {
        let told = try await node.json("/api/v1/events?device=all&range=2h")
        return told["events"].array.map { $0["text"].string } == ["gw2 rebooted"]
          && told["problem"].string?.contains("1 of 2 devices") == true
      }
    }
  }
}
