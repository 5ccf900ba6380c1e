package import NIOCore

/// Closes a connection whose other end does not take what it asked for: a reader that stops would hold its answer in memory
/// for ever.
package final class SlowReaderGuard: ChannelInboundHandler, RemovableChannelHandler {
  package typealias InboundIn = Any

  private let patience: TimeAmount
  private var closing: Scheduled<Void>?

  /// - Parameter patience: how long the connection may take nothing more.
  package init(patience: TimeAmount) { self.patience = patience }

  package func channelWritabilityChanged(context: ChannelHandlerContext) {
    closing?.cancel()
    closing = nil
    if !context.channel.isWritable {
      let channel = context.channel
      closing = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }
    context.fireChannelWritabilityChanged()
  }

  package func handlerRemoved(context: ChannelHandlerContext) { closing?.cancel() }

  package func channelInactive(context: ChannelHandlerContext) {
    closing?.cancel()
    context.fireChannelInactive()
  }
}
