internal import Foundation
internal import NIOCore

/// One connection: bytes to sentences to the session, effects to the channel. Lives on the channel's event loop.
final class SessionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let device: FakeDevice
  private let now: @Sendable () -> Double
  private var session: Session
  private var reader = SentenceReader()
  private var tasks: [String: RepeatedTask] = [:]
  private var isClosing = false

  init(device: FakeDevice, now: @escaping @Sendable () -> Double) {
    self.device = device
    self.now = now
    session = Session(device: device)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    guard !isClosing, device.fault(.hangAccept, at: now()) == nil else { return }
    reader.append(buffer.readableBytesView)
    do throws(SentenceReader.Problem) {
      while !isClosing, let words = try reader.next() {
        let time = now()
        perform(session.handle(words, at: time), at: time, context)
      }
    } catch {
      perform(session.fatal(error.rawValue), at: now(), context)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

  /// A peer that does not read its answers is not asked for more questions.
  func channelWritabilityChanged(context: ChannelHandlerContext) {
    // Failing means that the channel is closed.
    _ = try? context.channel.syncOptions?.setOption(.autoRead, value: context.channel.isWritable)
  }

  func channelInactive(context: ChannelHandlerContext) {
    for task in tasks.values { task.cancel() }
    tasks = [:]
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A peer that vanishes is everyday; its channel is all that is lost.
    context.close(promise: nil)
  }

  /// Carries effects out, later when the device is slow.
  private func perform(_ effects: [Session.Effect], at time: Double, _ context: ChannelHandlerContext) {
    let delay = device.fault(.slow, at: time)?.milliseconds ?? 0
    guard delay > 0, !effects.isEmpty else { return carryOut(effects, context) }
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(in: .milliseconds(Int64(delay))) {
      let (handler, context) = bound.value
      handler.carryOut(effects, context)
      context.flush()
    }
  }

  private func carryOut(_ effects: [Session.Effect], _ context: ChannelHandlerContext) {
    for effect in effects {
      switch effect {
      case .send(let bytes): context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
      case .startStream(let key, let seconds): start(key, every: seconds, context)
      case .stopStream(let key): tasks.removeValue(forKey: key)?.cancel()
      case .close:
        isClosing = true
        context.flush()
        context.close(promise: nil)
      case .reset:
        isClosing = true
        reset(context)
      }
    }
  }

  private func start(_ key: String, every seconds: Double, _ context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let interval = TimeAmount.nanoseconds(Int64(seconds * 1e9))
    tasks[key] = context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: interval) { task in
      let (handler, context) = bound.value
      guard context.channel.isActive else { return task.cancel() }
      // Rows that the peer does not fetch are left out, as a device does.
      guard context.channel.isWritable else { return }
      guard let bytes = handler.session.tick(key, at: handler.now()) else { return task.cancel() }
      context.writeAndFlush(handler.wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }
  }

  private func reset(_ context: ChannelHandlerContext) {
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    let abrupt = linger(l_onoff: 1, l_linger: 0)
    guard let options = context.channel as? any SocketOptionProvider else { return context.close(promise: nil) }
    options.setSoLinger(abrupt).whenComplete { _ in bound.value.close(promise: nil) }
  }
}
