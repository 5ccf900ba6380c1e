import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// `/api/v1/series` of several interfaces, of several devices, and of all of them.
@Suite struct SeveralSeriesTests {
  static let now = 1_795_200_000
  static let names =
    [("ether1", "ether1", "wan"), ("ether2", "LAN, guests", nil), ("ether3", "100%2C", nil)]
    as [(key: String, name: String, role: String?)]
  static let truths = [Truth(seed: 21), Truth(seed: 22), Truth(seed: 23)]

  static func root(devices: [String] = ["gw1"]) throws -> TemporaryDirectory {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(now))
    for device in devices { collector.set(device, .up) }
    try collector.beat(at: Double(now))
    for device in devices {
      try collector.describe(device, names)
      for (name, truth) in zip(names, truths) { try collector.archive(device, name.key, truth, (now - 7200)...(now - 40)) }
    }
    let seconds = Dictionary(uniqueKeysWithValues: zip(names.map(\.key), truths))
    try collector.samples((now - 600)...now, Dictionary(uniqueKeysWithValues: devices.map { ($0, seconds) }))
    return root
  }

  @Test func severalComeInTheSameStepsWithTheirSum() async throws {
    let root = try Self.root()
    let now = Self.now
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      let answer = try await node.json(
        "/api/v1/series?device=gw1&interface=ether1,LAN%2C%20guests&from=\(now - 300)&to=\(now)&points=300")
      #expect(answer["step"].int == 1 && answer["t0"].int == now - 300)
      #expect(answer["bounds"].raw as? Bool == false, "single seconds have no peaks inside")
      #expect(answer["series"].array.map { $0["interface"].string } == ["ether1", "LAN, guests"])
      for second in 1...300 {
        let parts = Self.truths.prefix(2).map { $0.rx(now - 300 + second) }
        #expect(answer["series"][0]["in"]["avg"].numbers[second - 1] == parts[0])
        #expect(answer["series"][1]["in"]["avg"].numbers[second - 1] == parts[1])
        #expect(answer["in"]["avg"].numbers[second - 1] == parts[0] + parts[1], "second \(second)")
      }
      #expect(answer["coverage"].double == 1)
    }
  }

  @Test(arguments: [
    ("interface=ether1,ether2,ether3", ["ether1", "LAN, guests", "100%2C"]),
    ("interface=ether1&interface=ether2", ["ether1", "LAN, guests"]),
    ("interface=ether1%2Cether3", ["ether1", "100%2C"]),
    ("interface=ether1%2CLAN%252C%20guests", ["ether1", "LAN, guests"]),
    ("interface=ether1,100%252C", ["ether1", "100%2C"]),
    ("interface=ether1,ether1,ether2,", ["ether1", "LAN, guests"]),
  ])
  func namesWithCommasAreTold(query: String, names: [String]) async throws {
    let root = try Self.root()
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      let answer = try await node.json("/api/v1/series?device=gw1&\(query)&points=10")
      #expect(answer["series"].array.map { $0["interface"].string } == names)
    }
  }

  @Test(arguments: ["LAN%2C%20guests", "LAN,%20guests", "LAN%2C+guests", "ether2", "100%252C", "ether3", "ether1,ether1"])
  func oneInterfaceKeepsItsOwnForm(name: String) async throws {
    let root = try Self.root()
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      let answer = try await node.json("/api/v1/series?device=gw1&interface=\(name)&points=10")
      #expect(answer["device"].string == "gw1")
      #expect(answer["interface"].string != nil && answer["series"].isNull && answer["bounds"].isNull)
    }
  }

  @Test(arguments: [
    ("device=gw1", 400, "interface"), ("interface=ether1", 400, "device"),
    ("device=gw1&device=gw1&interface=ether1", 400, "device"),
    ("device=gw1&interface=ether1,none", 404, "interface"), ("device=gw1,none&interface=ether1", 404, "device"),
    ("device=none", 404, "device"), ("device=gw1&interface=%ff", 400, "interface"),
    ("device=gw1&interface=ether1,ether2&points=4001", 400, "points"),
    ("device=gw1&interface=ether1,ether2,ether3,LAN%2C%20guests,100%252C&points=5334", 400, "points"),
  ])
  func whatIsWrongIsNamed(query: String, status: Int, parameter: String) async throws {
    let root = try Self.root()
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      let reply = try await node.get("/api/v1/series?\(query)")
      #expect(reply.status == status, "\(reply.text)")
      #expect(reply.text.contains("\"parameter\":\"\(parameter)\""), "\(reply.text)")
    }
  }

  @Test func devicesWithoutInterfaceAreTheirUplinks() async throws {
    let root = try Self.root(devices: ["gw1", "gw2"])
    let now = Self.now
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      let answer = try await node.json("/api/v1/series?device=gw1,gw2&from=\(now - 100)&to=\(now)&points=100")
      #expect(answer["series"].array.map { $0["device"].string } == ["gw1", "gw2"])
      #expect(answer["series"][1]["interface"].isNull)
      #expect(answer["in"]["avg"].numbers == (1...100).map { 2 * Self.truths[0].rx(now - 100 + $0) })
      let both = try await node.json("/api/v1/series?device=gw1,gw2&interface=ether3&from=\(now - 100)&to=\(now)&points=100")
      #expect(both["out"]["avg"].numbers == (1...100).map { 2 * Self.truths[2].tx(now - 100 + $0) })
    }
  }

  @Test(arguments: [(300, 300), (3600, 3600), (3600, 60), (7000, 500)])
  func everythingIsTheSumOfTheUplinks(seconds: Int, points: Int) async throws {
    let root = try Self.root(devices: ["gw1", "gw2", "gw3"])
    let now = Self.now
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      let answer = try await node.json("/api/v1/series?device=all&from=\(now - seconds)&to=\(now)&points=\(points)")
      let (step, t0) = (try #require(answer["step"].int), try #require(answer["t0"].int))
      let averages = answer["in"]["avg"].numbers
      #expect(averages.count >= points && averages.count <= 2 * points)
      #expect(answer["device"].string == "all" && answer["series"].isNull)
      #expect(answer["bounds"].raw as? Bool == (step > 1))
      for (index, average) in averages.enumerated() {
        let values = (t0 + index * step + 1...t0 + (index + 1) * step).filter { $0 <= now }.map(Self.truths[0].rx)
        let expected = 3 * values.reduce(0, +) / Double(values.count)
        #expect(abs((average ?? -1) - expected) <= 2, "step \(index) of \(averages.count)")
        #expect((answer["in"]["max"].numbers[index] ?? -1) >= 3 * (values.max() ?? 0) - 1)
        #expect((answer["in"]["min"].numbers[index] ?? 1e12) <= 3 * (values.min() ?? 0) + 1)
      }
      #expect((answer["coverage"].double ?? 0) > 0.99)
    }
  }

  @Test func aDeviceThatIsSilentLowersTheCoverageAndIsNoZero() async throws {
    let root = try Self.root(devices: ["gw1", "gw2"])
    let now = Self.now
    try FileManager.default.removeItem(atPath: root.path + "/edge-1/devices/gw2/interfaces/ether1.rrd")
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      let answer = try await node.json("/api/v1/series?device=all&from=\(now - 7000)&to=\(now - 2000)&points=50")
      #expect(abs((answer["coverage"].double ?? 0) - 0.5) < 0.02)
      #expect(answer["in"]["avg"].numbers.allSatisfy { $0 != nil })
      let later = try await node.json("/api/v1/series?device=all&from=\(now + 5000)&to=\(now + 6000)&points=50")
      #expect(later["in"]["avg"].numbers.allSatisfy { $0 == nil })
    }
  }

  @Test func tableNamesItsLinesAndDefusesThem() async throws {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(Self.now))
    collector.set("=gw\"1", .up)
    try collector.beat(at: Double(Self.now))
    try collector.describe("=gw\"1", [("a", "@a", nil), ("b", "b,c", nil)])
    try collector.samples((Self.now - 10)...Self.now, ["=gw\"1": ["a": Self.truths[0], "b": Self.truths[1]]])
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      for path in ["api/v1/series", "data.csv"] {
        let reply = try await node.get("/\(path)?device=%3Dgw%221&interface=%40a,b%2Cc&from=-5s&points=5&format=csv")
        #expect(reply.status == 200)
        let lines = reply.text.split(separator: "\n")
        #expect(lines[0].hasPrefix("device,interface,time,"))
        #expect(lines.count == 11)
        #expect(lines[1].hasPrefix("\"'=gw\"\"1\",'@a,1795199995,"), "\(lines[1])")
        #expect(lines[6].hasPrefix("\"'=gw\"\"1\",\"b,c\",1795199995,"), "\(lines[6])")
      }
    }
  }
}
