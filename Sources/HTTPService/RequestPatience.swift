package import Hummingbird
package import NIOCore

/// How long one request waits for storage: all its reads together, of however many roots, one after the other or at once.
package struct RequestPatience: Sendable {
  /// Of the request that this task works for; `nil`: nobody waits.
  @TaskLocal package static var current: RequestPatience?

  private let length: TimeAmount
  private let clock: WaitClock
  /// When the request is answered with what there is.
  let end: NIODeadline

  package init(_ length: TimeAmount, clock: WaitClock) {
    self.length = length
    self.clock = clock
    end = clock.now() + length
  }

  /// From now on the same again: for a long answer that gets on.
  package var renewed: RequestPatience { RequestPatience(length, clock: clock) }

  /// Begins work that goes on without the request that wants it.
  package static func detached<Value: Sendable>(
    _ work: @escaping @Sendable () async throws -> Value
  ) -> Task<Value, any Error> {
    $current.withValue(nil) { Task { try await work() } }
  }

  /// What `task` comes to; it goes on when the patience of the request ends before it does.
  ///
  /// - Throws: `late` then; what the task throws.
  package static func value<Value: Sendable>(of task: Task<Value, any Error>, late: HTTPProblem) async throws -> Value {
    guard let patience = current else { return try await task.value }
    return try await withCheckedThrowingContinuation { continuation in
      let once = OnceContinuation(continuation)
      let cancel = patience.clock.wake(patience.end) { once.resume(.failure(late)) }
      _ = detached {
        let result = await task.result
        cancel()
        once.resume(result)
      }
    }
  }
}

/// Gives every request its patience.
package struct RequestPatienceMiddleware<Context: RequestContext>: RouterMiddleware {
  private let patience: TimeAmount
  private let clock: WaitClock

  package init(_ patience: TimeAmount, clock: WaitClock) {
    self.patience = patience
    self.clock = clock
  }

  package func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    try await RequestPatience.$current.withValue(RequestPatience(patience, clock: clock)) { try await next(request, context) }
  }
}
