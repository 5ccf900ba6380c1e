import Foundation
import Shared
import TestSupport
import Testing

/// `series_limit`, as Prometheus sees it.
@Suite struct CollectorSeriesLimitTests {
  private struct Seen {
    var samples: [Substring]
    var dropped: Double?

    init(_ rig: CollectorRig) {
      let text = (try? String(contentsOfFile: rig.directory.device("gw").metrics, encoding: .utf8)) ?? ""
      samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
      let line = samples.first { $0.hasPrefix("tikwatch_device_series_dropped") }
      dropped = line?.split(separator: " ").last.flatMap { Double($0) }
    }

    func has(_ family: String) -> Bool { samples.contains { $0.hasPrefix(family + "{") } }
    func count(_ family: String) -> Int { samples.count { $0.hasPrefix(family + "{") } }
  }

  @Test func theLargestFamiliesAreLeftOutAndToldUntilTheLimitIsRaised() async throws {
    let ports = (1...80).map { CollectorRig.Port(name: "ether\($0)", base: 1000) }
    let rig = try await CollectorRig([.init(name: "gw", ports: ports)])
    let port = try #require(rig.ports["gw"])
    let collector = try rig.collector("metrics_interval = 1", lines: ["gw": "port = \(port)\nseries_limit = 1000"])
    try await collector.wait(for: "series to be left out") { (Seen(rig).dropped ?? 0) > 0 }
    try await collector.wait(for: "the small families") {
      Seen(rig).has("mktxp_system_identity_info") && Seen(rig).has("mktxp_system_uptime")
    }
    let limited = Seen(rig)
    #expect(limited.samples.count <= 1000, "\(limited.samples.count)")
    // A family is there whole or not at all.
    let families = Set(limited.samples.compactMap { $0.split(separator: "{").first }).filter { $0.hasPrefix("mktxp_interface_") }
    for family in families { #expect(limited.count(String(family)) == 80, "\(family)") }
    #expect(collector.standardError.contains("its largest families are left out"))
    #expect(collector.standardError.contains("series_limit"))

    try rig.configuration("metrics_interval = 1", lines: ["gw": "port = \(port)\nseries_limit = 100000"])
    try await collector.wait(for: "all of them") { Seen(rig).dropped == 0 && Seen(rig).samples.count > 1000 }
    #expect(Seen(rig).count("mktxp_interface_rx_byte_total") == 80)
    #expect(try await collector.end() == 0, "\(collector.standardError)")
  }
}
