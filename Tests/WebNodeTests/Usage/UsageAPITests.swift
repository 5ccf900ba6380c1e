import Foundation
import HTTPService
import NIOCore
import Shared
import TestSupport
import Testing

@testable import WebNode

/// `/api/v1/usage` and `/api/v1/percentile` over HTTP.
@Suite struct UsageAPITests {
  /// 2026-11-20 20:40:00 UTC.
  static let now = 1_795_207_200
  static let seconds = 9000

  private static func site(seed: UInt64 = 1) -> MeterSite {
    var random = SeededGenerator(seed: seed)
    return MeterSite(start: now - seconds, seconds: seconds, random: &random)
  }

  private func collector(_ name: String, _ root: TemporaryDirectory) throws -> CollectorFixture {
    try CollectorFixture(name, root: root.path, now: Double(Self.now))
  }

  private static let query = "/api/v1/usage?device=gw1&interface=uplink&from=\(now - seconds - 600)&to=\(now)"

  @Test func aCollectorThatDiedIsGoneOnWithFromItsReplica() async throws {
    let root = try TemporaryDirectory()
    let site = Self.site()
    var dead = try collector("edge-1", root)
    var alive = try collector("edge-2", root)
    try site.write(&dead, "gw1", key: "ether1", to: 6123, now: Double(Self.now))
    try site.write(&alive, "gw1", key: "other", from: 5800, late: 0.75, now: Double(Self.now), role: "wan")
    let begin = site.carried(Double(site.start) + 0.25)
    let end = site.carried(Double(Self.now - 1) + 0.75)
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      try await eventually { try await node.json(Self.query)["total"]["in"].int == Int(end.rx - begin.rx) }
      let answer = try await node.json(Self.query + "&by=hour")
      let total = answer["total"]
      #expect(total["in"].int == Int(end.rx - begin.rx))
      #expect(total["out"].int == Int(end.tx - begin.tx))
      #expect(total["sum"].int == Int(end.rx - begin.rx + end.tx - begin.tx))
      #expect(total["exact"].raw as? Bool == true)
      #expect(answer["problem"].isNull)
      let rows = answer["rows"].array
      #expect(rows.count == 3)
      #expect(rows.compactMap { $0["in"].int }.reduce(0, +) == total["in"].int)
      #expect(rows[0].keys == ["coverage", "flags", "from", "in", "out", "sampled", "sum", "to"])
      #expect(rows[0]["from"].int == Self.now - Self.seconds - 600)
      for (row, next) in zip(rows, rows.dropFirst()) { #expect(row["to"].int == next["from"].int) }
      #expect((total["coverage"].double ?? 0) > 0.93)
      #expect(answer["quota"].keys == ["forecast", "limit", "used"])
      #expect(answer["quota"]["used"].int == total["sum"].int)
      // The present day, the month, the device as a whole, and CSV say the same.
      try await eventually { try await node.json("/api/v1/devices/gw1")["today"]["in"].int == total["in"].int }
      let today = try await node.json("/api/v1/devices")["devices"][0]["today"]
      #expect(today["out"].int == total["out"].int && today["flags"].string == "p")
      for path in ["&month=2026-11", "", "&by=month&month=2026-11"] {
        let other = try await node.json("/api/v1/usage?device=gw1" + path)
        #expect(other["total"]["in"].int == total["in"].int, "\(path)")
      }
      let csv = try await node.get(Self.query + "&by=hour&format=csv")
      #expect(csv["content-type"]?.hasPrefix("text/csv") == true)
      let lines = csv.text.split(separator: "\r\n")
      #expect(lines[0] == "from,to,in,out,sum,coverage,sampled,flags")
      #expect(lines.count == 4)
      #expect(lines[1].split(separator: ",")[2] == "\(rows[0]["in"].int ?? -1)")
    }
  }

  @Test func percentileIsOverKnownBucketsOfTheMonth() async throws {
    let root = try TemporaryDirectory()
    var edge = try collector("edge-1", root)
    edge.set("gw1", .up)
    try edge.beat(at: Double(Self.now))
    try edge.describe("gw1", [("ether1", "ether1", "wan")]) { $0.billing = DeviceFile.Billing(day: 20, timeZone: "UTC") }
    let start = Self.now - Self.now % 86_400
    let rows = (0..<100).map { index in
      LedgerRow(
        start: start + index * 300, secondsCovered: 300, rxBytes: UInt64(index + 1) * 37_500, txBytes: 37_500 * 7, flags: [],
        at: Double(start + index * 300 + 299), rxCounter: UInt64((index + 1) * (index + 2) / 2) * 37_500,
        txCounter: UInt64(index + 1) * 37_500 * 7)
    }
    _ = LedgerFile(directory: edge.directory.device("gw1"), key: "ether1").append(rows)
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      try await eventually { try await node.get("/api/v1/percentile?device=gw1").status == 200 }
      let answer = try await node.json("/api/v1/percentile?device=gw1&interface=ether1")
      #expect(answer["from"].int == start)
      #expect(answer["to"].int == start + 30 * 86_400)
      #expect(answer["samples"].int == 100)
      #expect(answer["missing"].int == (Self.now - start) / 300 - 100)
      #expect(answer["in"].double == 95_000)
      #expect(answer["out"].double == 7000)
      #expect(answer["larger"].double == 95_000)
      #expect(answer["sum"].double == 102_000)
      #expect(try await node.json("/api/v1/percentile?device=gw1&month=2026-11&p=50")["in"].double == 50_000)
      let empty = try await node.json("/api/v1/percentile?device=gw1&month=2025-01")
      #expect(empty["samples"].int == 0)
      #expect(empty["in"].isNull && empty["sum"].isNull)
      let csv = try await node.get("/api/v1/percentile?device=gw1&format=csv").text
      #expect(csv.hasPrefix("from,to,samples,missing,coverage,in,out,larger,sum\r\n\(start),"))
    }
  }

  @Test(arguments: [
    ("usage?interface=uplink", 400, "device"), ("usage?device=gw1&by=week", 400, "by"),
    ("usage?device=gw1&month=2026-13", 400, "month"),
    ("usage?device=gw1&month=2026-11&from=5", 400, "from"), ("usage?device=gw1&from=now&to=-1h", 400, "from"),
    ("usage?device=gw1&from=0", 400, "from"), ("usage?device=gw1&range=2y&by=hour", 400, "by"),
    ("usage?device=gw1&from=x", 400, "from"),
    ("usage?device=gw1&format=xml", 400, "format"), ("usage?device=gw1&interface=none", 404, "interface"),
    ("usage?device=no", 404, "device"),
    ("percentile?device=gw1&p=0", 400, "p"), ("percentile?device=gw1&p=100.5", 400, "p"),
    ("percentile?device=gw1&p=1e1", 400, "p"),
    ("percentile?device=gw1&p=-5", 400, "p"), ("percentile?device=gw1&month=now", 400, "month"),
    ("percentile?device=gw1&p=5&p=6", 400, "p"),
  ]) func whatIsWrongIsNamed(path: String, status: Int, parameter: String) async throws {
    let root = try TemporaryDirectory()
    var edge = try collector("edge-1", root)
    try Self.site().write(&edge, "gw1", key: "ether1", from: Self.seconds - 60, now: Double(Self.now))
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      try await eventually { try await node.get("/api/v1/devices/gw1").status == 200 }
      let reply = try await node.get("/api/v1/" + path)
      #expect(reply.status == status)
      let problem = JSONValue(try JSONSerialization.jsonObject(with: Data(reply.body)))
      #expect(problem["parameter"].string == parameter)
    }
  }

  @Test func aRootThatHangsDoesNotBlankTheOther() async throws {
    let (one, other) = (try TemporaryDirectory(), try TemporaryDirectory())
    let site = Self.site()
    var hung = try collector("edge-1", one)
    var sound = try collector("edge-2", other)
    try site.write(&hung, "gw1", key: "ether1", now: Double(Self.now))
    try site.write(&sound, "gw1", key: "ether1", from: 300, late: 0.5, now: Double(Self.now))
    let root = HangingRoot()
    try await root.with(RunningNode.config(one.path, other.path), now: { Double(Self.now) }) { node in
      try await eventually { try await node.json(Self.query)["total"]["coverage"].double ?? 0 > 0.9 }
      root.gate.close()
      let before = root.begun
      async let late = node.json(Self.query)
      try await eventually { root.begun > before && root.waits.waiting == 1 }
      root.waits.advance(by: .seconds(4))
      let answer = try await late
      let end = site.carried(Double(Self.now - 1) + 0.5).rx
      #expect((answer["total"]["in"].int ?? 0) >= Int(end - site.carried(Double(site.start) + 300.5).rx))
      #expect((answer["total"]["coverage"].double ?? 0) > 0.9)
      #expect(answer["problem"].string?.contains("does not answer") == true)
    }
  }

  @Test(arguments: ["fifo", "link", "garbage", "future", "huge", "folder", "cut", "empty"])
  func aBrokenLedgerLeavesTheOtherOne(kind: String) async throws {
    let root = try TemporaryDirectory()
    let site = Self.site()
    var broken = try collector("edge-1", root)
    var sound = try collector("edge-2", root)
    try site.write(&broken, "gw1", key: "ether1", journal: 5, now: Double(Self.now))
    try site.write(&sound, "gw1", key: "ether1", from: 10, late: 0.5, now: Double(Self.now))
    let path = broken.directory.device("gw1").ledger("ether1", monthOf: Self.now)
    let content = try BoundedFile.read(path, limit: 1 << 20)
    try FileManager.default.removeItem(atPath: path)
    switch kind {
    case "fifo": #expect(mkfifo(path, 0o600) == 0)
    case "link": try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/etc/passwd")
    case "folder": try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    case "huge":
      try Data(content).write(to: URL(fileURLWithPath: path))
      let file = try #require(FileHandle(forWritingAtPath: path))
      try file.truncate(atOffset: UInt64(LedgerStore.sizeLimit) + 1)
      try file.close()
    case "cut": try Data(content.dropLast(20)).write(to: URL(fileURLWithPath: path))
    case "future":
      let text = String(decoding: content, as: UTF8.self).replacing("\n", with: ",9\n")
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    case "empty": try Data().write(to: URL(fileURLWithPath: path))
    default: try Data((0..<9999).map { UInt8(truncatingIfNeeded: $0 &* 31) }).write(to: URL(fileURLWithPath: path))
    }
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(Self.now) }) { node in
      let least = Int(site.carried(Double(Self.now - 1) + 0.5).rx - site.carried(Double(site.start) + 10.5).rx)
      try await eventually { try await node.json(Self.query)["total"]["in"].int ?? 0 >= least }
      let answer = try await node.json(Self.query)
      #expect((answer["total"]["in"].int ?? 0) <= least + 20_000_000)
      #expect((answer["total"]["coverage"].double ?? 0) > 0.92)
      if !["cut", "empty"].contains(kind) { #expect(answer["problem"].string?.contains(path) == true, "\(answer["problem"])") }
    }
  }

  @Test func quotaAndForecastAreThoseOfTheBillingMonth() {
    var month = UsageAmount(from: 0, to: 30 * 86_400, now: 10 * 86_400)
    month.rx = 600
    month.tx = 400
    month.known = 5 * 86_400
    let quota = UsageQuota(limit: 2000, month: month)
    // Known for five days of ten: the twenty to come bring four times that much.
    #expect(quota == UsageQuota(limit: 2000, month: month))
    #expect(quota.used == 1000)
    #expect(quota.forecast == 5000)
    month.elapsed = 30 * 86_400
    #expect(UsageQuota(limit: nil, month: month).forecast == 1000)
    #expect(UsageQuota(limit: 5, month: UsageAmount(from: 0, to: 9, now: 9)).used == nil)
  }

  @Test func volumeSaysHowSureItIs() {
    var amount = UsageAmount(from: 0, to: 600, now: 600)
    #expect(GraphVolumes(nil).rx == Format.unknown && GraphVolumes(amount).rx == Format.unknown)
    amount.rx = 385_000_000_000
    amount.known = 600
    #expect(GraphVolumes(amount).rx == Format.bytes(385e9))
    #expect(GraphVolumes(amount).tx == Format.bytes(0))
    amount.isShared = true
    amount.known = 300
    #expect(GraphVolumes(amount).rx == "about \(Format.bytes(385e9)) (\(Format.percent(0.5)) known)")
    amount.flags = .reset
    #expect(GraphVolumes(amount).rx == "at least about \(Format.bytes(385e9)) (\(Format.percent(0.5)) known)")
    #expect(GraphVolumes(amount, inWords: false).rx == "≥≈\(Format.narrow)\(Format.bytes(385e9)) (\(Format.percent(0.5)) known)")
    amount.isShared = false
    amount.known = 600
    #expect(GraphVolumes(amount, inWords: false).tx == "≥\(Format.narrow)\(Format.bytes(0))")
    #expect(Exactness(amount).explanation == "Counters were reset: at least this much.")
    amount.flags = .gap
    #expect(Exactness(amount).explanation == nil && Exactness(amount).mark.isEmpty)
  }

  @Test func cellsThatASpreadsheetWouldRunAreText() {
    var text = CSVText(["a", "b"])
    for cell in ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "plain", "a,b", "say \"x\"", "-"] {
      text.row([.text(cell), .number(nil)])
    }
    let lines = String(decoding: text.bytes, as: UTF8.self).components(separatedBy: "\r\n")
    #expect(
      lines == [
        "a,b", "'=1+1,", "'+1,", "'-1,", "'@x,", "'\tx,", "\"'\rx\",", "plain,", "\"a,b\",", "\"say \"\"x\"\"\",", "'-,", "",
      ])
  }
}
