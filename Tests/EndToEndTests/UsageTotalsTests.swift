import Foundation
import Shared
import TestSupport
import Testing

/// Two collectors, one of them killed: a web node's totals are the device's truth to the byte.
@Suite struct UsageTotalsTests {
  @Test func aCollectorKilledInTheMiddleCostsNoByte() async throws {
    try await CollectorRig.withLead { try await run(lead: $0) }
  }

  private func run(lead: Int) async throws -> Bool {
    let begin = Int(Date().timeIntervalSince1970) + lead
    let long = begin + 14 + 3 * lead
    let bursts = [
      CollectorRig.Burst(from: begin, to: begin + 2, rx: 123_456_789, tx: 7_654_321),
      CollectorRig.Burst(from: begin + 4, to: long, rx: 3_333_333_331, tx: 111_111_113),
      CollectorRig.Burst(from: long + 1, to: long + 3, rx: 98_765_431, tx: 1_234_567),
    ]
    let rig = try await CollectorRig([.init(name: "gw", ports: [.init(name: "ether1", bursts: bursts)])])
    let first = try rig.collector("sample_interval = 1")
    try await rig.waitUntilUp(["gw"], first)
    try await first.wait(for: "first sample") { try rig.journal("gw", "ether1").first != nil }
    guard try rig.journal("gw", "ether1")[0].time < Double(begin) else { return false }
    try await first.wait(for: "the first burst", within: 120) {
      try (rig.journal("gw", "ether1").last?.time ?? 0) > Double(begin) + 3
    }

    // The replica starts when part of the traffic is over, and the first ends in the middle of more.
    let port = try #require(rig.ports["gw"])
    let path = try rig.folder.write(
      "second.conf",
      """
      [collector]
      id = second
      storage = \(rig.root)
      retention = compact
      flush_interval = 1
      spool = \(rig.folder.file("spool2"))
      [gw]
      hostname = 127.0.0.1
      port = \(port)
      username = admin
      password = s3cret-pass

      """.utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    let second = try ChildProcess(try Products.path("tikwatch-collector"), ["run", "--config", path], in: rig.folder)
    let live = DataDirectory(root: rig.root).collector("second").live
    func samples() throws -> [Double] {
      var times: [Double] = []
      for name in (try? BoundedFile.list(live)) ?? [] where name.hasSuffix(".jsonl") {
        for line in try BoundedFile.read(live + "/" + name, limit: 64 << 20).split(separator: UInt8(ascii: "\n")) {
          if let time = LiveLine.decode(Array(line))?.devices["gw"]?.time { times.append(time) }
        }
      }
      return times
    }
    try await second.wait(for: "samples of the replica", within: 60) { try samples().count >= 3 }
    #expect(try await first.end(SIGKILL) == 128 + SIGKILL)
    guard Date().timeIntervalSince1970 < Double(long) - 2 else { return false }

    let web = try ChildProcess(
      try Products.path("tikwatch-web"),
      ["run", "--config", try rig.folder.write("web.conf", "[web]\nlisten = 127.0.0.1:0\nstorage = \(rig.root)\n".utf8)],
      in: rig.folder)
    func listening() -> Int? {
      let lines = (web.standardError + web.standardOutput).split(separator: "\n").filter { $0.contains("Listening") }
      return lines.last.flatMap { $0.split(separator: "127.0.0.1:").last }.flatMap { Int($0.prefix { $0.isNumber }) }
    }
    try await web.wait(for: "a port", within: 60) { listening() != nil }
    let node = try #require(listening())
    try await second.wait(for: "the end of the traffic", within: 300) { try (samples().last ?? 0) > Double(long) + 4.5 }

    let rx = bursts.reduce(0) { $0 + $1.rx }
    let tx = bursts.reduce(0) { $0 + $1.tx }
    let from = (begin - 900) / 300 * 300
    var last = ""
    try await web.wait(for: "totals equal to the truth", within: 30) {
      let reply = try await HTTPProbe.get(node, "/api/v1/usage?device=gw&interface=ether1&from=\(from)&to=\(long + 900)")
      last = reply.text
      let object = try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any]
      let total = object?["total"] as? [String: Any]
      return (total?["in"] as? Int) == rx && (total?["out"] as? Int) == tx && (total?["flags"] as? String)?.contains("r") == false
    }
    #expect(last.contains("\"problem\"") == false, "\(last)")
    #expect(try await second.end() == 0)
    // The rows that a clean stop writes say the same as the journal did.
    try await web.wait(for: "the same totals from the ledger", within: 30) {
      let reply = try await HTTPProbe.get(node, "/api/v1/usage?device=gw&from=\(from)&to=\(long + 900)")
      return reply.text.contains("\"sum\":\(rx + tx)")
    }
    #expect(try await web.end() == 0)
    return true
  }
}
