import Logging
import NIOCore
import SecureTransport
import Shared
import TestSupport
import Testing

/// What the collector fetches over HTTPS, from servers of our own: an authority named by SSL_CERT_FILE is believed, and nobody else.
@Suite struct CollectorHTTPSTests {
  private static let feed = "<rss><channel><item><title>RouterOS 7.17 [stable]</title></item></channel></rss>"

  private static func server(_ pair: TestCertificates.Pair, body: String? = nil) async throws -> TransferServer {
    let context = try TLSServerContext(certificateFile: pair.certificate, keyFile: pair.key)
    return try await TransferServer.start(
      body: body,
      secure: { channel in
        let logger = Logger(label: "server") { _ in SwiftLogNoOpLogHandler() }
        try channel.pipeline.syncOperations.addHandler(context.makeHandler(timeout: .seconds(30), logger: logger))
      })
  }

  private static func rig() async throws -> CollectorRig {
    try await CollectorRig([.init(name: "gw", ports: [.init(name: "ether1", base: 1000)])])
  }

  private static func updates(_ rig: CollectorRig, _ server: TransferServer, _ authority: String?) throws -> ChildProcess {
    try rig.collector(
      "metrics_interval = 1\nupdate_check_url = \(server.url)?{channel}",
      lines: ["gw": "port = \(try #require(rig.ports["gw"]))\ncheck_for_updates = yes"],
      environment: authority.map { ["SSL_CERT_FILE": $0] } ?? [:])
  }

  @Test func releasesComeFromAServerWhoseAuthorityIsNamed() async throws {
    let rig = try await Self.rig()
    let certificates = try TestCertificates.shared
    let server = try await Self.server(certificates.right, body: Self.feed)
    let collector = try Self.updates(rig, server, certificates.authority)
    try await collector.wait(for: "the newest version") {
      (try? Heartbeat.read(rig.directory.heartbeat))?.updates == ["stable": "7.17"]
    }
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    await server.stop()
  }

  enum Refused: String, CaseIterable {
    case unknownAuthority = "unable to get local issuer certificate"
    case selfSigned = "self-signed certificate"
    case otherName = "no alternative certificate subject name matches"
    case expired = "certificate has expired"

    func pair(_ certificates: TestCertificates) -> TestCertificates.Pair {
      switch self {
      case .unknownAuthority: certificates.right
      case .selfSigned: certificates.selfSigned
      case .otherName: certificates.wrongName
      case .expired: certificates.expired
      }
    }
  }

  @Test(arguments: Refused.allCases) func aCertificateThatIsNotTheServersIsRefusedWithTheReason(refused: Refused) async throws {
    let rig = try await Self.rig()
    let certificates = try TestCertificates.shared
    let server = try await Self.server(refused.pair(certificates), body: Self.feed)
    let collector = try Self.updates(
      rig, server, refused == .unknownAuthority ? certificates.otherAuthority : certificates.authority)
    try await collector.wait(for: "the warning") { collector.standardError.contains("Cannot look for RouterOS releases") }
    let line = collector.standardError.split(separator: "\n").first { $0.contains("Cannot look for") } ?? ""
    #expect(line.contains("the server's certificate is not accepted") && line.contains(refused.rawValue), "\(line)")
    #expect(line.contains("SSL_CERT_FILE"))
    #expect(server.count("GET") == 0, "nothing is asked before the certificate is accepted")
    try await rig.waitUntilUp(["gw"], collector)
    #expect(try Heartbeat.read(rig.directory.heartbeat).updates == nil)
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    await server.stop()
  }

  @Test func authoritiesThatCannotBeReadAreNamed() async throws {
    let rig = try await Self.rig()
    let server = try await Self.server(try TestCertificates.shared.right, body: Self.feed)
    let collector = try Self.updates(rig, server, "/nowhere/ca.pem")
    try await collector.wait(for: "the warning") {
      collector.standardError.contains("could not read the certificates of authorities in /nowhere/ca.pem")
    }
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    await server.stop()
  }

  private static func bandwidth(_ rig: CollectorRig, _ server: TransferServer, _ authority: String) throws -> ChildProcess {
    try rig.collector(
      """
      listen = 127.0.0.1:0
      metrics_interval = 1
      bandwidth = yes
      bandwidth_test_interval = 600
      bandwidth_test_dns_server = 127.0.0.1:\(server.port)
      bandwidth_test_url = \(server.url)
      """, environment: ["SSL_CERT_FILE": authority])
  }

  @Test func bandwidthIsMeasuredOverHTTPS() async throws {
    let rig = try await Self.rig()
    let certificates = try TestCertificates.shared
    let server = try await Self.server(certificates.chained)
    let collector = try Self.bandwidth(rig, server, certificates.authority)
    try await collector.wait(for: "a download and an upload") { server.count("GET") >= 1 && server.count("POST") >= 1 }
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    #expect(!collector.standardError.contains("certificate"))
    await server.stop()
  }

  @Test func bandwidthOfAStrangerIsNotMeasured() async throws {
    let rig = try await Self.rig()
    let certificates = try TestCertificates.shared
    let server = try await Self.server(certificates.selfSigned)
    let collector = try Self.bandwidth(rig, server, certificates.authority)
    try await collector.wait(for: "the reason") {
      collector.standardError.contains("could not download from \(server.url): the server's certificate is not accepted")
    }
    #expect(server.count("GET") == 0 && server.count("POST") == 0)
    #expect(try await collector.end() == 0, "\(collector.standardError)")
    await server.stop()
  }
}
