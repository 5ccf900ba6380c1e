internal import Glibc
internal import Logging
package import NIOCore
internal import Shared

/// TLS on a channel, for either end: cipher text towards the socket, plain text towards the protocol.
///
/// Plain text is handed on only when it was asked for by `read`, so a protocol that joins after the handshake misses nothing, and one that
/// stops reading stops the peer. What is written before the end of the handshake waits, up to a limit. Every promise is kept or broken
/// once; a write's promise is kept when its cipher text has reached the socket. A failure comes as ``TLSFailure`` through `errorCaught`,
/// and the channel is closed.
package final class TLSHandler: ChannelDuplexHandler {
  package typealias InboundIn = ByteBuffer
  package typealias InboundOut = ByteBuffer
  package typealias OutboundIn = ByteBuffer
  package typealias OutboundOut = ByteBuffer

  enum Phase {
    case waiting, handshaking, established, ended
  }

  /// What was asked before the end of the handshake.
  enum Queued {
    case write(ByteBuffer, EventLoopPromise<Void>?)
    case closeOutput(EventLoopPromise<Void>?)

    var promise: EventLoopPromise<Void>? {
      switch self {
      case .write(_, let promise), .closeOutput(let promise): promise
      }
    }
  }

  /// Bytes that may be written before the end of the handshake.
  static let queueLimit = 1 << 20

  /// Bytes that the session may say by itself while the peer reads nothing.
  static let unheardLimit = 16384

  let session: TLSSession
  let logger: Logger
  private let handshakeTimeout: Duration
  private let handshake: EventLoopPromise<TLSSessionDetails>?
  private var deadline: Scheduled<Void>?

  var phase = Phase.waiting
  var queue = CircularBuffer<Queued>()
  var queuedBytes = 0
  /// Bytes of cipher text that arrived, and the first of them, by which other protocols are recognised.
  var received = 0
  var firstBytes: [UInt8] = []
  var hasLookedLikeTLS = false
  /// The protocol has asked for plain text and got none since.
  var isReadWanted = false
  var isDraining = false
  var hasDelivered = false
  /// The peer has said that it sends no more.
  var isInputEnded = false
  var isOutputEnded = false
  var unheardBytes = 0
  var transportError: String?

  init(
    _ session: TLSSession, handshakeTimeout: Duration, handshake: EventLoopPromise<TLSSessionDetails>?, logger: Logger
  ) {
    self.session = session
    self.handshakeTimeout = handshakeTimeout
    self.handshake = handshake
    self.logger = logger
  }

  // MARK: Beginning

  package func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { begin(context) }
  }

  package func channelActive(context: ChannelHandlerContext) {
    begin(context)
    context.fireChannelActive()
  }

  private func begin(_ context: ChannelHandlerContext) {
    guard phase == .waiting else { return }
    phase = .handshaking
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: handshakeTimeout.timeAmount) { [self] in
      guard phase == .handshaking else { return }
      fail(context, .handshakeTimeout(handshakeTimeout, received: received))
    }
    advance(context)
    if phase == .handshaking { context.read() }
  }

  /// Goes on with the handshake, and with what follows if it is done.
  func advance(_ context: ChannelHandlerContext) {
    guard phase == .handshaking else { return }
    switch session.advanceHandshake() {
    case .needsInput: flushSession(context)
    case .failed(let failure): fail(context, failure)
    case .done(let details): establish(context, details)
    }
  }

  private func establish(_ context: ChannelHandlerContext, _ details: TLSSessionDetails) {
    phase = .established
    deadline?.cancel()
    flushSession(context)
    sendQueued(context)
    // Anonymous is for the record: nothing else would tell that the password went to whoever answered.
    logger.log(
      level: details.policy == .anonymous ? .notice : .debug,
      details.policy == .anonymous ? "TLS session without authentication" : "TLS session",
      metadata: [
        LogKey.version: "\(details.version)", LogKey.cipher: "\(details.cipher)",
        LogKey.fingerprint: "\(details.certificate?.fingerprint.description ?? "none")",
      ])
    handshake?.succeed(details)
  }

  // MARK: End

  /// Ends everything for a reason of TLS.
  func fail(_ context: ChannelHandlerContext, _ failure: TLSFailure) {
    guard phase != .ended else { return }
    // The alert that tells the peer, if there is one.
    if session.outputBytes > 0 {
      context.writeAndFlush(wrapOutboundOut(session.takeOutput(context.channel.allocator)), promise: nil)
    }
    end(with: failure)
    context.fireErrorCaught(failure)
    context.close(promise: nil)
  }

  /// Breaks all promises.
  func end(with failure: any Error) {
    let wasWaiting = phase == .waiting || phase == .handshaking
    phase = .ended
    deadline?.cancel()
    let queue = queue
    self.queue.removeAll()
    queuedBytes = 0
    if wasWaiting { handshake?.fail(failure) }
    for queued in queue { queued.promise?.fail(failure) }
  }

  package func channelInactive(context: ChannelHandlerContext) {
    switch phase {
    case .waiting, .handshaking:
      let failure = TLSFailure.closedInHandshake(received: received, detail: transportError)
      end(with: failure)
      context.fireErrorCaught(failure)
    case .established:
      // What arrived counts, asked for or not: it will never be asked for again.
      drain(context)
      let isCut = phase == .established && !isInputEnded && transportError == nil
      end(with: ChannelError.ioOnClosedChannel)
      if isCut { context.fireErrorCaught(TLSFailure.truncated) }
    case .ended: break
    }
    context.fireChannelInactive()
  }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if transportError == nil {
      transportError = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
    }
    context.fireErrorCaught(error)
  }

  package func handlerRemoved(context: ChannelHandlerContext) {
    if phase != .ended { end(with: TLSFailure.abandoned) }
  }
}

extension Duration {
  /// For NIO's timers; never longer than NIO can express.
  fileprivate var timeAmount: TimeAmount {
    let (seconds, attoseconds) = components
    let whole = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !whole.overflow, whole.partialValue < Int64.max / 2 else { return .nanoseconds(.max / 2) }
    return .nanoseconds(max(0, whole.partialValue + attoseconds / 1_000_000_000))
  }
}
