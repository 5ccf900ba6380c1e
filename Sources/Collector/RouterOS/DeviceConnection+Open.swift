import Logging
import NIOCore
import SecureTransport
import Shared

extension DeviceConnection {
  /// The caller that waits for the login.
  struct PendingLogin {
    var continuation: CheckedContinuation<Void, any Error>
    var attempted: String
    var deadline: Scheduled<Void>
  }

  /// Connects, secures the connection and logs in.
  ///
  /// - Parameters:
  ///   - endpoint: the device; a name is resolved now, not remembered from an earlier connection.
  ///   - resolver: shared by all connections of a process, so that a dead name is looked up once at a time.
  /// - Throws: ``RouterOSError``, or `CancellationError` if the task was cancelled meanwhile.
  static func open(
    _ endpoint: DeviceEndpoint, credentials: Credentials, security: TransportSecurity = .plain,
    limits: ProtocolLimits = .standard, timeouts: ConnectionTimeouts = ConnectionTimeouts(),
    resolver: HostResolver = HostResolver(), group: any EventLoopGroup, logger: Logger
  ) async throws -> DeviceConnection {
    try Task.checkCancellation()
    let attempt = ConnectAttempt(endpoint: endpoint, timeout: timeouts.connect, resolver: resolver, eventLoop: group.next())
    let channel = try await attempt.run()
    let connection = DeviceConnection(
      channel: channel, endpoint: endpoint, credentials: credentials, limits: limits, timeouts: timeouts, logger: logger)
    try await connection.secure(security)
    try await connection.logIn(as: credentials.username)
    logger.debug("Session opened", metadata: [LogKey.address: "\(endpoint)"])
    return connection
  }

  /// Puts TLS between, if it is wanted. The protocol's handler comes after it: TLS keeps what arrives too early.
  func secure(_ security: TransportSecurity) async throws {
    guard case .tls(let context) = security else { return }
    let handshake = context.secure(channel, host: endpoint.host, timeout: timeouts.handshake, logger: logger)
    do {
      tls = try await withTaskCancellationHandler {
        try await handshake.get()
      } onCancel: {
        channel.close(promise: nil)
      }
    } catch {
      if let failure = error as? TLSFailure {
        perform(machine.end(.transportSecurity(failure)))
      } else {
        // The channel was closed between connecting and now.
        perform(machine.disconnected(.failed(ConnectAttempt.describe(error)), midSentence: false))
      }
      try Task.checkCancellation()
      throw self.error(machine.closeReason ?? .closedByDevice, while: "secure the connection")
    }
  }

  func logIn(as username: String) async throws {
    let attempted = "log in as \"\(username)\""
    do {
      try channel.pipeline.syncOperations.addHandler(DeviceChannelHandler(self))
      try channel.syncOptions?.setOption(.autoRead, value: true)
    } catch {
      // The channel was closed between connecting and now.
      perform(machine.disconnected(.failed(ConnectAttempt.describe(error)), midSentence: false))
      throw self.error(machine.closeReason ?? .closedByDevice, while: attempted)
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let deadline = schedule(timeouts.login) { $0.perform($0.machine.end(.loginUnanswered($0.timeouts.login))) }
        login = PendingLogin(continuation: continuation, attempted: attempted, deadline: deadline)
        if let reason = machine.closeReason {
          finishLogin(reason)
        } else {
          perform(machine.connected())
        }
      }
    } onCancel: {
      eventLoopOnCancel { $0.cancelLogin() }
    }
  }

  func finishLogin(_ failure: RouterOSFailure?) {
    guard let login else { return }
    self.login = nil
    login.deadline.cancel()
    if let failure {
      login.continuation.resume(throwing: error(failure, while: login.attempted))
    } else {
      login.continuation.resume()
    }
  }

  private func cancelLogin() {
    guard let login else { return }
    self.login = nil
    login.deadline.cancel()
    login.continuation.resume(throwing: CancellationError())
    perform(machine.end(.closedByUs))
  }

  /// Continues on the actor from a cancellation handler, which may run anywhere, without a task of its own.
  nonisolated func eventLoopOnCancel(_ body: @escaping @Sendable (isolated DeviceConnection) -> Void) {
    channel.eventLoop.execute { self.assumeIsolated { body($0) } }
  }
}
