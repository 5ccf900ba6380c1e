import Foundation
import Shared
import TestSupport
import Testing

/// API-SSL from the configuration to the fake device, in every mode.
@Suite struct CollectorTLSTests {
  @Test func everyModeIsSampledAndEveryRefusalHasItsReason() async throws {
    let certificates = try TestCertificates.shared
    let rig = try await CollectorRig(
      [.init(name: "gw", ports: [.init(name: "ether1", base: 100_000)])],
      arguments: [
        "--tls-port", "0", "--anonymous-tls-port", "0", "--certificate", certificates.right.certificate, "--key",
        certificates.right.key,
      ])
    let tls = "use_ssl = yes\nport = \(try #require(rig.tlsPorts["gw"]))\n"
    let anonymous = "use_ssl = yes\nport = \(try #require(rig.anonymousPorts["gw"]))\n"
    let verify = "ssl_certificate_verify = yes\nssl_ca_file = "
    let pin = try Self.fingerprint(certificates.right.certificate)
    let well = [
      ("unverified", tls), ("verified", tls + verify + certificates.authority),
      ("unnamed", tls + verify + certificates.authority + "\nssl_check_hostname = no"),
      ("pinned", tls + "ssl_fingerprint = \(pin)"), ("anonymous", anonymous + "no_ssl_certificate = yes"),
    ]
    let broken = [
      ("unknown-authority", tls + verify + certificates.otherAuthority, "authority"),
      ("wrong-pin", tls + "ssl_fingerprint = \(String(repeating: "00", count: 32))", "CERTIFICATE HAS CHANGED"),
      ("no-certificate", anonymous, "no_ssl_certificate = True"),
      ("needless-anonymous", tls + "no_ssl_certificate = yes", "no_ssl_certificate = False"),
      ("plain-port", "use_ssl = yes\nport = \(try #require(rig.ports["gw"]))", "8729"),
    ]
    let sections = (well + broken.map { ($0.0, $0.1) }).map { "[\($0.0)]\n\($0.1)\n" }
    let collector = try rig.collector(devices: sections.joined())
    try await rig.waitUntilUp(["gw"] + well.map(\.0), collector)
    for (name, _, words) in broken {
      try await collector.wait(for: "\(name) down by tls", within: 30) { rig.state(name)?.reason == "tls" }
      #expect(rig.state(name)?.message?.contains(words) == true, "\(name): \(rig.state(name)?.message ?? "")")
    }
    let keys = try rig.journal("pinned", "ether1").count
    try await collector.wait(for: "more samples") { try rig.journal("pinned", "ether1").count >= keys + 3 }
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    #expect(collector.standardError.contains("can read the password"))
    #expect(!collector.standardError.contains("s3cret-pass"))
  }

  /// Without a certificate of its own the program makes one, and says which.
  @Test func theFakeDevicesOwnCertificateCanBePinned() async throws {
    let rig = try await CollectorRig(
      [.init(name: "gw", ports: [.init(name: "ether1", base: 1000)])], arguments: ["--tls-port", "0"])
    let pin = try await rig.fake.line(startingWith: "certificate ")
    let port = try #require(rig.tlsPorts["gw"])
    let collector = try rig.collector(devices: "[pinned]\nuse_ssl = yes\nport = \(port)\nssl_fingerprint = \(pin)\n")
    try await rig.waitUntilUp(["gw", "pinned"], collector)
    #expect(try await collector.end() == 0, "\(collector.standardError)")
  }

  private static func fingerprint(_ path: String) throws -> String {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("-----") }
    let der = try #require(Data(base64Encoded: lines.joined()))
    return Digest.sha256(Array(der)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
