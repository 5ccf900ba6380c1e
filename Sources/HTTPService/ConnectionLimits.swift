package import HummingbirdCore
package import NIOCore

/// Limits of a server's connections.
package struct ConnectionLimits: Sendable {
  /// All connections of the process together.
  package var connections = 4096
  /// A connection between requests.
  package var idle = TimeAmount.seconds(60)
  /// A request, from its first byte to its last.
  package var request = TimeAmount.seconds(20)
  /// A header of the PROXY protocol, from its first byte to its last.
  package var proxyHeader = TimeAmount.seconds(5)
  /// A client that takes nothing of its answer.
  package var stalled = TimeAmount.seconds(30)
  /// All headers of a request together, and any one of them.
  package var headerListBytes = 80 << 10
  package var headerCount = 100

  package init() {}

  /// Where a listener stops accepting: some more than the limit, since those that are refused are connections for a moment.
  package var backstop: Int { connections + max(4, connections / 8) }

  /// HTTP/1.1 within these limits, with more handlers in front of ours.
  package func server(
    _ guards: ConnectionGuards, _ handlers: @autoclosure @escaping @Sendable () -> [any RemovableChannelHandler] = []
  ) -> HTTPServerBuilder {
    let configuration = HTTP1Channel.Configuration(
      additionalChannelHandlers: handlers() + [SlowReaderGuard(patience: stalled)], idleTimeout: idle,
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: headerListBytes, maxHeaderListSize: headerListBytes, maxHeaderFieldCount: headerCount))
    return HTTPServerBuilder { responder in
      GuardedChannel(base: HTTP1Channel(responder: responder, configuration: configuration), guards: guards, limits: self)
    }
  }
}
