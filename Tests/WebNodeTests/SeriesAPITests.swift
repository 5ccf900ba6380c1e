import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// `/api/v1/series` against traffic that is known for every second.
@Suite struct SeriesAPITests {
  static let now = 1_795_200_000
  static let truth = Truth(seed: 3)

  /// Archive up to 40 s ago, journal from 10 minutes ago to now: they overlap.
  static func root(gaps: [ClosedRange<Int>] = []) throws -> TemporaryDirectory {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-1", root: root.path, now: Double(now))
    collector.set("gw1", .up)
    try collector.beat(at: Double(now))
    try collector.describe("gw1", [("ether1", "ether1", "wan"), ("ether2", "LAN / guests", nil)])
    try collector.archive("gw1", "ether1", truth, (now - 7200)...(now - 40), gaps: gaps)
    try collector.samples((now - 600)...now, ["gw1": ["ether1": truth, "ether2": Truth(seed: 4)]])
    return root
  }

  @Test func joinsArchiveAndJournalWithoutSeam() async throws {
    let root = try Self.root()
    let now = Self.now
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      let answer = try await node.json("/api/v1/series?device=gw1&interface=ether1&from=\(now - 300)&to=\(now)&points=300")
      #expect(answer["step"].int == 1)
      #expect(answer["t0"].int == now - 300)
      #expect(answer["unit"].string == "bit/s")
      let values = answer["in"]["avg"].numbers
      #expect(values.count == 300)
      for index in 0..<300 {
        // Value i covers the second from t0 + i on; the truth is named by its end.
        #expect(values[index] == Self.truth.rx(now - 300 + index + 1), "second \(index)")
      }
      #expect(answer["out"]["max"].numbers == (1...300).map { Self.truth.tx(now - 300 + $0) })
      #expect(answer["coverage"].double == 1)
    }
  }

  @Test func stepsAcrossTheJoinAverageEverySecondOnce() async throws {
    let root = try Self.root()
    let now = Self.now
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      let answer = try await node.json("/api/v1/series?device=gw1&interface=ether1&from=\(now - 3600)&to=\(now)&points=60")
      let step = try #require(answer["step"].int)
      let t0 = try #require(answer["t0"].int)
      let averages = answer["in"]["avg"].numbers
      #expect(averages.count >= 60 && averages.count <= 120)
      for (index, average) in averages.enumerated() {
        let seconds = (t0 + index * step + 1...t0 + (index + 1) * step).filter { $0 <= now }
        let values = seconds.map(Self.truth.rx)
        let expected = values.reduce(0, +) / Double(values.count)
        #expect(abs((average ?? -1) - expected) <= 1, "step \(index)")
        #expect(answer["in"]["max"].numbers[index] == values.max())
        #expect(answer["in"]["min"].numbers[index] == values.min())
      }
    }
  }

  @Test func gapsAreNullAndCountedInCoverage() async throws {
    let now = Self.now
    let root = try Self.root(gaps: [(now - 6000)...(now - 5901)])
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      let answer = try await node.json(
        "/api/v1/series?device=gw1&interface=ether1&from=\(now - 6100)&to=\(now - 5800)&points=300")
      let values = answer["in"]["avg"].numbers
      for index in values.indices {
        let second = now - 6100 + index + 1
        let isGap = ((now - 6000)...(now - 5901)).contains(second)
        #expect(values[index] == (isGap ? nil : Self.truth.rx(second)), "second \(second)")
      }
      let coverage = try #require(answer["coverage"].double)
      #expect(abs(coverage - 2.0 / 3) < 0.001)
    }
  }

  @Test func interfaceWithoutArchiveComesFromTheJournal() async throws {
    let root = try Self.root()
    let now = Self.now
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      let answer = try await node.json("/api/v1/series?device=gw1&interface=LAN+/%20guests&from=-60s&points=60")
      #expect(answer["interface"].string == "LAN / guests")
      #expect(answer["in"]["avg"].numbers == (1...60).map { Truth(seed: 4).rx(now - 60 + $0) })
    }
  }

  @Test func csvHasTheSameNumbers() async throws {
    let now = Self.now
    let root = try Self.root(gaps: [(now - 6000)...(now - 5901)])
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      let reply = try await node.get(
        "/api/v1/series?device=gw1&interface=ether1&from=\(now - 6002)&to=\(now - 5998)&points=4&format=csv")
      #expect(reply.status == 200)
      #expect(reply["content-type"]?.hasPrefix("text/csv") == true)
      let first = Self.truth.rx(now - 6001)
      let out = Self.truth.tx(now - 6001)
      let lines = reply.text.split(separator: "\n", omittingEmptySubsequences: true)
      #expect(lines[0] == "time,in_avg,in_max,in_min,out_avg,out_max,out_min")
      #expect(lines[1] == "\(now - 6002),\(Int(first)),\(Int(first)),\(Int(first)),\(Int(out)),\(Int(out)),\(Int(out))")
      #expect(lines[2] == "\(now - 6001),,,,,,")
      #expect(lines.count == 5)
    }
  }

  @Test(arguments: [(1999, 1000), (7199, 1), (7200, 1), (3601, 7), (6999, 4000), (5, 1000), (61, 30), (1201, 3)])
  func givesAtMostTwiceThePointsAskedFor(seconds: Int, points: Int) async throws {
    let root = try Self.root()
    let now = Self.now - 1
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      let answer = try await node.json(
        "/api/v1/series?device=gw1&interface=ether1&from=\(now - seconds)&to=\(now)&points=\(points)")
      let count = answer["in"]["avg"].array.count
      #expect(count <= 2 * points)
      #expect(count >= min(points, seconds))
      for name in ["avg", "max", "min"] {
        #expect(answer["in"][name].array.count == count)
        #expect(answer["out"][name].array.count == count)
      }
    }
  }

  @Test func replicaFillsWhatTheFreshestLacks() async throws {
    let now = Self.now
    let root = try TemporaryDirectory()
    let truth = Truth(seed: 8)
    for (name, known, newest) in [("edge-1", (now - 3600)...(now - 1800), now), ("edge-2", (now - 3600)...(now - 600), now - 3)] {
      var collector = try CollectorFixture(name, root: root.path, now: Double(now))
      collector.set("gw1", .up)
      try collector.beat(at: Double(now))
      // The replicas file the interface under different keys; its default name and address say that it is the same.
      let key = name == "edge-1" ? "ether1" : "wan_5fport"
      try collector.describe("gw1", [(key, "uplink", "wan")]) {
        $0.interfaces[key]?.defaultName = "ether1"
        $0.interfaces[key]?.mac = "02:00:00:00:00:01"
      }
      try collector.archive("gw1", key, truth, known)
      try collector.samples((now - 120)...newest, ["gw1": [key: truth]])
    }
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(now) }) { node in
      let answer = try await node.json("/api/v1/series?device=gw1&interface=uplink&from=\(now - 3600)&to=\(now)&points=3600")
      for (index, value) in answer["in"]["avg"].numbers.enumerated() {
        let second = now - 3600 + index + 1
        let isKnown = second <= now - 600 || second > now - 120
        #expect(value == (isKnown ? truth.rx(second) : nil), "second \(second)")
      }
      let device = try await node.json("/api/v1/devices/gw1")
      #expect(device["interfaces"].array.count == 1)
      #expect(device["collectors"].array.map(\.string) == ["edge-1", "edge-2"])
    }
  }

  @Test(
    arguments: [
      ("", 400, "device"), ("device=gw1", 400, "interface"), ("device=none&interface=ether1", 404, "device"),
      ("device=gw1&interface=none", 404, "interface"), ("device=gw1&interface=ether1&points=0", 400, "points"),
      ("device=gw1&interface=ether1&points=4001", 400, "points"), ("device=gw1&interface=ether1&points=1e3", 400, "points"),
      ("device=gw1&interface=ether1&points=99999999999999999999", 400, "points"),
      ("device=gw1&interface=ether1&from=2000000000&to=1000000000", 400, "from"),
      ("device=gw1&interface=ether1&from=1000&to=1000", 400, "from"), ("device=gw1&interface=ether1&from=yesterday", 400, "from"),
      ("device=gw1&interface=ether1&to=1e300", 400, "to"), ("device=gw1&interface=ether1&from=-5", 400, "from"),
      ("device=gw1&interface=ether1&format=xml", 400, "format"), ("device=gw1&device=gw1&interface=ether1", 400, "device"),
      ("device=%ff&interface=ether1", 400, "device"), ("device=gw1&interface=ether1&range=1x", 400, "range"),
    ])
  func refusesWrongParametersByName(query: String, status: Int, parameter: String) async throws {
    let root = try Self.root()
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      let reply = try await node.get("/api/v1/series?\(query)")
      #expect(reply.status == status)
      #expect(reply["content-type"] == "application/problem+json")
      let problem = JSONValue(try JSONSerialization.jsonObject(with: Data(reply.body)))
      #expect(problem["parameter"].string == parameter)
      #expect(problem["status"].int == status)
      #expect(problem["detail"].string?.isEmpty == false)
    }
  }
}
