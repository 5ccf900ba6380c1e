import NIOCore

extension DeviceConnection {
  /// The caller that waits for a collected reply.
  struct PendingRun {
    var continuation: CheckedContinuation<Reply, any Error>
    var command: String
    var sent: ContinuousClock.Instant
    var bytesSent: Int
    var deadline: Scheduled<Void>
  }

  /// Runs a command and returns all it answers. Any number may run at once.
  ///
  /// When the task is cancelled or the deadline passes, the caller is released at once and the command is cancelled at the device; the session
  /// goes on.
  ///
  /// - Parameter deadline: for the whole reply, from sending the command.
  /// - Throws: ``RouterOSError``, or `CancellationError` if the task was cancelled.
  func run(_ query: MenuQuery, deadline: Duration) async throws -> Reply {
    try Task.checkCancellation()
    let (tag, sentence) = try begin(query, .collected)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let timer = schedule(deadline) { $0.perform($0.machine.abandon(tag, .noAnswer(deadline))) }
        runs[tag] = PendingRun(
          continuation: continuation, command: query.commandWord, sent: .now, bytesSent: sentence.readableBytes, deadline: timer)
        write(sentence)
      }
    } onCancel: {
      eventLoopOnCancel { $0.cancelRun(tag) }
    }
  }

  /// Registers a command and encodes it.
  func begin(
    _ query: MenuQuery, _ delivery: ConnectionStateMachine.Delivery
  ) throws(RouterOSError) -> (tag: UInt64, sentence: ByteBuffer) {
    do throws(RouterOSFailure) {
      let (tag, words) = try machine.submit(query, delivery)
      do throws(UnsendableSentence) {
        return (tag, try encode(words))
      } catch {
        machine.withdraw(tag)
        throw RouterOSFailure.unsendable(error)
      }
    } catch {
      throw self.error(error, while: query.commandWord)
    }
  }

  func complete(_ tag: UInt64, _ collected: ConnectionStateMachine.Collected) {
    guard let run = runs.removeValue(forKey: tag) else { return }
    run.deadline.cancel()
    run.continuation.resume(
      returning: Reply(
        rows: collected.rows, ret: collected.ret, sent: run.sent, received: collected.received ?? .now, bytesSent: run.bytesSent,
        bytesReceived: collected.bytes))
  }

  func finish(_ tag: UInt64, _ failure: RouterOSFailure?) {
    if let run = runs.removeValue(forKey: tag) {
      run.deadline.cancel()
      run.continuation.resume(throwing: error(failure ?? .closedByUs, while: run.command))
    } else if let stream = streams.removeValue(forKey: tag) {
      stream.watchdog.cancel()
      stream.continuation.finish(throwing: failure.map { error($0, while: stream.command) })
    }
  }

  private func cancelRun(_ tag: UInt64) {
    guard let run = runs.removeValue(forKey: tag) else { return }  // it ended first
    run.deadline.cancel()
    run.continuation.resume(throwing: CancellationError())
    perform(machine.abandon(tag, nil))
  }
}
