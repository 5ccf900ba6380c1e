import NIOCore

/// Sampling as far as the connection does it: on its event loop, where the answers arrive. A sample takes one timer of that loop and one
/// message to the poller; neither another thread nor a busy poller comes between the time that is due and the question.
extension DeviceConnection {
  /// Asks for the counters whenever a sample is due, until the session breaks or the task is cancelled.
  ///
  /// - Returns: what ended the session; `nil` when the task was cancelled.
  func keepSampling(_ plan: SamplingPlan, _ time: TimeSource, into answers: AsyncStream<CounterAnswer>.Continuation) async
    -> RouterOSError?
  {
    defer { answers.finish() }
    return await withTaskExecutorPreference(LoopTaskExecutor(eventLoop, of: self)) {
      await sampleUntilTheEnd(plan, time, into: answers)
    }
  }

  private func sampleUntilTheEnd(
    _ plan: SamplingPlan, _ time: TimeSource, into answers: AsyncStream<CounterAnswer>.Continuation
  ) async -> RouterOSError? {
    do {
      // With long intervals a device that is back must not wait for its turn.
      if let next = plan.schedule?.next, next - time.steady > 1 { try await sample(plan, into: answers) }
    } catch {
      return error as? RouterOSError
    }
    while !Task.isCancelled {
      guard let due = plan.take(now: time.steady) else { return nil }
      do {
        try await rest(until: time.instant(due))
        try await sample(plan, into: answers)
      } catch {
        plan.fail()
        return error as? RouterOSError
      }
    }
    return nil
  }

  private func sample(_ plan: SamplingPlan, into answers: AsyncStream<CounterAnswer>.Continuation) async throws {
    let answer = try await answer(to: plan.questions)
    if answer.isOutOfTime { plan.fail() }
    // One that nobody took for minutes makes room.
    if case .dropped = answers.yield(answer) { plan.fail() }
  }

  private func answer(to questions: SamplingPlan.Questions) async throws -> CounterAnswer {
    guard let rates = questions.rates else {
      return CounterAnswer(counters: try await run(questions.counters, deadline: DevicePoller.Deadline.counters))
    }
    async let told = answer(to: rates)
    let counters = try await run(questions.counters, deadline: DevicePoller.Deadline.counters)
    return CounterAnswer(counters: counters, rates: try await told)
  }

  /// - Throws: what ends the session, or the task.
  private func answer(to query: MenuQuery) async throws -> Result<Reply, RouterOSError> {
    do {
      return .success(try await run(query, deadline: DevicePoller.Deadline.counters))
    } catch let error as RouterOSError where !error.endsSession {
      return .failure(error)
    }
  }

  /// - Throws: `CancellationError` at once when the task is cancelled.
  private func rest(until moment: ContinuousClock.Instant) async throws {
    while true {
      try Task.checkCancellation()
      let left = moment - .now
      guard left > .zero else { return }
      // The event loop's clock stands still while the machine sleeps; the one of samples goes on.
      let timer = eventLoop.scheduleTask(in: min(left, .seconds(5)).timeAmount) {}
      await withTaskCancellationHandler {
        // A method of this actor: a closure that does not use it would run elsewhere.
        await end(of: timer)
      } onCancel: {
        timer.cancel()
      }
    }
  }

  private func end(of timer: Scheduled<Void>) async {
    await withCheckedContinuation { continuation in
      timer.futureResult.whenComplete { _ in continuation.resume() }
    }
  }
}
