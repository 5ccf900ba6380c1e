import NIOCore

/// The end of a device's channel: hands bytes and the end of the connection to its ``DeviceConnection``, which runs on the same event loop.
final class DeviceChannelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  /// Weak: an owner that lets go of its connection closes it.
  private weak var connection: DeviceConnection?
  private var failure: String?

  init(_ connection: DeviceConnection) {
    self.connection = connection
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let now = ContinuousClock.now
    let bytes = unwrapInboundIn(data)
    connection?.assumeIsolated { $0.received(bytes, at: now) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if failure == nil { failure = ConnectAttempt.describe(error) }
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    let how: ConnectionStateMachine.Disconnect = failure.map { .failed($0) } ?? .closed
    connection?.assumeIsolated { $0.disconnected(how) }
    context.fireChannelInactive()
  }
}
