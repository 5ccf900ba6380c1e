import NIOConcurrencyHelpers
package import NIOCore
import NIOPosix

/// Runs blocking work (disk, librrd) off the event loops, so that work that hangs harms nobody: a few threads, a bounded queue,
/// and a deadline after which the caller goes on without the result.
///
/// A pool for storage does more: no request waits for it longer than its `RequestPatience` lasts, and once a piece of work has been at
/// it for too long, others are refused at once, until it comes back or a look at the same storage shows that the rest of it answers.
///
/// Its locks are pthread's: many threads meet here, and the Thread sanitizer does not see the standard library's `Mutex` wait.
package final class BlockingPool: Sendable {
  /// What a pool's work reads.
  package enum Use: Sendable { case storage, other }

  private struct State {
    /// Accepted and not finished.
    var load = 0
    /// When each piece of work that is under way began.
    var running: [UInt64: NIODeadline] = [:]
    var serial: UInt64 = 0
    /// The begin of the newest look at the storage that came to its end.
    var answered: NIODeadline?
  }

  private let name: String
  private let pool: NIOThreadPool
  private let threads: Int
  private let queueLimit: Int
  private let deadline: TimeAmount
  private let use: Use
  private let clock: WaitClock
  private let state = NIOLockedValueBox(State())
  private let before: @Sendable () -> Void

  /// - Parameters:
  ///   - queueLimit: pieces of work accepted and not finished, running ones included.
  ///   - before: runs on the thread before each piece of work: a seam for tests of work that hangs.
  package init(
    name: String, threads: Int, queueLimit: Int, deadline: TimeAmount, use: Use = .other, clock: WaitClock = .system,
    before: @escaping @Sendable () -> Void = {}
  ) {
    self.before = before
    self.name = name
    self.threads = threads
    self.queueLimit = queueLimit
    self.deadline = deadline
    self.use = use
    self.clock = clock
    pool = NIOThreadPool(numberOfThreads: threads)
    pool.start()
  }

  /// Lets the threads end once they have nothing to do; work that comes later fails.
  package func stop() { pool.shutdownGracefully { _ in } }

  /// Pieces of work accepted and not finished.
  package var load: Int { state.withLockedValue { $0.load } }

  /// Pieces of work that have begun and are not finished.
  package var running: Int { state.withLockedValue { $0.running.count } }

  /// The storage does not answer: whoever asks is refused at once.
  package var isStuck: Bool {
    guard use == .storage else { return false }
    let now = clock.now()
    return state.withLockedValue { isStuck($0, now) }
  }

  /// Somebody looked at the same storage by another way, from `begin` on, and came to an end.
  package func answered(since begin: NIODeadline) { state.withLockedValue { $0.answered = begin } }

  /// - Throws: what `body` throws; a 503 problem when the storage is known not to answer, the queue is full, or the deadline or the
  ///   request's patience ends. Work that has begun is not interrupted: it keeps its place until it comes back.
  package func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    let now = clock.now()
    let patience = use == .storage ? RequestPatience.current : nil
    if let patience, patience.end <= now { throw late }
    let refusal = state.withLockedValue { state -> HTTPProblem? in
      if use == .storage, isStuck(state, now) { return .unavailable("\(name) does not answer") }
      guard state.load < queueLimit else { return .unavailable("\(name): too much is waiting", retryAfter: 2) }
      state.load += 1
      return nil
    }
    if let refusal { throw refusal }
    let (late, before, clock) = (late, before, clock)
    return try await withCheckedThrowingContinuation { continuation in
      let once = OnceContinuation(continuation)
      let cancel = clock.wake(min(now + deadline, patience?.end ?? .distantFuture)) { once.resume(.failure(late)) }
      pool.submit { state in
        guard state == .active, !once.isDone else {
          self.state.withLockedValue { $0.load -= 1 }
          return once.resume(.failure(CancellationError()))
        }
        let work = self.begin()
        before()
        let result = Swift.Result { try body() }
        self.end(work)
        cancel()
        once.resume(result)
      }
    }
  }

  private var late: HTTPProblem { .unavailable("\(name) does not answer in time") }

  private func begin() -> UInt64 {
    let now = clock.now()
    return state.withLockedValue { state in
      state.serial += 1
      state.running[state.serial] = now
      return state.serial
    }
  }

  private func end(_ work: UInt64) {
    state.withLockedValue { state in
      state.running[work] = nil
      state.load -= 1
    }
  }

  /// Some work is overdue, and nothing shows that it is the only thing that hangs; or no thread is left.
  private func isStuck(_ state: State, _ now: NIODeadline) -> Bool {
    // A little less than the deadline: a caller's wait begins before its work does, and who goes on after it shall find this known.
    let limit = TimeAmount.nanoseconds(deadline.nanoseconds / 10 * 9)
    let overdue = state.running.values.filter { now - $0 >= limit }
    guard !overdue.isEmpty else { return false }
    return overdue.count >= threads || overdue.contains { begin in state.answered.map { $0 < begin + limit } ?? true }
  }
}
