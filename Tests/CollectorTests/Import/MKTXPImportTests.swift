import Foundation
import Shared
import TestSupport
import Testing

@testable import Collector

@Suite struct MKTXPImportTests {
  /// Converts these two files and loads the result with the program's own reader.
  private func convert(_ routers: String, _ system: String? = nil) throws -> (
    text: String, before: CollectorConfig, after: CollectorConfig, findings: [ImportFinding]
  ) {
    let folder = try TemporaryDirectory()
    try folder.write("mktxp.conf", routers.utf8)
    if let system { try folder.write("_mktxp.conf", system.utf8) }
    var source = ConfigSource(.directory(folder.path))
    source.storage = "/srv/t"
    let (text, before, findings) = try ImportMKTXPCommand.convert(source, folder.file("new.conf"))
    try PrivateFile.create(folder.file("new.conf"), Array(text.utf8))
    var target = ConfigSource(.file(folder.file("new.conf")))
    target.isStrict = false
    return (text, before, try target.load().config, findings)
  }

  private func refusal(_ routers: String) -> String {
    do {
      _ = try convert(routers)
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test func theDevicesAreTheSame() throws {
    let (text, before, after, _) = try convert(
      """
      [Office]
        hostname = 192.0.2.1
        username = "tik, watch"   # a comment
        password = 'a # "b'
        use_ssl = True
        interface_name_format = combined
      [Off]
        enabled = False
      [Lab 'x' ]
        remote_dhcp_entry = Off
        password = a"b, c
        address_list = "l1, l2"
        password_file =
      [empty]
      [default]
        enabled = True
        site = riga
        custom_labels = site:%(site)s, rack:a1
        port = 8728
      [new_default_parameters]
        port = 1
        bgp = True
      """)
    #expect(before.devices.map(\.name) == ["Office", "Lab 'x'", "empty"])
    #expect(after.devices == before.devices)
    #expect(after.storage == "/srv/t")
    // Comments may name people and places: they stay where they are.
    #expect(!text.contains("a comment"))
  }

  @Test func whatMKTXPAssumesIsWrittenOut() throws {
    let (text, before, after, findings) = try convert("[a]\nenabled = yes\nusername = None\n[b]\n[c]\nenabled = on\npassword =\n")
    #expect(after.devices == before.devices)
    #expect(after.devices.map(\.name) == ["a", "c"])
    #expect(after.devices[0].credentials.username == "user")
    for line in ["enabled = no", "hostname = localhost", "username = user", "password = password"] {
      #expect(text.contains("    \(line)\n"), "\(line)")
    }
    #expect(Set(findings.filter { $0.section == "default" }.map(\.key)) == ["enabled", "hostname", "username", "password"])
    // Nothing is made up where every entry says it all.
    let full = try convert("[a]\nenabled = yes\nhostname = h\nusername = u\npassword = p\n").text
    #expect(!full.contains("localhost") && !full.contains("username = user") && !full.contains("password = password"))
  }

  @Test func everyKeyHasAFate() throws {
    let (_, _, _, findings) = try convert(
      "[default]\nenabled = yes\nbfd = True\nwierless = 1\nrsc_ssh_port = 22\nuse_comments_over_names = True\n[a]\nssl_ca_file = ca.pem\n",
      "[MKTXP]\nlisten = [::1]:1\nsocket_timeout = 5\nbandwidth = True\nwhat = 1\n[RSC]\nx = 1\n[DIAG]\ny = 1\n")
    func fate(_ key: String) -> ImportFinding.Fate? { findings.first { $0.key == key }?.fate }
    #expect(fate("bfd") == .same)
    #expect(fate("ssl_ca_file") == .mapped)
    #expect(fate("listen") == .mapped && fate("bandwidth") == .mapped)
    #expect(fate("socket_timeout") == .differs)
    for key in ["wierless", "what", "x"] { #expect(fate(key) == .refused, "\(key)") }
    #expect(fate("use_comments_over_names") == .mapped)
    #expect(findings.first { $0.key == "wierless" }?.detail.contains("\"wireless\"") == true)
    #expect(findings.allSatisfy { $0.fate == .same || !$0.detail.isEmpty })
  }

  @Test func theOlderSpellingOfTheNameFormatIsUnderstood() throws {
    let (_, before, after, _) = try convert(
      "[default]\nenabled = yes\nuse_comments_over_names = True\n[a]\n[b]\ninterface_name_format = combined\n"
        + "[c]\nuse_comments_over_names = no\n")
    #expect(before.devices.map(\.nameFormat) == [.comment, .combined, .name])
    #expect(after.devices.map(\.nameFormat) == [.comment, .combined, .name])
  }

  /// Every key of a router that MKTXP 2.1.0 knows.
  @Test func allRouterKeysOfMKTXPAreKnown() throws {
    let keys =
      MenuSwitch.allCases.map(\.rawValue) + [
        "enabled", "hostname", "port", "username", "password", "credentials_file", "use_ssl", "no_ssl_certificate",
        "ssl_certificate_verify", "ssl_check_hostname", "ssl_ca_file", "plaintext_login", "address_list", "ipv6_address_list",
        "remote_dhcp_entry", "remote_capsman_entry", "custom_labels", "module_only", "probe_allowed_targets",
        "interface_with_default_name", "interface_name_format", "rsc_ssh_port", "rsc_ssh_user",
      ]
    for key in keys { #expect(MKTXPImport.knownKeys.contains(key), "\(key)") }
    let text = "[a]\nmodule_only = True\nenabled = yes\nprobe_allowed_targets = 10.0.0.0/8\n"
    #expect(try convert(text).findings.allSatisfy { $0.fate == .same || $0.section == "default" })
  }

  @Test func keysWithOneReasonAreToldTogether() throws {
    let findings = try convert("[a]\nenabled = no\n", "[RSC]\nx = 1\ny = 2\n[MKTXP]\nwhat = 1\n").findings
    let lines = ImportReport(findings: findings).lines()
    #expect(
      lines.filter { $0.hasPrefix("  not taken over: ") } == [
        "  not taken over: x, y:", try #require(lines.first { $0.contains("what") }),
      ])
    #expect(lines.contains { $0.hasPrefix("      working on exports") })
  }

  @Test func allSystemKeysOfMKTXPAreKnown() {
    for key in MKTXPSystem.honoured + MKTXPSystem.mapped.map(\.key) {
      let (fate, detail) = MKTXPSystemKeys.fate(of: key, in: "MKTXP")
      #expect(fate != .refused, "\(key)")
      #expect(!detail.isEmpty && !detail.contains("does not know"), "\(key)")
    }
  }

  @Test func theEndpointIsTheSame() throws {
    let (_, before, after, _) = try convert(
      "[a]\n",
      "[MKTXP]\nenable_probe = no\nprobe_allowed_targets = '10.0.0.0/8, x.net'\nprobe_connection_pool = True\nmax_scrape_duration = 9\n"
    )
    #expect(after.endpoint.probe.targets == before.endpoint.probe.targets)
    #expect(after.endpoint.listen == before.endpoint.listen)
    #expect(!after.endpoint.probe.isEnabled && after.endpoint.probe.keepsSessions)
  }

  @Test(arguments: [
    ("[MKTXP]\nlisten = 127.0.0.1:1 [::1]:2\n", "listen = 127.0.0.1:1 [::1]:2"), ("[MKTXP]\nport = 5\n", "listen = 0.0.0.0:5"),
    ("[new_system_parameters]\nlisten = *:7\n", "listen = *:7"), ("", "listen = 0.0.0.0:49090"),
  ])
  func theSocketIsTakenOver(system: String, line: String) throws {
    #expect(try convert("[a]\n", system).text.contains("    \(line)\n"))
  }

  @Test func theProbesKeysAreTakenOver() throws {
    let text = try convert(
      "[a]\n", "[MKTXP]\nprobe_allowed_targets = 10.0.0.0/8, .lab\n[new_system_parameters]\nprobe_connection_pool = True\n"
    ).text
    #expect(
      text.contains("    probe_allowed_targets = 10.0.0.0/8, .lab\n") && text.contains("    probe_connection_pool = True\n"))
    #expect(!text.contains("enable_probe"))
  }

  @Test func whatCannotBeSaidIsRefusedWithItsPlace() {
    #expect(refusal("[collector]\nenabled = yes\n").contains("mktxp.conf:1: [collector]: in a collector.conf"))
    #expect(refusal("[retention x]\n").contains("[retention x]"))
    let text = refusal("[a]\npassword = '%' '\n[default]\nx = 1\n[b]\np = %\npassword = %(p)s(x)s\nenabled = yes\n")
    #expect(text.contains("[b] password: the value") && text.contains("a password_file"), "\(text)")
    #expect(refusal("[a]\nenabled = maybe\n").contains("enabled = \"maybe\""))
  }

  @Test func secretsAreInTheFileAlone() throws {
    let (text, _, _, findings) = try convert("[a]\nenabled = yes\npassword = hunter2,x\n")
    #expect(text.contains("hunter2"))
    #expect(!"\(findings)".contains("hunter2"))
    #expect(!ImportReport(findings: findings).lines().joined().contains("hunter2"))
  }

  /// Whatever MKTXP's reader accepts gives the same devices, or is refused.
  @Test func randomConfigurationsGiveTheSameDevices() throws {
    var random = SeededGenerator(seed: 41)
    let texts = [
      "None", "", "a", "a, b", "'a, b'", "\"x # y\"", "\"\"\"multi\nline\"\"\"", "%(hostname)s", "%", "100%", "it's", "'it's'",
      "a \"b\" c",
      "ä", "\"'\"", "l1,", "a  b", "\"[a]\"", "a=b",
    ]
    let values = [
      "enabled": ["True", "yes", "0"], "hostname": ["192.0.2.1", "h.example", "'h'"], "username": texts, "password": texts,
      "port": ["8729", "\"1\""], "plaintext_login": ["no", "On"], "custom_labels": ["x:1, y=2", "'x:1, y=2'", "None", "a=b"],
      "interface_name_format": ["combined", "NAME"], "address_list": texts, "remote_dhcp_entry": ["Office", "None", "a b"],
      "module_only": ["False"], "bgp": ["1", "off"], "unknown": texts, "quota": ["2TB"],
      "ssl_ca_file": ["ca.pem", "~/ca.pem", "None"],
    ]
    let keys = values.keys.sorted()
    var accepted = 0
    for _ in 0..<200 {
      var text = ""
      for section in ["default", "new_default_parameters", "Office", "a b", "x]", "DEFAULT"].shuffled(using: &random).prefix(4) {
        text += "[\(section)]\n"
        for key in keys.shuffled(using: &random).prefix(Int.random(in: 0...7, using: &random)) {
          text += "  \(key) = \(values[key]?.randomElement(using: &random) ?? "")\n"
        }
      }
      guard let (_, before, after, _) = try? convert(text) else { continue }
      accepted += 1
      #expect(after.devices == before.devices, "\(text)")
    }
    #expect(accepted >= 20, "\(accepted)")
  }
}
