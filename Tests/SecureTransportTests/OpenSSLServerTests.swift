import Logging
import SecureTransport
import TestSupport
import Testing

/// Every mode against `openssl s_server`.
@Suite(.timeLimit(.minutes(2))) struct OpenSSLServerTests {
  private let certificates: TestCertificates

  init() throws {
    certificates = try TestCertificates.shared
  }

  private func verified(name: Bool = true) -> TLSPolicy { .verified(caFile: certificates.authority, checkName: name) }

  private func refusal(
    of pair: TestCertificates.Pair, _ policy: TLSPolicy, host: String = "router.test", _ options: [String] = []
  ) async throws -> TLSFailure {
    try await OpenSSLServer.run(OpenSSLServer.with(pair) + options) {
      try await SecureClient.failure($0.port, policy, host: host)
    }
  }

  private func session(
    with pair: TestCertificates.Pair, _ policy: TLSPolicy, host: String = "router.test", _ options: [String] = []
  ) async throws -> TLSSessionDetails {
    try await OpenSSLServer.run(OpenSSLServer.with(pair) + options) { server in
      let client = try await SecureClient.connect(server.port, policy, host: host)
      // The session carries bytes both ways, or it is none.
      try await client.send(Array("ping\n".utf8))
      try await server.process.waitForOutput("ping\n")
      try server.process.send(Array("1pong\n".utf8))
      try await eventually { client.text == "1pong\n" }
      await client.close()
      return client.details
    }
  }

  @Test func takesAnyCertificateWhenNoneIsDemanded() async throws {
    for pair in [certificates.selfSigned, certificates.expired, certificates.wrongName, certificates.weak] {
      let details = try await session(with: pair, .encryptOnly)
      #expect(details.version == "TLSv1.3")
      #expect(!details.isAuthenticated)
      #expect(details.certificate != nil)
    }
  }

  @Test(arguments: [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")])
  func speaksBothVersions(option: String, version: String) async throws {
    let details = try await session(with: certificates.right, verified(), [option])
    #expect(details.version == version)
    #expect(details.isAuthenticated)
  }

  @Test(arguments: ["AES256-SHA", "AES128-SHA256", "ECDHE-RSA-AES128-SHA", "DHE-RSA-AES256-SHA"])
  func acceptsCiphersOfOldRouterOS(cipher: String) async throws {
    let details = try await session(with: certificates.rsa, .encryptOnly, ["-tls1_2", "-cipher", cipher])
    #expect(details.cipher == cipher)
  }

  @Test func checksNamesAndAddresses() async throws {
    for host in ["router.test", "ROUTER.test", "router.test.", "127.0.0.1", "::1", "::ffff:127.0.0.1"] {
      #expect(try await session(with: certificates.right, verified(), host: host).isAuthenticated)
    }
    #expect(try await session(with: certificates.commonName, verified()).certificate?.subject == "CN = router.test")
    for (pair, host) in [
      (certificates.wrongName, "router.test"), (certificates.right, "other.test"), (certificates.right, "127.0.0.2"),
      (certificates.right, "x.router.test"), (certificates.commonName, "127.0.0.1"),
    ] {
      guard case .wrongName(host, _) = try await refusal(of: pair, verified(), host: host) else {
        Issue.record("\(host) passed for another's certificate")
        continue
      }
    }
    let failure = try await refusal(of: certificates.wrongName, verified())
    #expect(failure == .wrongName(expected: "router.test", certificate: "DNS:other.test"))
    #expect(failure.description == "the certificate is for DNS:other.test, not for \"router.test\"")
  }

  @Test func leavesTheNameOutWhenToldTo() async throws {
    #expect(try await session(with: certificates.wrongName, verified(name: false)).isAuthenticated)
    #expect(try await refusal(of: certificates.expired, verified(name: false)).code == "certificate-expired")
  }

  @Test func saysWhatIsWrongWithACertificate() async throws {
    let expired = try await refusal(of: certificates.expired, verified())
    #expect(expired == .expired(subject: "CN = expired", since: 1_609_459_200))
    #expect(expired.description == "the certificate of CN = expired has expired at 2021-01-01T00:00:00.000Z")
    #expect(try await refusal(of: certificates.future, verified()) == .notYetValid(subject: "CN = future", before: 3_786_912_000))
    #expect(try await refusal(of: certificates.selfSigned, verified()) == .selfSigned(subject: "CN = self"))
    #expect(try await refusal(of: certificates.weak, verified()).code == "certificate-weak")
    let stranger = TLSPolicy.verified(caFile: certificates.otherAuthority, checkName: true)
    #expect(try await refusal(of: certificates.right, stranger) == .unknownAuthority(issuer: "CN = ca"))
    let system = TLSPolicy.verified(caFile: nil, checkName: true)
    #expect(try await refusal(of: certificates.right, system) == .unknownAuthority(issuer: "CN = ca"))
    #expect(try await refusal(of: certificates.selfSigned, system) == .selfSigned(subject: "CN = self"))
  }

  @Test func trustsWhateverTheFileNames() async throws {
    let itself = TLSPolicy.verified(caFile: certificates.selfSigned.certificate, checkName: true)
    #expect(try await session(with: certificates.selfSigned, itself).isAuthenticated)
    let leaf = TLSPolicy.verified(caFile: certificates.right.certificate, checkName: true)
    #expect(try await session(with: certificates.right, leaf).isAuthenticated)
    let intermediate = TLSPolicy.verified(caFile: certificates.intermediate, checkName: true)
    #expect(try await session(with: certificates.chained, intermediate).isAuthenticated)
    #expect(try await refusal(of: certificates.chained, verified()) == .unknownAuthority(issuer: "CN = intermediate"))
    let chain = ["-cert_chain", certificates.intermediate]
    #expect(try await session(with: certificates.chained, verified(), chain).isAuthenticated)
  }

  @Test func acceptsThePinnedCertificateWhateverItSays() async throws {
    for pair in [certificates.right, certificates.selfSigned, certificates.expired, certificates.wrongName, certificates.weak] {
      let fingerprint = try await fingerprint(of: pair)
      let details = try await session(with: pair, .pinned(fingerprint))
      #expect(details.isAuthenticated)
      #expect(details.certificate?.fingerprint == fingerprint)
    }
  }

  @Test(arguments: ["-tls1_2", "-tls1_3"])
  func raisesAnAlarmWhenThePinnedCertificateChanges(version: String) async throws {
    let expected = try await fingerprint(of: certificates.right)
    let seen = try await fingerprint(of: certificates.rsa)
    // Valid, right name, right authority: and not the one.
    let failure = try await refusal(of: certificates.rsa, .pinned(expected), [version])
    #expect(failure == .fingerprintChanged(expected: expected, seen: seen))
    #expect(failure.description.contains("THE CERTIFICATE HAS CHANGED: expected \(expected), seen \(seen)"))
  }

  /// As the `openssl` command computes it.
  private func fingerprint(of pair: TestCertificates.Pair) async throws -> TLSFingerprint {
    let process = try OpenSSLCommand(["x509", "-in", pair.certificate, "-noout", "-fingerprint", "-sha256"])
    try await eventually { process.text.contains("=") && process.text.hasSuffix("\n") }
    return try #require(process.text.split(separator: "=").last.flatMap { TLSFingerprint(String($0.dropLast())) })
  }

  @Test func speaksWithoutCertificatesOnlyWhenAsked() async throws {
    try await OpenSSLServer.run(OpenSSLServer.anonymous) { server in
      let details = try await SecureClient.connect(server.port, .anonymous).details
      #expect(details.version == "TLSv1.2")
      #expect(details.cipher.hasPrefix("ADH-AES"))
      #expect(details.certificate == nil)
      #expect(!details.isAuthenticated)
    }
    for policy in [.encryptOnly, verified()] as [TLSPolicy] {
      try await OpenSSLServer.run(OpenSSLServer.anonymous) { server in
        let failure = try await SecureClient.failure(server.port, policy)
        #expect(failure == .noSharedCipher(anonymous: false))
      }
    }
    #expect(try await refusal(of: certificates.right, .anonymous) == .noSharedCipher(anonymous: true))
    #expect(try await refusal(of: certificates.right, .anonymous, ["-tls1_3"]) == .noSharedVersion)
  }

  @Test func refusesAnonymousCiphersThatDoNotEncrypt() async throws {
    let options = ["-nocert", "-cipher", "AECDH-NULL-SHA:@SECLEVEL=0", "-tls1_2"]
    try await OpenSSLServer.run(options) { server in
      let failure = try await SecureClient.failure(server.port, .anonymous)
      #expect(failure == .noSharedCipher(anonymous: true))
    }
  }

  @Test func refusesOldVersions() async throws {
    #expect(
      try await refusal(of: certificates.rsa, .encryptOnly, ["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"]) == .noSharedVersion)
  }

  @Test func sendsNamesAndNoAddresses() async throws {
    for (host, isSent) in [("router.test", true), ("127.0.0.1", false), ("::1", false)] {
      let second = ["-cert2", certificates.right.certificate, "-key2", certificates.right.key]
      let options = OpenSSLServer.with(certificates.right) + second + ["-servername", "router.test", "-tlsextdebug"]
      try await OpenSSLServer.run(options) { server in
        let client = try await SecureClient.connect(server.port, .encryptOnly, host: host)
        try await client.send(Array("ping\n".utf8))
        try await server.process.waitForOutput("ping\n")
        #expect(server.process.text.contains("server name") == isSent)
        await client.close()
      }
    }
  }

  @Test func followsKeyUpdatesAndRefusesRenegotiation() async throws {
    try await OpenSSLServer.run(OpenSSLServer.with(certificates.right) + ["-tls1_3"]) { server in
      let client = try await SecureClient.connect(server.port, verified(), host: "router.test")
      for (index, command) in ["K\n", "k\n"].enumerated() {
        try server.process.send(Array(command.utf8))
        try await eventually {
          // Its output comes out with the next that it prints.
          try await client.send(Array("ping\n".utf8))
          return server.process.text.split(separator: "SSL_do_handshake").count == index + 2
        }
      }
      try server.process.send(Array("1after\n".utf8))
      try await eventually { client.text.contains("1after\n") }
      try await client.send(Array("still here\n".utf8))
      try await server.process.waitForOutput("still here\n")
      await client.close()
    }
    try await OpenSSLServer.run(OpenSSLServer.with(certificates.right) + ["-tls1_2"]) { server in
      let client = try await SecureClient.connect(server.port, verified(), host: "router.test")
      try server.process.send(Array("R\n".utf8))
      try await server.process.waitForOutput("no renegotiation")
      await client.close()
    }
  }

  @Test func noticesPlainTextInTheMiddle() async throws {
    for version in ["-tls1_2", "-tls1_3"] {
      try await OpenSSLServer.run(OpenSSLServer.with(certificates.right) + [version]) { server in
        let client = try await SecureClient.connect(server.port, verified(), host: "router.test")
        try server.process.send(Array("P\n".utf8))
        try await eventually { client.isInactive }
        #expect(client.failure?.code == "violation")
      }
    }
  }

  @Test func tellsAnEndFromACut() async throws {
    try await OpenSSLServer.run(OpenSSLServer.with(certificates.right) + ["-www"]) { server in
      let client = try await SecureClient.connect(server.port, .encryptOnly)
      try await client.send(Array("GET / HTTP/1.0\r\n\r\n".utf8))
      try await eventually { client.isInactive }
      #expect(client.text.contains("HTTP/1.0 200 ok"))
      #expect(client.failure == nil)
    }
    try await OpenSSLServer.run(OpenSSLServer.with(certificates.right)) { server in
      let client = try await SecureClient.connect(server.port, .encryptOnly)
      // What the server has not read when it dies would make its end a reset.
      try await client.send(Array("all is read\n".utf8))
      try await server.process.waitForOutput("all is read\n")
      server.process.kill()
      try await eventually { client.isInactive }
      #expect(client.failure == .truncated)
    }
  }
}
