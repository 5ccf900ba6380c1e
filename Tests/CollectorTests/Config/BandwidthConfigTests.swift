import Foundation
import Shared
import TestSupport
import Testing

@testable import Collector

/// The keys of the bandwidth test, in our dialect and in MKTXP's files.
@Suite struct BandwidthConfigTests {
  private typealias Loaded = (config: CollectorConfig, warnings: [ConfigError], notices: [String])

  private static let url = "bandwidth_test_url = https://speed.example.net/100MB.bin"

  private func ours(_ lines: String...) throws -> Loaded {
    let folder = try TemporaryDirectory()
    let text = "[collector]\nstorage = /srv/t\n\(lines.joined(separator: "\n"))\n[gw]\nhostname = 192.0.2.1\nusername = u\n"
    let path = try folder.write("c.conf", text.utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    return try ConfigSource(.file(path)).load()
  }

  private func mktxp(_ lines: String...) throws -> Loaded {
    let folder = try TemporaryDirectory()
    try folder.write("mktxp.conf", "[gw]\nhostname = 192.0.2.1\nusername = u\nenabled = True\n".utf8)
    try folder.write("_mktxp.conf", "[MKTXP]\n\(lines.joined(separator: "\n"))\n".utf8)
    return try ConfigSource(.directory(folder.path)).load()
  }

  @Test func itIsOffUnlessAskedFor() throws {
    for loaded in [try ours("listen = [::1]:1", Self.url), try mktxp(Self.url), try mktxp("bandwidth = False", Self.url)] {
      #expect(loaded.config.endpoint.bandwidthInUse == nil && loaded.notices.isEmpty)
    }
  }

  @Test func everyKeyIsReadFromBothFiles() throws {
    let lines = [
      "bandwidth = True", "bandwidth_test_dns_server = 192.0.2.53", "bandwidth_test_interval = 600", Self.url,
      "bandwidth_test_upload_url = http://192.0.2.9/up",
    ].joined(separator: "\n")
    let (one, two) = (try ours("listen = [::1]:1", lines), try mktxp(lines))
    #expect(one.notices.isEmpty && two.notices.isEmpty && two.warnings.isEmpty)
    let config = try #require(one.config.endpoint.bandwidthInUse)
    #expect(config.dnsServer == "192.0.2.53:53" && config.interval == 600)
    #expect(config.url?.text == "https://speed.example.net/100MB.bin" && config.uploadURL?.text == "http://192.0.2.9/up")
    #expect(two.config.endpoint.bandwidthInUse == config)
  }

  @Test func whatIsMissingIsSaidWithTheReason() throws {
    let url = try mktxp("bandwidth = True")
    #expect(url.config.endpoint.bandwidthInUse == nil)
    #expect(url.notices.count == 1 && url.notices[0].contains("[MKTXP] bandwidth measures nothing: bandwidth_test_url is needed"))
    let listen = try ours("bandwidth = yes", Self.url)
    #expect(listen.config.endpoint.bandwidthInUse == nil)
    #expect(listen.notices.count == 1 && listen.notices[0].contains("[collector] bandwidth measures nothing: listen is needed"))
  }

  @Test(arguments: [
    ("8.8.4.4", "8.8.4.4:53"), ("dns.example.net", "dns.example.net:53"), ("2001:db8::1", "[2001:db8::1]:53"),
    ("[2001:db8::1]:5353", "[2001:db8::1]:5353"), ("127.0.0.1:8053", "127.0.0.1:8053"),
  ])
  func theDNSServerMayHaveAPort(text: String, server: String) throws {
    #expect(try ours("bandwidth_test_dns_server = \(text)").config.endpoint.bandwidth.dnsServer == server)
  }

  @Test(arguments: [
    ("bandwidth_test_dns_server = 10.0.0.256", "neither an address nor a host name"),
    ("bandwidth_test_dns_server = a:0", "neither an address nor a host name"),
    ("bandwidth_test_url = file:///etc/passwd", "no http or https address"),
    ("bandwidth_test_interval = 0", "out of range; allowed: 1 to 604800"), ("bandwidth = maybe", "neither yes nor no"),
  ])
  func aBadValueIsAnError(line: String, words: String) throws {
    let error = #expect(throws: ConfigErrors.self) { try ours(line) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }
}
