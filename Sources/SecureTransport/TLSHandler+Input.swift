package import NIOCore

extension TLSHandler {
  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    guard phase != .ended, !isInputEnded else { return }
    received += bytes.readableBytes
    guard looksLikeTLS(bytes) else { return fail(context, .notTLS(firstBytes)) }
    session.receive(bytes)
    advance(context)
    if phase == .established, isReadWanted { drain(context) }
  }

  package func channelReadComplete(context: ChannelHandlerContext) {
    guard hasDelivered else {
      // What came was not enough for anything to hand on: somebody still waits.
      if phase == .handshaking || phase == .established && isReadWanted { context.read() }
      return
    }
    completeDelivery(context)
  }

  package func read(context: ChannelHandlerContext) {
    isReadWanted = true
    if phase == .established, !isDraining, !isInputEnded, session.hasInput {
      // Came before anybody asked.
      drain(context)
      if hasDelivered { completeDelivery(context) }
    }
    // In any case: with automatic reading nobody asks a second time. What this brings too early waits in its turn.
    context.read()
  }

  private func completeDelivery(_ context: ChannelHandlerContext) {
    hasDelivered = false
    isReadWanted = false
    context.fireChannelReadComplete()
  }

  /// Decrypts and hands on all that is there.
  func drain(_ context: ChannelHandlerContext) {
    guard !isDraining else { return }
    isDraining = true
    defer { isDraining = false }
    while phase == .established, !isInputEnded {
      var buffer = context.channel.allocator.buffer(capacity: TLSSession.recordBytes)
      switch session.read(into: &buffer) {
      case .some:
        hasDelivered = true
        context.fireChannelRead(wrapInboundOut(buffer))
      case .needsInput: return answer(context)
      case .ended: return peerEnded(context)
      case .failed(let failure): return fail(context, failure)
      }
    }
  }

  /// Sends what the session itself has to say: new keys, and that it will not renegotiate. A peer that keeps it talking and never listens
  /// would fill our memory.
  private func answer(_ context: ChannelHandlerContext) {
    guard phase == .established, session.outputBytes > 0 else { return }
    unheardBytes = context.channel.isWritable ? 0 : unheardBytes + session.outputBytes
    if unheardBytes <= Self.unheardLimit { flushSession(context) } else { fail(context, .notReading) }
  }

  /// The peer's last word. Ours follows at once, unless the channel is one that may be half closed.
  private func peerEnded(_ context: ChannelHandlerContext) {
    isInputEnded = true
    let mayBeHalfClosed: Bool
    do {
      mayBeHalfClosed = try context.channel.syncOptions?.getOption(.allowRemoteHalfClosure) ?? false
    } catch {
      mayBeHalfClosed = false  // a channel that does not know the option
    }
    if mayBeHalfClosed {
      context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    } else {
      close(context: context, mode: .all, promise: nil)
    }
  }

  package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case .inputClosed? = event as? ChannelEvent else { return context.fireUserInboundEventTriggered(event) }
    switch phase {
    case .waiting, .handshaking: fail(context, .closedInHandshake(received: received, detail: transportError))
    case .established:
      drain(context)
      // After an end in good order the protocol knows already.
      if !isInputEnded { fail(context, .truncated) }
    case .ended: break
    }
  }

  /// The first record of either side is a handshake or an alert, and its version begins with 3 (RFC 8446 §5.1).
  private func looksLikeTLS(_ bytes: ByteBuffer) -> Bool {
    if hasLookedLikeTLS { return true }
    firstBytes += bytes.readableBytesView.prefix(32 - firstBytes.count)
    guard let type = firstBytes.first else { return true }
    guard type == 21 || type == 22 else { return false }
    guard firstBytes.count > 1 else { return true }
    hasLookedLikeTLS = firstBytes[1] == 3
    return hasLookedLikeTLS
  }
}
