import Foundation
import Shared
import TestSupport
import Testing

/// `tikwatch-collector check` against devices that are well and devices that are not.
@Suite struct CollectorCheckTests {
  private struct Report: Decodable {
    struct Device: Decodable {
      var name: String
      var ok: Bool
      var steps: [Step]
    }
    struct Step: Decodable {
      var step: String
      var name: String
      var ok: Bool
      var ms: Double
      var error: String?
      var hint: String?
    }
    var ok: Bool
    var devices: [Device]
  }

  private static func run(_ rig: CollectorRig, _ devices: String = "", arguments: [String] = []) async throws -> (
    status: Int32, output: String, errors: String
  ) {
    let path = try rig.configuration(devices: devices)
    let process = try ChildProcess(
      try Products.path("tikwatch-collector"), ["check", "--config", path] + arguments, in: rig.folder)
    let status = try await process.exitStatus(within: 60)
    return (status, process.standardOutput, process.standardError)
  }

  private static let port = CollectorRig.Port(name: "ether1", base: 1000)

  @Test func aDeviceThatIsWellPassesEveryStep() async throws {
    let rig = try await CollectorRig([.init(name: "gw", ports: [Self.port])], arguments: ["--tls-port", "0"])
    let tls = "[secured]\nuse_ssl = yes\nport = \(try #require(rig.tlsPorts["gw"]))\n"
    let (status, output, errors) = try await Self.run(rig, tls, arguments: ["--json"])
    #expect(status == 0, "\(output)\(errors)")
    let report = try JSONDecoder().decode(Report.self, from: Data(output.utf8))
    #expect(report.ok)
    #expect(Set(report.devices.map(\.name)) == ["gw", "secured"])
    let plain = try #require(report.devices.first { $0.name == "gw" })
    #expect(Array(plain.steps.map(\.step).prefix(4)) == ["dns", "tcp", "login", "rights"])
    let secured = try #require(report.devices.first { $0.name == "secured" })
    #expect(Array(secured.steps.map(\.step).prefix(5)) == ["dns", "tcp", "tls", "login", "rights"])
    #expect(secured.steps.first { $0.step == "tls" }?.hint?.contains("not verified") == true)
    for device in report.devices {
      let menus = device.steps.filter { $0.step == "menu" }
      #expect(menus.contains { $0.name == "/interface" } && menus.contains { $0.name == "/system/resource" })
      #expect(device.steps.allSatisfy { $0.ok && $0.error == nil && $0.ms >= 0 && $0.ms < 10_000 })
    }
    // Members with nothing to say are there all the same.
    #expect(output.contains("\"error\" : null"))
    #expect(!output.contains("s3cret-pass"))
  }

  @Test func everyFailureNamesItsStepAndTheCommandThatHelps() async throws {
    let rig = try await CollectorRig(
      [
        .init(name: "gw", ports: [Self.port]), .init(name: "refuses", ports: [Self.port], faults: [["kind": "refuse"]]),
        .init(name: "locks-out", ports: [Self.port], faults: [["kind": "wrong-password"]]),
        .init(name: "hangs", ports: [Self.port], faults: [["kind": "hang-login"]]),
      ],
      arguments: ["--tls-port", "0"])
    let port = try #require(rig.tlsPorts["gw"])
    let plain = try #require(rig.ports["gw"])
    let devices = """
      [verified]
      use_ssl = yes
      port = \(port)
      ssl_certificate_verify = yes
      ssl_ca_file = \(try TestCertificates.shared.authority)
      [not-tls]
      use_ssl = yes
      port = \(plain)
      [no-name]
      hostname = nowhere.invalid

      """
    let (status, output, _) = try await Self.run(rig, devices, arguments: ["--json"])
    #expect(status == 1)
    let report = try JSONDecoder().decode(Report.self, from: Data(output.utf8))
    #expect(!report.ok)
    let expected: [(device: String, step: String, hint: String)] = [
      ("refuses", "tcp", "/ip service set api disabled=no port="), ("locks-out", "login", "/user set \"admin\" password="),
      ("hangs", "login", "use_ssl = True"), ("verified", "tls", "ssl_fingerprint"), ("not-tls", "tls", "8729"),
      ("no-name", "dns", "name servers"),
    ]
    for (name, step, hint) in expected {
      let device = try #require(report.devices.first { $0.name == name })
      #expect(!device.ok)
      // Nothing can be tried after it.
      #expect(device.steps.last?.step == step, "\(name): \(device.steps.map(\.step))")
      #expect(device.steps.filter { !$0.ok }.count == 1)
      #expect(device.steps.last?.error?.isEmpty == false)
      #expect(device.steps.last?.hint?.contains(hint) == true, "\(name): \(device.steps.last?.hint ?? "")")
    }
    #expect(report.devices.first { $0.name == "gw" }?.ok == true)
  }

  @Test func oneDeviceAsATable() async throws {
    let rig = try await CollectorRig([
      .init(name: "gw", ports: [Self.port]), .init(name: "refuses", ports: [Self.port], faults: [["kind": "refuse"]]),
    ])
    let (status, output, _) = try await Self.run(rig, arguments: ["gw"])
    #expect(status == 0)
    #expect(output.hasPrefix("gw  ok\n  ok    dns "))
    #expect(!output.contains("refuses"))
    // Nobody looks at a terminal here.
    #expect(!output.contains("\u{1B}"))
    let all = try await Self.run(rig)
    #expect(all.status == 1)
    #expect(
      all.output.contains("FAIL  tcp") && all.output.contains("→ /ip service set api")
        && all.output.contains("2 devices, 1 failed"))
  }

  @Test func wrongConfigurationIs3AndWrongUsageIs2() async throws {
    let rig = try await CollectorRig([.init(name: "gw", ports: [Self.port])])
    let broken = try await Self.run(rig, "[x]\nuse_ssl = maybe\n", arguments: ["--json"])
    #expect(broken.status == 3)
    #expect(broken.errors.contains("[x] use_ssl = \"maybe\""))
    #expect(try JSONDecoder().decode(Report.self, from: Data(broken.output.utf8)).ok == false)
    let unknown = try await Self.run(rig, arguments: ["gx"])
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("there is no device \"gx\" that is polled; did you mean \"gw\"?"))
  }
}
