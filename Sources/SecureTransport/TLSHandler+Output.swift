package import NIOCore

extension TLSHandler {
  /// Cipher text is handed to the socket in pieces of about this size.
  private static let pieceBytes = 4 * TLSSession.recordBytes

  package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let bytes = unwrapOutboundIn(data)
    switch phase {
    case .ended: promise?.fail(ChannelError.ioOnClosedChannel)
    case .established where isOutputEnded: promise?.fail(ChannelError.outputClosed)
    case .established: encrypt(context, bytes, promise)
    case .waiting, .handshaking:
      queue.append(.write(bytes, promise))
      queuedBytes += bytes.readableBytes
      if queuedBytes > Self.queueLimit { fail(context, .tooMuchQueued(limit: Self.queueLimit)) }
    }
  }

  package func flush(context: ChannelHandlerContext) {
    // Before the handshake is done there is nothing of the protocol's to flush; its end flushes.
    if phase == .established || phase == .ended { context.flush() }
  }

  package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    switch (mode, phase) {
    case (.output, .established): closeOutput(context, promise)
    case (.output, .waiting), (.output, .handshaking): queue.append(.closeOutput(promise))
    case (.all, .established):
      session.shutDown()
      flushSession(context)
      end(with: ChannelError.ioOnClosedChannel)
      context.close(mode: .all, promise: promise)
    case (.all, .waiting), (.all, .handshaking):
      end(with: TLSFailure.abandoned)
      context.close(mode: .all, promise: promise)
    case (.input, _), (.output, .ended), (.all, .ended): context.close(mode: mode, promise: promise)
    }
  }

  /// Sends what was asked for during the handshake.
  func sendQueued(_ context: ChannelHandlerContext) {
    while phase == .established, let next = queue.popFirst() {
      switch next {
      case .write(let bytes, let promise):
        queuedBytes -= bytes.readableBytes
        if isOutputEnded { promise?.fail(ChannelError.outputClosed) } else { encrypt(context, bytes, promise) }
      case .closeOutput(let promise): closeOutput(context, promise)
      }
    }
    if phase == .established { context.flush() }
  }

  /// Hands the session's own bytes to the socket: handshake, alerts, its end.
  func flushSession(_ context: ChannelHandlerContext) {
    guard session.outputBytes > 0 else { return }
    context.writeAndFlush(wrapOutboundOut(session.takeOutput(context.channel.allocator)), promise: nil)
  }

  private func closeOutput(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
    guard !isOutputEnded else {
      promise?.fail(ChannelError.outputClosed)
      return
    }
    isOutputEnded = true
    session.shutDown()
    flushSession(context)
    context.close(mode: .output, promise: promise)
  }

  private func encrypt(_ context: ChannelHandlerContext, _ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
    var rest = bytes
    do throws(TLSFailure) {
      while let record = rest.readSlice(length: min(rest.readableBytes, TLSSession.recordBytes)), record.readableBytes > 0 {
        try write(record)
        if session.outputBytes >= Self.pieceBytes, rest.readableBytes > 0 { pass(context, nil) }
      }
    } catch {
      promise?.fail(error)
      return fail(context, error)
    }
    // The last piece follows all others, so its promise is the whole write's.
    pass(context, promise)
  }

  private func write(_ record: ByteBuffer) throws(TLSFailure) {
    var failure: TLSFailure?
    record.withUnsafeReadableBytes { bytes in
      do throws(TLSFailure) {
        try session.write(bytes)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  private func pass(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
    context.write(wrapOutboundOut(session.takeOutput(context.channel.allocator)), promise: promise)
  }
}
