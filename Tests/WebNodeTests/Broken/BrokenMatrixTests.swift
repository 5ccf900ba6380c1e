import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// Every kind of file below a root with every fault: one broken file spoils one device or collector, says so, and nothing else changes; no
/// answer is a 500.
@Suite struct BrokenMatrixTests {
  static let now = 1_795_200_030
  static let sound = "gw-sound"

  static func targets(_ device: String) -> [String] {
    let one = "device=\(device)&interface=ether1"
    let month = UTCTime.month(now)
    return [
      "/api/v1/devices/\(device)", "/devices/\(device)", "/api/v1/series?\(one)&from=-600s",
      "/api/v1/series?\(one)&from=-5y&format=csv",
      "/api/v1/series?\(one)&from=-60s&points=60", "/api/v1/events?device=\(device)", "/graph?\(one)",
      "/graph.svg?\(one)&width=300&height=80", "/graph.png?\(one)&from=-5y&width=200&height=80", "/rrdtool.txt?\(one)",
      "/metrics?device=\(device)", "/api/v1/live?device=\(device)", "/api/v1/usage?\(one)&by=day",
      "/api/v1/usage?\(one)&month=\(month)&by=hour&format=csv", "/api/v1/percentile?\(one)&month=\(month)",
      "/api/v1/tables?device=\(device)&table=dhcp",
    ]
  }

  static let common = [
    "/", "/?view=table", "/graph", "/clients", "/reports", "/cluster", "/api/v1/devices", "/api/v1/cluster", "/api/v1/live",
    "/metrics",
    "/sd", "/federate?match[]=up", "/readyz", "/healthz",
  ]

  private static func write(_ name: String, _ device: String, root: String) throws -> CollectorFixture {
    let now = Self.now
    var collector = try CollectorFixture(name, root: root, now: Double(now))
    collector.set(device, .up)
    try collector.beat(at: Double(now))
    try collector.describe(device, [("ether1", "ether1", "wan")])
    try collector.archive(device, "ether1", Truth(seed: 1), (now - 600)...(now - 20))
    try collector.samples((now - 100)...now, [device: ["ether1": Truth(seed: 1)]])
    try collector.metrics(device, written: Double(now), "# HELP up Up.\n# TYPE up gauge\nup{device=\"\(device)\"} 1\n")
    let folder = collector.directory.device(device)
    try EventFile.append([EventLine(t: Double(now - 300), kind: .reboot, text: "rebooted")], to: folder)
    let row = LedgerRow(
      start: now - now % 300 - 300, secondsCovered: 300, rxBytes: 9000, txBytes: 400, flags: [], at: Double(now - now % 300),
      rxCounter: 9000, txCounter: 400)
    try AtomicFile.createFolder(folder.ledger("ether1"))
    try AtomicFile.append(
      folder.ledger("ether1", monthOf: row.start), Array("\(LedgerRow.header)\n".utf8) + row.encoded(), durability: .atomic)
    try TablesFile(device: device, written: Double(now)).write(folder.path + "/tables.json")
    return collector
  }

  /// Numbers that rise when files are broken.
  private static func troubles(_ metrics: String, _ collector: String) -> Double {
    metrics.split(separator: "\n").filter { line in
      ["tikwatch_web_broken_files ", "tikwatch_web_read_failures_total "].contains { line.hasPrefix($0) }
        || line.hasPrefix("tikwatch_collector_broken_files{collector=\"\(collector)\"")
        || line.hasPrefix("tikwatch_web_journal_bad_lines_total{collector=\"\(collector)\"")
    }.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
  }

  @Test(arguments: FileFault.allCases)
  func oneBrokenFileSpoilsOneDeviceAndSaysSo(fault: FileFault) async throws {
    let clock = TestClock(Double(Self.now))
    let root = try TemporaryDirectory()
    _ = try Self.write("edge-sound", Self.sound, root: root.path)
    var paths: [FileKind: String] = [:]
    for kind in FileKind.allCases {
      let path = kind.path(try Self.write(kind.collector, kind.device, root: root.path), now: Self.now)
      try fault.apply(to: path)
      paths[kind] = path
    }
    let names = paths.mapValues { ($0 as NSString).lastPathComponent }
    try await RunningNode.with(RunningNode.config(root.path), now: clock.reading) { node in
      try await eventually { try await node.json("/api/v1/live")["devices"][Self.sound]["t"].int == Self.now }
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == FileKind.allCases.count + 1 }
      for kind in FileKind.allCases {
        for target in Self.targets(kind.device) {
          let reply = try await node.get(target)
          #expect([200, 404, 503].contains(reply.status), "\(target): \(reply.status) \(reply.text.prefix(300))")
          #expect(!reply.text.contains("root:x:0"), "\(target)")
        }
      }
      for target in Self.common {
        let reply = try await node.get(target)
        #expect([200, 404].contains(reply.status), "\(target): \(reply.status) \(reply.text.prefix(300))")
      }
      clock.advance(by: 1)
      let metrics = try await node.get("/metrics").text
      for kind in FileKind.allCases where kind.isTold(fault) {
        let page = try await node.get("/devices/\(kind.device)").text
        let isNamed = page.contains(names[kind] ?? "?")
        #expect(isNamed, "\(kind): the page does not name the file")
        let state = try await node.json("/api/v1/devices/\(kind.device)")["state"].string
        #expect(state == "degraded" || state == "stale", "\(kind): \(state ?? "none")")
        #expect(Self.troubles(metrics, kind.collector) > 0, "\(kind)")
      }
      try await Self.expectSound(node)
    }
  }

  /// The device whose files are fine has every answer, and the right one.
  private static func expectSound(_ node: RunningNode) async throws {
    for target in targets(sound) {
      let reply = try await node.get(target)
      let isMissing = reply.status == 404 && reply.text.contains("there is nothing at this address")
      #expect(reply.status == 200 || isMissing, "\(target): \(reply.status) \(reply.text.prefix(300))")
    }
    let values = try await node.json("/api/v1/series?device=\(sound)&interface=ether1&from=\(now - 600)&to=\(now)&points=600")
    #expect(values["in"]["avg"].numbers == (1...600).map { Truth(seed: 1).rx(now - 600 + $0) })
    #expect(values["problem"].isNull)
    #expect(values["events"].array.count == 1)
    let metrics = try await node.get("/metrics").text
    #expect(metrics.contains("\nup{device=\"\(sound)\"} 1\n"))
    let device = try await node.json("/api/v1/devices/\(sound)")
    #expect(device["state"].string == "up")
    #expect(device["in"].double == Truth(seed: 1).rx(now))
    let page = try await node.get("/devices/\(sound)").text
    // The banner above the page's own content tells that some collector is not well.
    let own = try #require(page.range(of: "<h1").map { page[$0.lowerBound...] })
    #expect(own.contains("ether1") && !own.contains("edge-heartbeat"))
    let svg = try await node.get("/graph.svg?device=\(sound)&interface=ether1").text
    #expect(svg.contains("<svg") && svg.hasSuffix("</svg>\n"))
  }

  /// The fields of an archive's header (offsets of the native layout), each with values that crash librrd or lie.
  static let fields = [
    ("float cookie", 16), ("ds_cnt", 24), ("rra_cnt", 32), ("pdp_step", 40), ("ds_def.name", 128), ("ds_def.type", 148),
    ("rra_def.cf_nam", 368), ("rra_def.row_cnt", 392), ("rra_def.pdp_cnt", 400), ("second row_cnt", 512), ("second pdp_cnt", 520),
  ]

  @Test(arguments: fields)
  func headersThatLieAreToldAndDrawnWithoutThem(_ name: String, _ offset: Int) async throws {
    let clock = TestClock(Double(Self.now))
    let root = try TemporaryDirectory()
    _ = try Self.write("edge-sound", Self.sound, root: root.path)
    let broken = try Self.write("edge-archive", "gw-archive", root: root.path)
    let path = broken.directory.device("gw-archive").archive("ether1")
    let good = try #require(FileManager.default.contents(atPath: path))
    try await RunningNode.with(RunningNode.config(root.path), now: clock.reading) { node in
      try await eventually { try await node.json("/api/v1/live")["devices"][Self.sound]["t"].int == Self.now }
      for value in [0, 1 << 56, 1 << 61, 1 << 62, UInt64(1) << 63, .max, 0x4141_4141_4141_4141] as [UInt64] {
        var bad = good
        withUnsafeBytes(of: value) { bad.replaceSubrange(offset..<(offset + 8), with: $0) }
        try bad.write(to: URL(fileURLWithPath: path))
        for target in Self.targets("gw-archive") {
          let reply = try await node.get(target)
          #expect(
            [200, 404, 503].contains(reply.status), "\(name) = \(value), \(target): \(reply.status) \(reply.text.prefix(300))")
        }
        let answer = try await node.json("/api/v1/series?device=gw-archive&interface=ether1&from=-200s&points=200")
        #expect(answer["problem"].string?.contains("ether1.rrd") == true, "\(name) = \(value)")
        // What the journal knows is there all the same.
        #expect(answer["in"]["avg"].numbers.suffix(100) == ((1...100).map { Truth(seed: 1).rx(Self.now - 100 + $0) })[...])
      }
      try await Self.expectSound(node)
    }
  }
}
