import Dispatch
import Foundation
import Synchronization

/// A thread of its own for blocking work, which rests between rounds and can be woken, stopped and awaited.
final class Worker: Sendable {
  private let signal = DispatchSemaphore(value: 0)
  private let stopping = Mutex(false)
  private let finished: AsyncStream<Void>
  private let finish: AsyncStream<Void>.Continuation

  init() { (finished, finish) = AsyncStream.makeStream() }

  /// Starts the thread; `body` returns when ``isStopping`` says so. Called once.
  func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    // Unstructured on purpose: blocking disk work belongs on no task. Whoever owns the worker stops and awaits it.
    let thread = Thread { [finish] in
      body()
      finish.finish()
    }
    thread.name = name
    thread.start()
  }

  var isStopping: Bool { stopping.withLock { $0 } }

  /// Rests for at most `seconds`, less when woken.
  func pause(_ seconds: Double) { _ = signal.wait(timeout: .now() + max(0, seconds)) }

  func wake() { signal.signal() }

  func stop() {
    stopping.withLock { $0 = true }
    signal.signal()
  }

  /// Returns when the thread has ended, or when the task is cancelled.
  func waitUntilFinished() async { for await _ in finished {} }
}

/// Many small blocking calls side by side: a disk answers eight requests to sync about as fast as one.
enum Parallel {
  private final class Counter: Sendable {
    private let next = Mutex(0)
    func take(below count: Int) -> Int? {
      next.withLock {
        guard $0 < count else { return nil }
        $0 += 1
        return $0 - 1
      }
    }
  }

  /// Calls `body` with 0 to `count - 1` on up to `width` threads and returns when all are done. Blocking.
  static func forEach(_ count: Int, width: Int = 8, _ body: @escaping @Sendable (Int) -> Void) {
    guard count > 1 else {
      if count == 1 { body(0) }
      return
    }
    let counter = Counter()
    let done = DispatchSemaphore(value: 0)
    let threads = min(width, count)
    for _ in 0..<threads {
      Thread.detachNewThread {
        while let index = counter.take(below: count) { body(index) }
        done.signal()
      }
    }
    for _ in 0..<threads { done.wait() }
  }
}
