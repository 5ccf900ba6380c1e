import Logging
import NIOCore
import SecureTransport
import Shared

/// A session with one device: logged in, with any number of commands at once, until it is closed or breaks.
///
/// The actor runs on its channel's event loop, so bytes are decoded where they arrive and nothing is queued in between. All decisions are
/// ``ConnectionStateMachine``'s; this type owns the socket, the timers and the waiting callers. The event loop group must outlive it.
actor DeviceConnection {
  nonisolated let endpoint: DeviceEndpoint
  /// The address of the other end.
  nonisolated let remoteAddress: String?
  let channel: any Channel
  let limits: ProtocolLimits
  let timeouts: ConnectionTimeouts
  let logger: Logger
  private let executor: any SerialExecutor

  /// What TLS came to; `nil` without it.
  var tls: TLSSessionDetails?
  var machine: ConnectionStateMachine
  var decoder: SentenceDecoder
  var login: PendingLogin?
  var runs = TagTable<PendingRun>()
  /// The timer of ``runs``, and when it fires.
  var deadlines: (due: ContinuousClock.Instant, timer: Scheduled<Void>)?
  var streams: [UInt64: PendingStream] = [:]
  var rounds: [UInt64: AskingRound] = [:]
  /// Of all rounds: it is the device's.
  var pace = AskingPace()
  var closeWaiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
  /// When the sentence that is being received began.
  private var sentenceBegan = ContinuousClock.now

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(
    channel: any Channel, endpoint: DeviceEndpoint, credentials: Credentials, limits: ProtocolLimits,
    timeouts: ConnectionTimeouts, logger: Logger
  ) {
    self.endpoint = endpoint
    // Now: a channel that was closed has none.
    remoteAddress = channel.remoteAddress?.ipAddress
    self.channel = channel
    self.limits = limits
    self.timeouts = timeouts
    self.logger = logger
    executor = channel.eventLoop.executor
    machine = ConnectionStateMachine(login: LoginExchange(credentials), limits: limits)
    decoder = SentenceDecoder(limits: limits)
  }

  deinit {
    channel.close(promise: nil)
  }

  var eventLoop: any EventLoop { channel.eventLoop }

  /// What the session has cost and met so far.
  var statistics: ConnectionStatistics {
    var statistics = machine.statistics
    statistics.emptySentences = decoder.emptySentences
    return statistics
  }

  // MARK: From the channel

  func received(_ bytes: ByteBuffer, at now: ContinuousClock.Instant) {
    guard machine.closeReason == nil else { return }
    machine.received(bytes: bytes.readableBytes)
    if !decoder.isMidSentence { sentenceBegan = now }
    decoder.append(bytes)
    do throws(ProtocolViolation) {
      while let sentence = try decoder.next() {
        perform(machine.receive(sentence, at: sentenceBegan))
        sentenceBegan = now
      }
    } catch {
      perform(machine.violated(error))
    }
  }

  func disconnected(_ how: ConnectionStateMachine.Disconnect) {
    perform(machine.disconnected(how, midSentence: decoder.isMidSentence))
  }

  // MARK: Acting

  func perform(_ actions: [ConnectionStateMachine.Action]) {
    for action in actions { perform(action) }
  }

  private func perform(_ action: ConnectionStateMachine.Action) {
    switch action {
    case .send(let words): send(words)
    case .loggedIn: finishLogin(nil)
    case .deliver(let tag, let row): deliver(row, to: tag)
    case .complete(let tag, let collected): complete(tag, collected)
    case .finish(let tag, let failure): finish(tag, failure)
    case .awaitDrain(let tag):
      schedule(timeouts.drain) { $0.perform($0.machine.drainExpired(tag, after: $0.timeouts.drain)) }
    case .close(let failure): shutDown(failure)
    }
  }

  private func send(_ words: [String]) {
    do throws(UnsendableSentence) {
      var buffer = newBuffer()
      try SentenceEncoder.encode(words, limits: limits, into: &buffer)
      write(buffer)
    } catch {
      // Only a login can get here: its name or password is longer than a word may be.
      perform(machine.end(.unsendable(error)))
    }
  }

  func newBuffer() -> ByteBuffer { channel.allocator.buffer(capacity: 256) }

  func write(_ sentences: ByteBuffer) {
    machine.statistics.bytesSent += UInt64(sentences.readableBytes)
    // A failed write closes the channel, which is how its failure is learned.
    channel.writeAndFlush(sentences, promise: nil)
  }

  /// Runs `body` on the actor after `delay`, unless the connection is gone by then.
  @discardableResult
  func schedule(_ delay: Duration, _ body: @escaping @Sendable (isolated DeviceConnection) -> Void) -> Scheduled<Void> {
    eventLoop.scheduleTask(in: delay.timeAmount) { [weak self] in
      self?.assumeIsolated { body($0) }
    }
  }

  private func shutDown(_ failure: RouterOSFailure) {
    logger.debug("Session ended", metadata: [LogKey.address: "\(endpoint)", LogKey.reason: "\(failure.outcome)"])
    finishLogin(failure)
    channel.close(promise: nil)
    let waiters = closeWaiters
    closeWaiters = [:]
    for waiter in waiters.values { waiter.resume() }
  }

  func error(_ failure: RouterOSFailure, while attempted: String) -> RouterOSError {
    RouterOSError(device: endpoint, attempted: attempted, failure: failure)
  }
}
