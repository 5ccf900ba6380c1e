import NIOConcurrencyHelpers

/// A continuation that work and a deadline race for.
final class OnceContinuation<Value: Sendable>: Sendable {
  private let continuation: NIOLockedValueBox<CheckedContinuation<Value, any Error>?>

  init(_ continuation: CheckedContinuation<Value, any Error>) { self.continuation = NIOLockedValueBox(continuation) }

  var isDone: Bool { continuation.withLockedValue { $0 == nil } }

  func resume(_ result: Result<Value, any Error>) {
    let waiting = continuation.withLockedValue { held -> CheckedContinuation<Value, any Error>? in
      defer { held = nil }
      return held
    }
    waiting?.resume(with: result)
  }
}
