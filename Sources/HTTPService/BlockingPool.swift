import NIOConcurrencyHelpers
package import NIOCore
import NIOPosix

/// Runs blocking work (disk, librrd) off the event loops, so that work that hangs harms nobody: a few threads, a bounded queue,
/// and a deadline after which the caller goes on without the result.
///
/// Its locks are pthread's: many threads meet here, and the Thread sanitizer does not see the standard library's `Mutex` wait.
package final class BlockingPool: Sendable {
  private let name: String
  private let pool: NIOThreadPool
  private let queueLimit: Int
  private let deadline: TimeAmount
  private let waiting = NIOLockedValueBox(0)
  private let before: @Sendable () -> Void

  /// - Parameters:
  ///   - queueLimit: pieces of work accepted and not finished, running ones included.
  ///   - before: runs on the thread before each piece of work: a seam for tests of work that hangs.
  package init(name: String, threads: Int, queueLimit: Int, deadline: TimeAmount, before: @escaping @Sendable () -> Void = {}) {
    self.before = before
    self.name = name
    self.queueLimit = queueLimit
    self.deadline = deadline
    pool = NIOThreadPool(numberOfThreads: threads)
    pool.start()
  }

  /// Lets the threads end once they have nothing to do; work that comes later fails.
  package func stop() { pool.shutdownGracefully { _ in } }

  /// Pieces of work accepted and not finished.
  package var load: Int { waiting.withLockedValue { $0 } }

  /// - Throws: what `body` throws; a 503 problem when the queue is full or the deadline passes. Work that has begun is not
  ///   interrupted: it keeps its place until it comes back.
  package func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    let accepted = waiting.withLockedValue { count in
      guard count < queueLimit else { return false }
      count += 1
      return true
    }
    guard accepted else { throw HTTPProblem.unavailable("\(name): too much is waiting", retryAfter: 2) }
    let (name, before) = (name, before)
    return try await withCheckedThrowingContinuation { continuation in
      let once = Once(continuation)
      let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: deadline) {
        once.resume(.failure(HTTPProblem.unavailable("\(name) does not answer in time")))
      }
      pool.submit { state in
        defer { self.waiting.withLockedValue { $0 -= 1 } }
        guard state == .active, !once.isDone else { return once.resume(.failure(CancellationError())) }
        before()
        let result = Swift.Result { try body() }
        timer.cancel()
        once.resume(result)
      }
    }
  }

  /// A continuation that the work and the deadline race for.
  private final class Once<Value: Sendable>: Sendable {
    private let continuation: NIOLockedValueBox<CheckedContinuation<Value, any Error>?>

    init(_ continuation: CheckedContinuation<Value, any Error>) { self.continuation = NIOLockedValueBox(continuation) }

    var isDone: Bool { continuation.withLockedValue { $0 == nil } }

    func resume(_ result: Swift.Result<Value, any Error>) {
      let waiting = continuation.withLockedValue { held -> CheckedContinuation<Value, any Error>? in
        defer { held = nil }
        return held
      }
      waiting?.resume(with: result)
    }
  }
}
