import HTTPTypes
import NIOCore
import Shared

/// At the front of a connection: gives it its place, or refuses it; closes it when a request does not come in whole in time, however its
/// bytes dribble; and notices the end of the request's first line, which tells too long an address from too long headers.
final class RequestStartHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let guards: ConnectionGuards
  private let patience: TimeAmount
  private let connection: ConnectionState
  private var deadline: Scheduled<Void>?
  /// Bytes of the request's first line that have come.
  private var lineBytes = 0
  /// The longest address that is served, with method and version around it.
  private static let lineLimit = 65_536 + 32

  init(_ guards: ConnectionGuards, patience: TimeAmount, connection: ConnectionState) {
    self.guards = guards
    self.patience = patience
    self.connection = connection
  }

  func handlerAdded(context: ChannelHandlerContext) {
    connection.onRequestEnd = { [unowned self] in requestEnded() }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    deadline?.cancel()
    connection.onRequestEnd = {}
    leave()
  }

  func channelActive(context: ChannelHandlerContext) {
    let peer = context.channel.remoteAddress.flatMap(IPAddress.init(socketAddress:))
    connection.place = guards.keeper.admit(context.channel, peer: guards.trusts(peer) ? nil : peer)
    context.fireChannelActive()
    guard connection.place == nil else { return }
    connection.isRefused = true
    let channel = context.channel
    let answer = guards.rawAnswer(HTTPProblem.unavailable("too many connections are open", retryAfter: 2))
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: answer))).whenComplete { _ in channel.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    leave()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !connection.isRefused else { return }
    if deadline == nil {
      let channel = context.channel
      deadline = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }
    if !connection.hasLine { lookForLine(unwrapInboundIn(data).readableBytesView) }
    context.fireChannelRead(data)
  }

  /// A line that is too long does not count, although its end may come in the same piece as what makes it so.
  private func lookForLine(_ bytes: ByteBufferView) {
    let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
    lineBytes += bytes.distance(from: bytes.startIndex, to: end ?? bytes.endIndex)
    connection.hasLine = end != nil && lineBytes <= Self.lineLimit
  }

  private func requestEnded() {
    deadline?.cancel()
    deadline = nil
    connection.hasLine = false
    lineBytes = 0
  }

  private func leave() {
    if let place = connection.place { guards.keeper.leave(place) }
    connection.place = nil
  }
}
