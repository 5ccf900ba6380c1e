import Logging
import NIOCore
import NIOPosix
import SecureTransport
import Shared
import TestSupport
import Testing

@testable import Collector

/// Sessions with devices over TLS: what comes of each fault, as code, text and advice.
@Suite(.timeLimit(.minutes(2))) struct DeviceConnectionTLSTests {
  private let certificates: TestCertificates
  private let factory = TransportSecurityFactory()
  private let anonymous = TransportSettings(useSSL: true, noSSLCertificate: true)
  private let unverified = TransportSettings(useSSL: true)

  /// Faults that no deadline decides are told apart on a busy machine too.
  private static let patient = ConnectionTimeouts(connect: .seconds(30), handshake: .seconds(30), login: .seconds(30))

  init() throws {
    certificates = try TestCertificates.shared
  }

  private var verified: TransportSettings { TransportSettings(useSSL: true, verify: true, caFile: certificates.authority) }

  private func open(
    _ port: Int, _ settings: TransportSettings, timeouts: ConnectionTimeouts = Self.patient
  ) async throws -> DeviceConnection {
    try await DeviceConnection.open(
      DeviceEndpoint(host: "127.0.0.1", port: port), credentials: Credentials(username: "admin", password: Secret("secret")),
      security: factory.make(settings), timeouts: timeouts, group: MultiThreadedEventLoopGroup.singleton,
      logger: Logger(label: "test"))
  }

  /// Runs `body` with a scripted device behind our own server's end.
  private func device<Value>(
    _ script: [ScriptedServer.Step], anonymous: Bool = false, tls13: Bool = true, _ body: (ScriptedServer) async throws -> Value
  ) async throws -> Value {
    let context =
      anonymous
      ? try TLSServerContext.anonymous()
      : try TLSServerContext(certificateFile: certificates.right.certificate, keyFile: certificates.right.key, tls13: tls13)
    return try await ScriptedServer.run(script) { channel in
      let handler = try context.makeHandler(timeout: .seconds(10), logger: Logger(label: "test"))
      try channel.pipeline.syncOperations.addHandler(handler)
    } _: { server in
      try await body(server)
    }
  }

  /// The error that opening must end in; no error text ever shows the password.
  private func refusal(_ port: Int, _ settings: TransportSettings, timeouts: ConnectionTimeouts = Self.patient)
    async throws
    -> RouterOSError
  {
    let error = try await failure { try await open(port, settings, timeouts: timeouts) }
    #expect(!error.description.contains("secret"))
    #expect(error.endsSession)
    return error
  }

  private let interfaces = MenuQuery(path: "/interface", properties: ["name"])
  private let rows: [ScriptedServer.Step] = [
    .expect(["/interface/print", "=.proplist=name"], tag: "a"), .reply(["!re", "=name=ether1"], tag: "a"),
    .reply(["!done"], tag: "a"),
  ]

  @Test func logsInAndWorksInEveryMode() async throws {
    let fingerprint = try await device(ScriptedServer.login) { server in
      let connection = try await open(server.port, unverified)
      let fingerprint = await connection.tls?.certificate?.fingerprint.description
      await connection.close()
      return fingerprint
    }
    let pinned = TransportSettings(useSSL: true, fingerprint: fingerprint)
    for settings in [unverified, verified, pinned, anonymous] {
      for tls13 in [true, false] {
        try await device(ScriptedServer.login + rows, anonymous: settings.noSSLCertificate, tls13: tls13) { server in
          let connection = try await open(server.port, settings)
          let reply = try await connection.run(interfaces, deadline: .seconds(30))
          #expect(reply.rows == [["name": "ether1"]])
          let policy = try settings.policy()
          #expect(await connection.tls?.policy == policy)
          await connection.close()
        }
      }
    }
  }

  @Test func logsInThroughOpenSSL() async throws {
    for (options, settings) in [(OpenSSLServer.with(certificates.right), verified), (OpenSSLServer.anonymous, anonymous)] {
      try await OpenSSLServer.run(options) { server in
        async let opening = open(server.port, settings)
        try await server.process.waitForOutput("=password=secret")
        try server.process.send(WireCodec.sentence(["!done"]))
        await (try opening).close()
      }
    }
  }

  @Test func aWrongPasswordIsStillLogin() async throws {
    let script: [ScriptedServer.Step] = [
      .expect(["/login", "=name=admin", "=password=secret"]), .reply(["!trap", "=message=invalid user name or password (6)"]),
    ]
    try await device(script) { server in
      let error = try await refusal(server.port, verified)
      #expect(error.code == .login)
    }
  }

  @Test func aPlainServiceIsTLSAndSuggestsThePort() async throws {
    for greeting in [WireCodec.sentence(["!fatal", "not logged in"]), Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)] {
      try await ScriptedServer.run([.take(5), .bytes(greeting)]) { server in
        let error = try await refusal(server.port, unverified)
        #expect(error.code == .tls)
        #expect(error.attempted == "secure the connection")
        #expect(error.description.contains("no TLS on that port"))
        #expect(error.advice?.contains("is this the plain API port 8728?") == true)
      }
    }
  }

  @Test func aTLSServiceOnThePlainPortIsProtocolOrRefused() async throws {
    try await device([]) { server in
      let error = try await refusal(server.port, TransportSettings())
      #expect(error.code == .protocol || error.code == .refused)
    }
  }

  @Test func silenceAtEachStepIsTimeoutThenHung() async throws {
    let timeouts = ConnectionTimeouts(handshake: .milliseconds(150), login: .milliseconds(150))
    for script in [[], [.take(5), .bytes([22, 3, 3, 0])]] as [[ScriptedServer.Step]] {
      try await ScriptedServer.run(script) { server in
        let error = try await refusal(server.port, unverified, timeouts: timeouts)
        #expect(error.code == .timeout)
        #expect(error.advice != nil)
      }
    }
    try await device([.expect(["/login", "=name=admin", "=password=secret"])]) { server in
      var patient = timeouts
      patient.handshake = .seconds(10)
      let error = try await refusal(server.port, unverified, timeouts: patient)
      #expect(error.failure == .loginUnanswered(.milliseconds(150)))
    }
  }

  @Test func closingAtTheStartIsRefusedAndLaterTLS() async throws {
    for end in [ScriptedServer.Step.close, .reset] {
      try await ScriptedServer.run([.take(5), end]) { server in
        let error = try await refusal(server.port, unverified)
        #expect(error.code == .refused)
        #expect(error.advice?.contains("/ip service enable api-ssl") == true)
      }
    }
    try await ScriptedServer.run([.take(5), .bytes([22, 3, 3, 0]), .close]) { server in
      let error = try await refusal(server.port, unverified)
      #expect(error.code == .tls)
    }
  }

  @Test func garbageIsTLS() async throws {
    for bytes in [[UInt8](repeating: 0xA5, count: 500), [22, 3, 3, 0xFF, 0xFF] + [UInt8](repeating: 1, count: 70_000)] {
      try await ScriptedServer.run([.take(5), .bytes(bytes)]) { server in
        let error = try await refusal(server.port, verified)
        #expect(error.code == .tls)
      }
    }
  }

  @Test func aServiceWithoutCertificateSuggestsTheKey() async throws {
    try await device([], anonymous: true) { server in
      let error = try await refusal(server.port, unverified)
      #expect(error.code == .tls)
      #expect(error.advice?.contains("set no_ssl_certificate = True") == true)
    }
    try await device([]) { server in
      let error = try await refusal(server.port, anonymous)
      #expect(error.advice?.contains("set no_ssl_certificate = False") == true)
    }
  }

  @Test func eachFaultOfACertificateHasItsOwnWords() async throws {
    let pinned = TransportSettings(useSSL: true, fingerprint: String(repeating: "0a", count: 32))
    let cases: [(TestCertificates.Pair, TransportSettings, String)] = [
      (certificates.expired, verified, "has expired at 2021-01-01"),
      (certificates.future, verified, "is not valid before 2090-01-01"),
      (certificates.wrongName, verified, "is for DNS:other.test, not for \"127.0.0.1\""),
      (certificates.selfSigned, verified, "signed by nobody but itself"),
      (certificates.right, TransportSettings(useSSL: true, verify: true), "issuer is not known: CN = ca"),
      (certificates.right, pinned, "THE CERTIFICATE HAS CHANGED: expected sha256:0a0a"),
    ]
    for (pair, settings, text) in cases {
      try await OpenSSLServer.run(OpenSSLServer.with(pair)) { server in
        let error = try await refusal(server.port, settings)
        #expect(error.code == .tls)
        #expect(error.advice != nil)
        #expect(error.description.contains(text))
      }
    }
  }

  @Test func aCutInMidSentenceIsProtocol() async throws {
    let half: [UInt8] = [5] + Array("!do".utf8)
    try await device([.expect(["/login", "=name=admin", "=password=secret"]), .bytes(half), .reset]) { server in
      let error = try await refusal(server.port, verified)
      #expect(error.failure == .closedMidSentence)
    }
    // The peer's process is gone: the end of TCP without the end of TLS.
    try await OpenSSLServer.run(OpenSSLServer.with(certificates.right)) { server in
      async let opening = open(server.port, verified)
      try await server.process.waitForOutput("=password=secret")
      try server.process.send(WireCodec.sentence(["!done"]))
      let connection = try await opening
      let before = await connection.statistics.bytesReceived
      try server.process.send(half)
      try await eventually { await connection.statistics.bytesReceived == before + UInt64(half.count) }
      server.process.kill()
      #expect(await connection.waitUntilClosed()?.failure == .closedMidSentence)
    }
  }

  @Test func aCutBetweenSentencesIsProtocolAndSaysSo() async throws {
    try await OpenSSLServer.run(OpenSSLServer.with(certificates.right)) { server in
      async let opening = open(server.port, verified)
      try await server.process.waitForOutput("=password=secret")
      try server.process.send(WireCodec.sentence(["!done"]))
      let connection = try await opening
      server.process.kill()
      let error = try #require(await connection.waitUntilClosed())
      #expect(error.code == .protocol)
      #expect(error.description.contains("the connection ended without the end of TLS"))
    }
  }

  @Test func cancellingInTheHandshakeReturnsAtOnce() async throws {
    let server = try await ScriptedServer.start([.take(5)])
    let timeouts = ConnectionTimeouts(handshake: .seconds(50))
    let opening = Task { try await open(server.port, unverified, timeouts: timeouts) }
    try await server.waitForScript()
    opening.cancel()
    await #expect(throws: CancellationError.self) { try await opening.value }
    await server.stop()
  }

  @Test func aLargeReplyArrivesWhole() async throws {
    let count = 20_000
    let row = { (number: Int) in ["!re", "=name=\(number)-" + String(repeating: "x", count: 100)] }
    let script = [rows[0]] + (0..<count).map { .reply(row($0), tag: "a") } + [rows[2]]
    try await device(ScriptedServer.login + script) { server in
      let connection = try await open(server.port, verified)
      let reply = try await connection.run(interfaces, deadline: .seconds(60))
      #expect(reply.rows.count == count)
      await connection.close()
    }
  }
}
