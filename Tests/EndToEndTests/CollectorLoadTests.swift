import Foundation
import Shared
import TestSupport
import Testing

/// One collector with many devices, good and bad, side by side.
@Suite(.serialized) struct CollectorLoadTests {
  private static let port = CollectorRig.Port(name: "ether1", base: 100_000)

  /// A fault, and what the heartbeat calls it, with TLS and without; `nil`: up.
  private struct Fault {
    var name: String
    var fault: [String: String]
    var reason: String?

    init(_ name: String, _ fault: [String: String], _ reason: String?) {
      self.name = name
      self.fault = fault
      self.reason = reason
    }
  }

  private static let faults = [
    Fault("refuses", ["kind": "refuse"], "refused"),
    Fault("hangs", ["kind": "hang-accept"], "hung"),
    Fault("hangs-login", ["kind": "hang-login"], "hung"),
    Fault("hangs-at-once", ["kind": "hang-after", "count": "0"], "hung"),
    Fault("hangs-later", ["kind": "hang-after", "count": "6"], "hung"),
    Fault("resets", ["kind": "reset"], "protocol"),
    Fault("garbles", ["kind": "garbage"], "protocol"),
    Fault("halves", ["kind": "half-sentence"], "protocol"),
    Fault("oversizes", ["kind": "oversized-word"], "protocol"),
    Fault("ends", ["kind": "fatal"], "fatal"),
    Fault("locks-out", ["kind": "wrong-password"], "login"),
    Fault("crawls", ["kind": "slow", "milliseconds": "30000"], "hung"),
    Fault("is-slow", ["kind": "slow", "milliseconds": "300"], nil),
  ]

  /// The samples of a device follow each other by the second, as many as seconds went by, each with its rate.
  private static func expectGapless(_ rig: CollectorRig, _ device: String, atLeast count: Int) throws {
    let journal = try rig.journal(device, "ether1")
    let first = try #require(journal.first)
    let last = try #require(journal.last)
    #expect(journal.count >= count, "\(device)")
    #expect(journal.count - 1 == Int((last.time - first.time).rounded()), "\(device)")
    for (one, next) in zip(journal, journal.dropFirst()) {
      #expect(next.time - one.time < 1.9, "\(device): no sample from \(one.time) to \(next.time)")
      #expect(next.value.rxRate != nil, "\(device) at \(next.time)")
    }
  }

  @Test func nineHealthyDevicesLoseNothingBesideEveryFaultPlainAndSecured() async throws {
    let well = (1...9).map { "well-\($0)" }
    let devices =
      well.map { CollectorRig.Device(name: $0, ports: [Self.port]) }
      + Self.faults.flatMap { fault in
        ["", "-tls"].map { CollectorRig.Device(name: fault.name + $0, ports: [Self.port], faults: [fault.fault]) }
      } + [CollectorRig.Device(name: "hangs-handshake", ports: [Self.port], faults: [["kind": "hang-accept"]])]
    let rig = try await CollectorRig(devices, arguments: ["--tls-port", "0"])
    var lines: [String: String] = [:]
    for fault in Self.faults {
      let port = try #require(rig.tlsPorts[fault.name + "-tls"])
      lines[fault.name + "-tls"] = "port = \(port)\nuse_ssl = yes"
    }
    // What accepts and says nothing has no handshake to offer either.
    lines["hangs-handshake"] = "port = \(try #require(rig.ports["hangs-handshake"]))\nuse_ssl = yes"
    // Some of the healthy ones are secured too.
    for name in well.prefix(4) { lines[name] = "port = \(try #require(rig.tlsPorts[name]))\nuse_ssl = yes" }
    let collector = try rig.collector(lines: lines)
    try await rig.waitUntilUp(well, collector)
    let expected =
      Self.faults.flatMap { [($0.name, $0.reason), ($0.name + "-tls", $0.reason)] } + [("hangs-handshake", "timeout")]
    for (name, reason) in expected {
      // Some are well for a moment again and again, so each is looked at by itself.
      try await collector.wait(for: "\(name) shown as \(reason ?? "up")", within: 60) {
        let state = rig.state(name)
        return reason == nil ? state?.state == .up : state?.state == .down && state?.reason == reason
      }
    }
    try await collector.wait(for: "samples of all healthy devices", within: 90) {
      try well.allSatisfy { try rig.journal($0, "ether1").count >= 30 }
    }
    for name in well { #expect(rig.state(name)?.missedSamples == 0, "\(name)") }
    #expect(try await collector.end(within: 10) == 0, "\(collector.standardError)")
    for name in well {
      try Self.expectGapless(rig, name, atLeast: 30)
      try rig.expectTruth(name, "ether1")
    }
    #expect(!collector.standardError.contains("s3cret-pass"))
  }

  /// A root that works takes everything before the end; one that is slow leaves the rest to the spool, for the next start.
  @Test(arguments: [CollectorStorageShim.Mode.well, .slow])
  func aCollectorUnderLoadEndsInTimeWithEverythingKept(_ mode: CollectorStorageShim.Mode) async throws {
    let well = (1...30).map { "well-\($0)" }
    let devices =
      well.map { CollectorRig.Device(name: $0, ports: [Self.port, .init(name: "ether2", base: 5000)]) }
      + Self.faults.map { CollectorRig.Device(name: $0.name, ports: [Self.port], faults: [$0.fault]) }
    #expect(devices.count > 40)
    let rig = try await CollectorRig(devices)
    let shim = try await CollectorStorageShim(rig.folder)
    let collector = try rig.collector(environment: shim.environment(root: rig.root))
    try await rig.waitUntilUp(well, collector)
    try await collector.wait(for: "archives", within: 60) {
      well.allSatisfy { FileManager.default.fileExists(atPath: rig.directory.device($0).archive("ether2")) }
    }
    try shim.set(mode)
    if mode == .slow { try await collector.wait(for: "spooled lines", within: 60) { try rig.spooled() >= 4 } }
    let asked = Date().timeIntervalSince1970
    #expect(try await collector.end(within: 10) == 0, "\(collector.standardError)")
    if mode == .well {
      #expect(try rig.spooled() == 0)
    } else {
      try shim.set(.well)
      let next = try rig.collector(environment: shim.environment(root: rig.root))
      try await next.wait(for: "empty spool", within: 60) { try rig.spooled() == 0 }
      try await rig.waitUntilUp(well, next)
      #expect(try await next.end(within: 10) == 0, "\(next.standardError)")
    }
    for name in well {
      let times = try rig.journal(name, "ether1").map(\.time)
      // Up to the end every second is there.
      let last = try #require(times.last { $0 < asked })
      #expect(asked - last < 2.5, "\(name)")
      for (one, other) in zip(times, times.dropFirst()) where other <= last { #expect(other - one < 1.9, "\(name)") }
      for key in ["ether1", "ether2"] { try rig.expectTruth(name, key, longestGap: mode == .well ? 1.9 : 60) }
    }
  }
}
