import NIOCore

extension DeviceConnection {
  /// A command whose reply is collected.
  struct PendingRun {
    /// Who waits for it.
    enum Receiver {
      case caller(CheckedContinuation<Reply, any Error>)
      case round(AskingRound, AskingPlan.Question)
    }

    var receiver: Receiver
    var query: MenuQuery
    var sent: ContinuousClock.Instant
    var bytesSent: Int
    var deadline: Duration

    var due: ContinuousClock.Instant { sent + deadline }
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
    var buffer = newBuffer()
    let tag = try begin(query, .collected, &buffer)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let run = PendingRun(
          receiver: .caller(continuation), query: query, sent: .now, bytesSent: buffer.readableBytes, deadline: deadline)
        runs.add(run, tag)
        watchDeadlines()
        write(buffer)
      }
    } onCancel: {
      eventLoopOnCancel { $0.cancelRun(tag) }
    }
  }

  /// Sends the questions of a round in one piece.
  func send(_ questions: [AskingPlan.Question], deadline: Duration, _ round: AskingRound) {
    guard !questions.isEmpty else { return }
    var buffer = newBuffer()
    let now = ContinuousClock.now
    for question in questions {
      let before = buffer.readableBytes
      do throws(RouterOSError) {
        let tag = try begin(question.query, .collected, &buffer)
        let run = PendingRun(
          receiver: .round(round, question), query: question.query, sent: now, bytesSent: buffer.readableBytes - before,
          deadline: deadline)
        runs.add(run, tag)
      } catch {
        round.take(error.endsSession ? .end(error) : .answer(.failed(error), to: question))
      }
    }
    guard buffer.readableBytes > 0 else { return }
    watchDeadlines()
    write(buffer)
  }

  /// Registers a command and encodes it.
  func begin(
    _ query: MenuQuery, _ delivery: ConnectionStateMachine.Delivery, _ buffer: inout ByteBuffer
  ) throws(RouterOSError) -> UInt64 {
    do throws(RouterOSFailure) {
      let tag = try machine.submit(delivery)
      do throws(UnsendableSentence) {
        try SentenceEncoder.encode(query, tag: tag, limits: limits, into: &buffer)
        return tag
      } catch {
        machine.withdraw(tag)
        throw RouterOSFailure.unsendable(error)
      }
    } catch {
      throw self.error(error, while: query.commandWord)
    }
  }

  func complete(_ tag: UInt64, _ collected: ConnectionStateMachine.Collected) {
    guard let run = removeRun(tag) else { return }
    let reply = Reply(
      rows: collected.rows, ret: collected.ret, sent: run.sent, received: collected.received ?? .now, bytesSent: run.bytesSent,
      bytesReceived: collected.bytes)
    switch run.receiver {
    case .caller(let continuation): continuation.resume(returning: reply)
    case .round(let round, let question): answered(run, in: round, .answer(.reply(reply), to: question))
    }
  }

  func finish(_ tag: UInt64, _ failure: RouterOSFailure?) {
    if let run = removeRun(tag) {
      let error = error(failure ?? .closedByUs, while: run.query.commandWord)
      switch run.receiver {
      case .caller(let continuation): continuation.resume(throwing: error)
      case .round(let round, _) where error.endsSession: answered(run, in: round, .end(error))
      case .round(let round, let question):
        answered(run, in: round, .answer(error.isMenuAbsent ? .absent(error) : .failed(error), to: question))
      }
    } else if let stream = streams.removeValue(forKey: tag) {
      stream.watchdog.cancel()
      stream.continuation.finish(throwing: failure.map { error($0, while: stream.command) })
    }
  }

  /// Takes a command from its receiver; tells whether it had not ended.
  func forget(_ tag: UInt64) -> Bool { removeRun(tag) != nil }

  private func answered(_ run: PendingRun, in round: AskingRound, _ arrival: AskingRound.Arrival) {
    pace.answered(after: (.now - run.sent).seconds)
    round.take(arrival)
  }

  private func cancelRun(_ tag: UInt64) {
    guard let run = removeRun(tag) else { return }  // it ended first
    if case .caller(let continuation) = run.receiver { continuation.resume(throwing: CancellationError()) }
    perform(machine.abandon(tag, nil))
  }

  private func removeRun(_ tag: UInt64) -> PendingRun? {
    let run = runs.remove(tag)
    if runs.isEmpty {
      deadlines?.timer.cancel()
      deadlines = nil
    }
    return run
  }

  // MARK: Deadlines

  /// One timer for all commands, set for the first one that may be late. When it fires too early, because that one was answered, it is set
  /// anew.
  private func watchDeadlines() {
    guard var next = runs.values.first?.due else { return }
    for place in runs.indices.dropFirst() { next = min(next, runs[place: place].due) }
    if let deadlines {
      guard next < deadlines.due else { return }
      deadlines.timer.cancel()
    }
    deadlines = (next, schedule(max(.zero, next - .now)) { $0.checkDeadlines() })
  }

  private func checkDeadlines() {
    deadlines = nil
    let now = ContinuousClock.now
    let late = runs.indices.filter { runs[place: $0].due <= now }.map { (tag: runs.tags[$0], deadline: runs[place: $0].deadline) }
    for (tag, deadline) in late.sorted(by: { $0.tag < $1.tag }) { perform(machine.abandon(tag, .noAnswer(deadline))) }
    watchDeadlines()
  }
}
