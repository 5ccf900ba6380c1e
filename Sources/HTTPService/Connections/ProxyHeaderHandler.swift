import Logging
import NIOCore
import Shared

/// Takes the header of the PROXY protocol from the front of a connection whose other end is trusted, and tells the handlers behind whom
/// the proxy speaks for. Of anybody else's bytes nothing is taken: a header from them is no HTTP, and is refused as such.
final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let trusts: @Sendable (IPAddress?) -> Bool
  private let patience: TimeAmount
  private let connection: ConnectionState
  private let logger: Logger
  private var header = ProxyHeader()
  private var isReading = false
  private var isDone = false
  private var deadline: Scheduled<Void>?

  init(
    trusts: @escaping @Sendable (IPAddress?) -> Bool, patience: TimeAmount, connection: ConnectionState, logger: Logger
  ) {
    self.trusts = trusts
    self.patience = patience
    self.connection = connection
    self.logger = logger
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isDone else { return context.fireChannelRead(data) }
    if !isReading {
      isReading = true
      let peer = context.channel.remoteAddress.flatMap(IPAddress.init(socketAddress:))
      guard trusts(peer) else { return finish(context, unwrapInboundIn(data)) }
      let channel = context.channel
      deadline = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }
    var bytes = unwrapInboundIn(data)
    while let byte = bytes.readInteger(as: UInt8.self) {
      switch header.take(byte) {
      case .needsMore: continue
      case .absent:
        var all = context.channel.allocator.buffer(bytes: header.taken)
        all.writeBuffer(&bytes)
        return finish(context, all)
      case .found(let source):
        connection.source = source
        return finish(context, bytes)
      case .malformed(let problem):
        logger.info(
          "Connection refused: its PROXY header is malformed",
          metadata: [LogKey.error: "\(problem)", LogKey.address: "\(context.channel.remoteAddress?.description ?? "unix")"])
        isDone = true
        deadline?.cancel()
        connection.isRefused = true
        return context.close(promise: nil)
      }
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    context.fireChannelInactive()
  }

  private func finish(_ context: ChannelHandlerContext, _ rest: ByteBuffer) {
    isDone = true
    deadline?.cancel()
    if rest.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(rest)) }
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }
}
