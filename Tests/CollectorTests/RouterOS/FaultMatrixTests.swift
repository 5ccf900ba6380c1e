import Foundation
import Logging
import NIOCore
import NIOPosix
import SecureTransport
import Shared
import Synchronization
import TestSupport
import Testing

@testable import Collector

/// Each transport with each login and each fault: the reason code of the contract, and no harm to anybody else.
@Suite(.timeLimit(.minutes(3))) struct FaultMatrixTests {
  private let certificates: TestCertificates
  private let factory = TransportSecurityFactory()
  private let interfaces = MenuQuery(path: "/interface", properties: ["name"])

  init() throws {
    certificates = try TestCertificates.shared
  }

  private func settings(_ transport: FaultMatrix.Transport) async throws -> TransportSettings {
    switch transport {
    case .plain: TransportSettings()
    case .verified: TransportSettings(useSSL: true, verify: true, caFile: certificates.authority)
    case .unverified: TransportSettings(useSSL: true)
    case .pinned: TransportSettings(useSSL: true, fingerprint: try await fingerprint())
    case .anonymous: TransportSettings(useSSL: true, noSSLCertificate: true)
    }
  }

  /// As `openssl x509` prints it: `sha256 Fingerprint=AA:BB:…`.
  private func fingerprint() async throws -> String {
    let process = try OpenSSLCommand(["x509", "-in", certificates.right.certificate, "-noout", "-fingerprint", "-sha256"])
    try await process.waitForOutput("\n")
    return try #require(process.text.split(separator: "=").last).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Runs `body` with a device that does what the case says. Where a deadline decides, a busy machine may be late with the last steps.
  private func device<Value>(_ test: FaultMatrix.Case, _ body: (ScriptedServer) async throws -> Value) async throws -> Value {
    let prepare = try encryption(test)
    guard test.fault.isSilence else { return try await ScriptedServer.run(test.script, prepare: prepare, body) }
    let server = try await ScriptedServer.start(test.script, prepare: prepare)
    do {
      let value = try await body(server)
      await server.stop()
      return value
    } catch {
      await server.stop()
      throw error
    }
  }

  /// Puts the server's end of TLS in front of the script, if the case has one.
  private func encryption(_ test: FaultMatrix.Case) throws -> @Sendable (any Channel) throws -> Void {
    guard test.serverSpeaksTLS else { return { _ in } }
    let context =
      test.transport == .anonymous
      ? try TLSServerContext.anonymous()
      : try TLSServerContext(certificateFile: certificates.right.certificate, keyFile: certificates.right.key)
    return { channel in
      let handler = try context.makeHandler(timeout: .seconds(30), logger: Logger(label: "test"))
      try channel.pipeline.syncOperations.addHandler(handler)
    }
  }

  /// Opens a session and runs one command; `nil` when both went well.
  private func outcome(_ test: FaultMatrix.Case, _ settings: TransportSettings) async throws -> RouterOSError? {
    try await device(test) { server in
      do {
        let connection = try await DeviceConnection.open(
          DeviceEndpoint(host: "127.0.0.1", port: server.port),
          credentials: Credentials(username: "admin", password: Secret("secret")),
          security: factory.make(settings), timeouts: test.fault.timeouts, group: MultiThreadedEventLoopGroup.singleton,
          logger: Logger(label: "test"))
        do {
          let reply = try await connection.run(interfaces, deadline: test.fault.deadline)
          #expect(reply.rows == [["name": "ether1"]])
        } catch let error as RouterOSError {
          // A command that came too late leaves the session open, everything else has ended it.
          #expect(await connection.isOpen != error.endsSession)
          await connection.close()
          return error
        }
        await connection.close()
        return nil
      } catch let error as RouterOSError {
        #expect(error.endsSession)
        return error
      }
    }
  }

  @Test(arguments: FaultMatrix.cases) func givesTheReasonOfTheContract(test: FaultMatrix.Case) async throws {
    let error = try await outcome(test, settings(test.transport))
    #expect(error?.code == test.fault.expected(over: test.transport), "\(String(describing: error))")
    #expect(error?.description.contains("secret") != true)
  }

  private final class End: Sendable {
    let hasCome = Mutex(false)
  }

  /// Nine sessions on the same event loops, each asked without a break while every fault runs its course beside them.
  @Test(arguments: FaultMatrix.Transport.allCases) func healthyDevicesBesideMissNothing(transport: FaultMatrix.Transport)
    async throws
  {
    let settings = try await settings(transport)
    var servers: [ScriptedServer] = []
    var connections: [DeviceConnection] = []
    for _ in 0..<9 {
      let server = try await ScriptedServer.start(ScriptedServer.login + [.answerEverything])
      servers.append(server)
      connections.append(try await TestSession.open(port: server.port))
    }
    let interfaces = interfaces
    let end = End()
    let replies = try await withThrowingTaskGroup(of: Int.self) { group in
      for connection in connections {
        group.addTask {
          var replies = 0
          while !end.hasCome.withLock({ $0 }) {
            #expect(try await connection.run(interfaces, deadline: .seconds(30)).rows == [["name": "x"]])
            replies += 1
            // The sampling interval.
            try await Task.sleep(for: .milliseconds(20))
          }
          return replies
        }
      }
      for fault in FaultMatrix.Fault.allCases where fault.applies(to: transport, .old) {
        let test = FaultMatrix.Case(transport: transport, login: .old, fault: fault)
        #expect(try await outcome(test, settings)?.code == fault.expected(over: transport), "\(fault)")
      }
      end.hasCome.withLock { $0 = true }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(replies.allSatisfy { $0 > 1 })
    for connection in connections {
      #expect(await connection.isOpen)
      await connection.close()
    }
    for server in servers { await server.stop() }
  }
}
