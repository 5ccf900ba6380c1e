import Foundation
import Shared
import TestSupport
import Testing

/// Real programs, real files: what a device carried is what stands on the disk.
@Suite struct CollectorRecordingTests {
  @Test func recordsABurstToTheByteAndStopsCleanly() async throws {
    try await CollectorRig.withLead { try await recordBurst(lead: $0) }
  }

  private func recordBurst(lead: Int) async throws -> Bool {
    let begin = Int(Date().timeIntervalSince1970) + lead
    let burst = CollectorRig.Burst(from: begin, to: begin + 3, rx: 123_456_789, tx: 7_654_321)
    let rig = try await CollectorRig([.init(name: "gw", ports: [.init(name: "ether1", bursts: [burst]), .init(name: "ether2")])])
    let collector = try rig.collector()
    try await rig.waitUntilUp(["gw"], collector)
    try await collector.wait(for: "first sample") { try rig.journal("gw", "ether1").first != nil }
    guard try rig.journal("gw", "ether1")[0].time < Double(begin) else { return false }
    try await collector.wait(for: "sample after the burst", within: 120) {
      try (rig.journal("gw", "ether1").last?.time ?? 0) > Double(burst.to) + 1.5
    }
    let stopping = ContinuousClock.now
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    #expect(.now - stopping < .seconds(10))

    let rows = try rig.ledger("gw", "ether1")
    #expect(rows.reduce(0) { $0 + $1.rxBytes } == 123_456_789)
    #expect(rows.reduce(0) { $0 + $1.txBytes } == 7_654_321)
    #expect(rows.last?.flags.contains(.partial) == true)
    #expect(try rig.ledger("gw", "ether2").reduce(0) { $0 + $1.rxBytes + $1.txBytes } == 0)

    let archive = rig.directory.device("gw").archive("ether1")
    let fetched = try await rig.output(
      "/usr/bin/rrdtool", ["fetch", archive, "AVERAGE", "-s", "\(begin - 2)", "-e", "\(burst.to + 1)", "-r", "1"])
    let bits = fetched.split(separator: "\n").compactMap { line -> Double? in
      line.split(separator: ":").last.flatMap { $0.split(separator: " ").first }.flatMap { Double($0) }.flatMap {
        $0.isNaN ? nil : $0
      }
    }
    let bytes: Double = bits.reduce(0, +) / 8
    #expect((bytes - 123_456_789).magnitude < 123_456.789, "\(fetched)")

    let file = try DeviceFile.read(rig.directory.device("gw").deviceFile)
    #expect(file.interfaces["ether1"]?.mac == "48:A9:8A:00:00:01")
    #expect(file.version == "7.16.2 (stable)")
    let metrics = String(
      decoding: try BoundedFile.read(rig.directory.device("gw").metrics, limit: 1 << 20), as: UTF8.self)
    #expect(metrics.hasPrefix("# written "))
    #expect(metrics.contains("\ntikwatch_device_up{routerboard_name=\"gw\",routerboard_address=\"127.0.0.1\"} 1\n"))
    #expect(!collector.standardError.contains("s3cret-pass"))
    #expect(rig.state("gw")?.missedSamples == 0)
    return true
  }

  @Test func killedAndStartedAgainLosesNothingAndCountsNothingTwice() async throws {
    let rig = try await CollectorRig([.init(name: "gw", ports: [.init(name: "ether1", base: 1_000_000)])])
    for _ in 0..<3 {
      let collector = try rig.collector()
      try await rig.waitUntilUp(["gw"], collector)
      let count = try rig.journal("gw", "ether1").count
      try await collector.wait(for: "more samples") { try rig.journal("gw", "ether1").count >= count + 4 }
      #expect(try await collector.end(SIGKILL) == 128 + SIGKILL)
    }
    let last = try rig.collector()
    try await rig.waitUntilUp(["gw"], last)
    let count = try rig.journal("gw", "ether1").count
    try await last.wait(for: "more samples") { try rig.journal("gw", "ether1").count >= count + 3 }
    #expect(try await last.end() == 0, "\(last.standardError)")

    let journal = try rig.journal("gw", "ether1")
    let first = try #require(journal.first?.value)
    let rows = try rig.ledger("gw", "ether1")
    let receipt = try #require(rows.last)
    #expect(rows.reduce(0) { $0 + $1.rxBytes } == receipt.rxCounter - (first.rxCounter ?? 0))
    #expect(rows.reduce(0) { $0 + $1.txBytes } == receipt.txCounter - (first.txCounter ?? 0))
    #expect(receipt.rxCounter == journal.last?.value.rxCounter)
    #expect(rows.allSatisfy { !$0.flags.contains(.reset) })

    // Every second whose samples are in the journal is in the archive.
    var resampler = SecondResampler()
    var expected: [Int: Double] = [:]
    for (time, value) in journal {
      resampler.add(time: time, rx: value.rxRate.map { Double($0) }, tx: value.txRate.map { Double($0) }) { second, rx, _ in
        expected[second] = rx
      }
    }
    let from = Int(journal[0].time)
    let stored = try ArchiveReader(guardSeconds: 0).rows(
      at: rig.directory.device("gw").archive("ether1"), consolidation: .average, step: 1, from: from, to: from + 120)
    for (second, rx) in expected {
      let value = stored.rx[second - 1 - stored.start]
      #expect(abs(value - rx) < 1, "second \(second): \(value), not \(rx)")
    }
    #expect(stored.rx.count { !$0.isNaN } == expected.count)
  }

  @Test func aRebootIsNoSpikeAndLosesNothingThatIsKnown() async throws {
    try await CollectorRig.withLead { try await recordReboot(lead: $0) }
  }

  private func recordReboot(lead: Int) async throws -> Bool {
    // Before the program's start, from which it counts: on a busy machine that may take its time.
    let started = Date().timeIntervalSince1970
    let rig = try await CollectorRig([
      .init(name: "gw", ports: [.init(name: "ether1", base: 500_000)], reboot: (after: Double(lead), seconds: 2))
    ])
    let collector = try rig.collector()
    try await rig.waitUntilUp(["gw"], collector)
    try await collector.wait(for: "first sample") { try rig.journal("gw", "ether1").first != nil }
    guard try rig.journal("gw", "ether1")[0].time < started + Double(lead) - 3 else { return false }
    try await collector.wait(for: "reset and samples behind it", within: 120) {
      let journal = try rig.journal("gw", "ether1")
      guard let reset = journal.dropFirst().firstIndex(where: { $0.value.rxBytes == nil }) else { return false }
      return journal.count > reset + 3
    }
    #expect(try await collector.end() == 0)
    let journal = try rig.journal("gw", "ether1")
    #expect(journal.allSatisfy { ($0.value.rxRate ?? 0) < 8_000_000 })
    let reset = try #require(journal.dropFirst().firstIndex { $0.value.rxBytes == nil })
    #expect(journal[reset].value.rxRate == nil)
    #expect(journal[reset].time - journal[reset - 1].time < 1 + 2 + 2, "sampled again within 2 s of being reachable")
    let rows = try rig.ledger("gw", "ether1")
    #expect(rows.contains { $0.flags.contains(.reset) })
    let first = journal.first?.value.rxCounter ?? 0
    let before = journal[reset - 1].value.rxCounter ?? 0
    let last = journal.last?.value.rxCounter ?? 0
    #expect(rows.reduce(0) { $0 + $1.rxBytes } == before - first + last)
    let events = try EventFile.read(rig.directory.device("gw"), from: 0, to: 4e9).events
    #expect(events.contains { $0.kind == .reboot })
    #expect(!events.contains { $0.kind == .reset })
    return true
  }

  @Test func a32BitCounterWrapsWithoutLosingAByte() async throws {
    try await CollectorRig.withLead { try await recordWrap(lead: $0) }
  }

  private func recordWrap(lead: Int) async throws -> Bool {
    // Counters began so long ago that they are just below 2^32.
    let rate = 50_000_000
    let now = Int(Date().timeIntervalSince1970)
    let boot = now - (1 << 32) / rate + lead
    let rig = try await CollectorRig([
      .init(name: "old", ports: [.init(name: "ether1", base: rate, wrap32: true)], boot: boot)
    ])
    let collector = try rig.collector()
    try await rig.waitUntilUp(["old"], collector)
    try await collector.wait(for: "first sample") { try rig.journal("old", "ether1").first != nil }
    guard try rig.journal("old", "ether1")[0].time < Double(now + lead - 2) else { return false }
    try await collector.wait(for: "wrap and samples behind it", within: 120) {
      let journal = try rig.journal("old", "ether1")
      guard
        let wrap = journal.indices.dropFirst().first(where: {
          (journal[$0].value.rxCounter ?? 0) < (journal[$0 - 1].value.rxCounter ?? 0)
        })
      else { return false }
      return journal.count > wrap + 2
    }
    #expect(try await collector.end() == 0)
    let journal = try rig.journal("old", "ether1")
    let rows = try rig.ledger("old", "ether1")
    #expect(rows.allSatisfy { !$0.flags.contains(.reset) })
    let first = journal.first?.value.rxCounter ?? 0
    let last = journal.last?.value.rxCounter ?? 0
    #expect(rows.reduce(0) { $0 + $1.rxBytes } == last + (1 << 32) - first)
    let rates = journal.dropFirst().map { Double($0.value.rxRate ?? 0) }
    #expect(rates.allSatisfy { ($0 - 4e8).magnitude < 4e7 })
    return true
  }
}
