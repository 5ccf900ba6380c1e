import Logging
import NIOCore
import NIOPosix
import SecureTransport

/// Our own server's end on a free loopback port: sends back what it gets, and reads no faster than the peer does.
struct EchoServer {
  let port: Int

  static func run<Value>(
    _ context: TLSServerContext, halfClosure: Bool = false, timeout: Duration = .seconds(10),
    isolation: isolated (any Actor)? = #isolation, _ body: (EchoServer) async throws -> Value
  ) async throws -> Value {
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.allowRemoteHalfClosure, value: halfClosure)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = try context.makeHandler(timeout: timeout, logger: Logger(label: "test"))
          try channel.pipeline.syncOperations.addHandlers([handler, EchoHandler()])
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    do {
      let value = try await body(EchoServer(port: listener.localAddress?.port ?? 0))
      try await listener.close().get()
      return value
    } catch {
      listener.close(promise: nil)
      throw error
    }
  }
}

private final class EchoHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  func channelActive(context: ChannelHandlerContext) {
    context.read()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    context.write(data, promise: nil)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    context.flush()
    if context.channel.isWritable { context.read() }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { context.read() }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    // The peer has said all it wanted; so have we, once everything is back.
    if case .inputClosed? = event as? ChannelEvent {
      let bytes = wrapOutboundOut(ByteBuffer(string: "end"))
      context.writeAndFlush(bytes).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
