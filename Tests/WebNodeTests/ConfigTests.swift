import Shared
import Testing

@testable import WebNode

/// `web.conf`: what it may say, and what is said about mistakes.
@Suite struct ConfigTests {
  private func read(_ text: String) throws -> (config: WebNodeConfig, warnings: [String]) {
    let (config, warnings) = try WebNodeConfig.read(
      INIDocument(parsing: text, file: "web.conf"), directory: "/etc/tikwatch", environment: [:])
    return (config, warnings.map(\.description))
  }

  @Test func emptyFileMeansTheDefaults() throws {
    let (config, warnings) = try read("[web]\n")
    #expect(config == WebNodeConfig())
    #expect(warnings.isEmpty)
    #expect(config.listen.map(\.description) == ["127.0.0.1:8080"])
    #expect(config.allow.allows(IPAddress(v4: 0xC0A8_0101)))
    #expect(!config.allow.allows(IPAddress(v4: 0x0808_0808)))
  }

  @Test func readsEveryKey() throws {
    let (config, warnings) = try read(
      """
      [web]
          listen = 0.0.0.0:8080 [::1]:9090 unix:/run/tikwatch/web.sock
          storage = /mnt/riga, /mnt/oslo, data
          allow = 10.0.0.0/8, office.example
          metrics_allow = 10.0.0.5
          trusted_proxies = 10.0.0.1
          base_path = /traffic
          title = Our network
          theme = dark
          stale_after = 30
          metrics_stale_after = 2m
          external_labels = site=riga, tier=edge
      """)
    #expect(warnings.isEmpty)
    #expect(config.listen.map(\.description) == ["0.0.0.0:8080", "[::1]:9090", "unix:/run/tikwatch/web.sock"])
    #expect(config.storage == ["/mnt/riga", "/mnt/oslo", "/etc/tikwatch/data"])
    #expect(config.allow.hostNames == ["office.example"])
    #expect(config.metricsAllow?.allows(IPAddress(v4: 0x0A00_0005)) == true)
    #expect(config.trustedProxies.allows(IPAddress(v4: 0x0A00_0001)))
    #expect(config.basePath == "/traffic/")
    #expect(config.title == "Our network")
    #expect(config.theme == .dark)
    #expect(config.staleAfter == 30)
    #expect(config.metricsStaleAfter == 120)
    #expect(config.externalLabels.map { "\($0.name)=\($0.value)" } == ["site=riga", "tier=edge"])
  }

  @Test(
    arguments: [
      ("listen = 8080", "web.conf:2: [web] listen = \"8080\": "),
      ("stale_after = soon", "web.conf:2: [web] stale_after = \"soon\": "),
      ("stale_after = 0", "allowed: 1 s to 86400 s"), ("theme = blue", "allowed: auto, dark, light"),
      ("base_path = traffic", "does not begin with /"), ("base_path = /a/../b", "has the segment \"..\""),
      ("allow = 10.0.0.0/33", "allow = \"10.0.0.0/33\""), ("external_labels = site", "\"site\" has no ="),
      ("external_labels = 1a=b", "is no label name"), ("external_labels = a=1, a=2", "is given twice"),
      ("storage = /a, /a/", "names a folder twice"), ("trusted_proxies = 999.1.1.1", "trusted_proxies"),
    ])
  func mistakesNameFileLineKeyAndValue(line: String, part: String) throws {
    let error = try #require(throws: ConfigErrors.self) { try read("[web]\n\(line)\n") }
    #expect(error.description.contains(part), "\(error.description)")
    #expect(error.description.hasPrefix("web.conf:2: [web] "))
  }

  @Test func unknownKeysAreWarnedAboutWithTheNearest() throws {
    let warnings = try read("[web]\nstale_aftr = 5\n[wbe]\nx = 1\n").warnings
    #expect(warnings.contains { $0.contains("stale_aftr") && $0.contains("did you mean \"stale_after\"?") })
    #expect(warnings.contains { $0.contains("[wbe]") && $0.contains("did you mean \"web\"?") })
  }
}
