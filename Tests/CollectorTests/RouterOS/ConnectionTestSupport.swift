import Logging
import NIOPosix
import Shared
import TestSupport
import Testing

@testable import Collector

/// Opens sessions with scripted servers.
enum TestSession {
  static func open(
    port: Int, host: String = "127.0.0.1", password: String = "secret", plaintext: Bool = true,
    limits: ProtocolLimits = .standard,
    timeouts: ConnectionTimeouts = ConnectionTimeouts(), resolver: HostResolver = HostResolver()
  ) async throws -> DeviceConnection {
    try await DeviceConnection.open(
      DeviceEndpoint(host: host, port: port),
      credentials: Credentials(username: "admin", password: Secret(password), plaintextLogin: plaintext), limits: limits,
      timeouts: timeouts, resolver: resolver, group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
  }

  /// Runs `body` in a session with a server that follows `script` after the login, to its end.
  static func run<Value>(
    _ script: [ScriptedServer.Step], limits: ProtocolLimits = .standard, timeouts: ConnectionTimeouts = ConnectionTimeouts(),
    _ body: (DeviceConnection, ScriptedServer) async throws -> Value
  ) async throws -> Value {
    try await ScriptedServer.run(ScriptedServer.login + script) { server in
      let connection = try await open(port: server.port, limits: limits, timeouts: timeouts)
      let value = try await body(connection, server)
      // The script may still have something to hear from this client.
      try await server.waitForScript()
      await connection.close()
      return value
    }
  }
}

/// The error that `body` must throw.
func failure<Value>(of body: () async throws -> Value, at location: SourceLocation = #_sourceLocation) async throws
  -> RouterOSError
{
  do {
    _ = try await body()
  } catch let error as RouterOSError {
    return error
  }
  throw NoFailure(location: location)
}

struct NoFailure: Error {
  let location: SourceLocation
}
