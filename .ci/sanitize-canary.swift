// What .ci/sanitize compiles and runs before anything else: a sanitizer that finds nothing here, or finds what is right, proves nothing.
import Dispatch
import Foundation
import Synchronization

// A number: whatever races with it, nothing crashes.
nonisolated(unsafe) private var count = 0
private let lock = Mutex(())

@inline(never) private func note(_ number: Int) { count &+= number }

private final class Arrivals: Sendable {
  let begun = Atomic(0)
  let done = DispatchSemaphore(value: 0)
}

/// Four threads, none of which begins before all are there.
private func meet(_ body: @escaping @Sendable (Int) -> Void) {
  let arrivals = Arrivals()
  for _ in 0..<4 {
    Thread.detachNewThread {
      arrivals.begun.add(1, ordering: .relaxed)
      while arrivals.begun.load(ordering: .relaxed) < 4 { usleep(10) }
      for number in 0..<200 { body(number) }
      arrivals.done.signal()
    }
  }
  for _ in 0..<4 { arrivals.done.wait() }
}

@inline(never) private func readFreed() -> Int {
  let memory = UnsafeMutablePointer<Int>.allocate(capacity: 4)
  memory.initialize(repeating: 7, count: 4)
  memory.deallocate()
  return memory[2]
}

@inline(never) private func leak() { UnsafeMutablePointer<Int>.allocate(capacity: 1000).initialize(repeating: 7, count: 1000) }

@main struct Canary {
  static func main() {
    switch CommandLine.arguments.dropFirst().first {
    case "race": meet { note($0) }
    case "locked":
      // Held for a moment, so that the others have to wait.
      meet { number in
        lock.withLock { _ in
          note(number)
          if number.isMultiple(of: 20) { usleep(500) }
        }
      }
    case "freed": print(readFreed())
    case "leak": for _ in 0..<100 { leak() }
    default: print("sound")
    }
  }
}
