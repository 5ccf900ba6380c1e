package import HummingbirdCore
package import NIOCore

/// Limits of a server's connections.
package struct ConnectionLimits: Sendable {
  package var connections = 4096
  /// A connection between requests, or one that sends its request slowly.
  package var idle = TimeAmount.seconds(60)
  /// A client that takes nothing of its answer.
  package var stalled = TimeAmount.seconds(30)
  /// All headers of a request together, and any one of them.
  package var headerListBytes = 80 << 10
  package var headerCount = 100

  package init() {}

  /// HTTP/1.1 within these limits, with more handlers in front of ours.
  package func server(_ handlers: @autoclosure @escaping @Sendable () -> [any RemovableChannelHandler] = []) -> HTTPServerBuilder
  {
    .http1(
      configuration: .init(
        additionalChannelHandlers: handlers() + [SlowReaderGuard(patience: stalled)], idleTimeout: idle,
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: headerListBytes, maxHeaderListSize: headerListBytes, maxHeaderFieldCount: headerCount)))
  }
}
