package import Logging
package import NIOCore

extension TLSClientContext {
  /// Begins a session on a connected channel, as the client, in front of everything its pipeline holds. Called on its event loop.
  ///
  /// The channel may have automatic reading off; the handshake reads by itself. The protocol's handlers can be added when it is done.
  /// - Parameters:
  ///   - host: the name or address as it was configured, which the certificate is checked against.
  ///   - timeout: for the handshake, from now.
  /// - Returns: what was agreed, or ``TLSFailure``; the channel is then closed.
  package func secure(_ channel: any Channel, host: String, timeout: Duration, logger: Logger) -> EventLoopFuture<
    TLSSessionDetails
  > {
    let handshake = channel.eventLoop.makePromise(of: TLSSessionDetails.self)
    do {
      let session = try TLSSession(self, host: host)
      let handler = TLSHandler(session, handshakeTimeout: timeout, handshake: handshake, logger: logger)
      try channel.pipeline.syncOperations.addHandler(handler, position: .first)
    } catch {
      handshake.fail(error)
      channel.close(promise: nil)
    }
    return handshake.futureResult
  }
}

extension TLSServerContext {
  /// A handler that begins a session as the server once its channel is active. Add it first, on the channel's event loop.
  ///
  /// - Parameter handshake: kept or broken once; the failure also reaches `errorCaught` of the handlers behind.
  package func makeHandler(
    timeout: Duration, handshake: EventLoopPromise<TLSSessionDetails>? = nil, logger: Logger
  ) throws(TLSFailure) -> TLSHandler {
    do throws(TLSFailure) {
      return TLSHandler(try TLSSession(self), handshakeTimeout: timeout, handshake: handshake, logger: logger)
    } catch {
      handshake?.fail(error)
      throw error
    }
  }
}
