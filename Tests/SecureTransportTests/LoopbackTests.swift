import NIOCore
import SecureTransport
import TestSupport
import Testing

/// Both of our ends over real sockets, and our server under the `openssl` command's client.
@Suite(.timeLimit(.minutes(2))) struct LoopbackTests {
  private let certificates: TestCertificates

  init() throws {
    certificates = try TestCertificates.shared
  }

  private func server(tls13: Bool = true) throws -> TLSServerContext {
    try TLSServerContext(certificateFile: certificates.right.certificate, keyFile: certificates.right.key, tls13: tls13)
  }

  private func contexts() throws -> [(TLSServerContext, TLSPolicy)] {
    let verified = TLSPolicy.verified(caFile: certificates.authority, checkName: true)
    return [(try server(), verified), (try server(tls13: false), verified), (try .anonymous(), .anonymous)]
  }

  @Test func fourMegabytesGoBothWays() async throws {
    for (server, policy) in try contexts() {
      let bytes = (0..<4_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
      try await EchoServer.run(server) { server in
        let client = try await SecureClient.connect(server.port, policy)
        // One write of all of it, and many small ones.
        try await client.send(bytes.prefix(2_000_000))
        for start in stride(from: 2_000_000, to: 4_000_000, by: 50_000) { try await client.send(bytes[start..<start + 50_000]) }
        try await eventually { client.received.count >= bytes.count }
        #expect(client.received == bytes)
        await client.close()
      }
    }
  }

  @Test func aReaderThatStopsHoldsTheSenderUp() async throws {
    try await EchoServer.run(try server()) { server in
      let client = try await SecureClient.connect(server.port, .encryptOnly)
      try await client.channel.setOption(.autoRead, value: false).get()
      let total = 30_000_000
      let write = client.channel.eventLoop.makePromise(of: Void.self)
      client.channel.writeAndFlush(ByteBuffer(repeating: 5, count: total), promise: write)
      // The echo stops when the sockets' buffers are full, and our side stops with it: what has not left us cannot be done.
      try await eventually { !client.channel.isWritable }
      let before = client.received.count
      #expect(before < 1_000_000)
      try await client.channel.setOption(.autoRead, value: true).get()
      try await write.futureResult.get()
      try await eventually { client.received.count == total }
      await client.close()
    }
  }

  @Test func halfClosedSessionsEndTheirOtherHalf() async throws {
    for tls13 in [true, false] {
      try await EchoServer.run(try server(tls13: tls13), halfClosure: true) { server in
        let client = try await SecureClient.connect(server.port, .encryptOnly)
        try await client.channel.setOption(.allowRemoteHalfClosure, value: true).get()
        try await client.send(Array("all of it, ".utf8))
        try await client.channel.close(mode: .output).get()
        try await eventually { client.text == "all of it, end" }
        await #expect(throws: (any Error).self) { try await client.send([1]) }
        await client.close()
        #expect(client.failure == nil)
      }
    }
  }

  @Test func manyAtOnce() async throws {
    let context = try TLSClientContext(.verified(caFile: certificates.authority, checkName: true))
    try await EchoServer.run(try server()) { server in
      let port = server.port
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<100 {
          group.addTask {
            // Failures between the others, whose errors wait in the same threads' queues.
            if number % 4 == 0 {
              let failure = try await SecureClient.failure(port, .anonymous)
              #expect(failure == .noSharedCipher(anonymous: true))
              return
            }
            let client = try await SecureClient.connect(port, context)
            let text = String(repeating: "\(number) ", count: 2000)
            try await client.send(Array(text.utf8))
            try await eventually { client.text == text }
            await client.close()
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test(arguments: [["-tls1_3"], ["-tls1_2"]]) func theOpenSSLClientUnderstandsOurServer(options: [String]) async throws {
    try await EchoServer.run(try server()) { server in
      let command =
        [
          "s_client", "-connect", "127.0.0.1:\(server.port)", "-CAfile", certificates.authority,
          "-verify_return_error",
        ]
      let client = try OpenSSLCommand(command + ["-verify_ip", "127.0.0.1", "-quiet"] + options)
      try client.send(Array("from s_client\n".utf8))
      try await client.waitForOutput("from s_client\n")
      client.kill()
    }
  }

  @Test func theOpenSSLClientUnderstandsOurAnonymousServer() async throws {
    try await EchoServer.run(try .anonymous()) { server in
      let options = ["-cipher", "ADH:@SECLEVEL=0", "-tls1_2", "-quiet"]
      let client = try OpenSSLCommand(["s_client", "-connect", "127.0.0.1:\(server.port)"] + options)
      try client.send(Array("from s_client\n".utf8))
      try await client.waitForOutput("from s_client\n")
      client.kill()
      // And ordinary clients get nothing without asking for it.
      let ordinary = try OpenSSLCommand(["s_client", "-connect", "127.0.0.1:\(server.port)"])
      try await ordinary.waitForOutput("handshake failure")
    }
  }

  @Test func aServerThatHangsOrClosesIsSaid() async throws {
    let silent = try await ScriptedServer.start([])
    let limit = Duration.milliseconds(150)
    #expect(try await SecureClient.failure(silent.port, .encryptOnly, timeout: limit) == .handshakeTimeout(limit, received: 0))
    await silent.stop()
    let closing = try await ScriptedServer.start([.take(100), .close])
    #expect(try await SecureClient.failure(closing.port, .encryptOnly) == .closedInHandshake(received: 0, detail: nil))
    await closing.stop()
    let resetting = try await ScriptedServer.start([.take(100), .reset])
    let failure = try await SecureClient.failure(resetting.port, .encryptOnly)
    #expect(failure == .closedInHandshake(received: 0, detail: "Connection reset by peer"))
    await resetting.stop()
  }

  @Test func aPlainServerIsRecognised() async throws {
    let server = try await ScriptedServer.start([.bytes(Array("HTTP/1.1 400 Bad Request\r\n".utf8))])
    let failure = try await SecureClient.failure(server.port, .encryptOnly)
    #expect(failure == .notTLS(Array("HTTP/1.1 400 Bad Request\r\n".utf8)))
    await server.stop()
  }
}
