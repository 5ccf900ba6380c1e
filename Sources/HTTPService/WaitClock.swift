package import NIOCore
import NIOPosix

/// The time that waiting is measured by, and a way to be woken: a seam for tests, which move it by hand.
package struct WaitClock: Sendable {
  package var now: @Sendable () -> NIODeadline
  /// Calls the closure at that time, unless what it returns was called before.
  package var wake: @Sendable (NIODeadline, @escaping @Sendable () -> Void) -> @Sendable () -> Void

  package init(
    now: @escaping @Sendable () -> NIODeadline,
    wake: @escaping @Sendable (NIODeadline, @escaping @Sendable () -> Void) -> @Sendable () -> Void
  ) {
    self.now = now
    self.wake = wake
  }

  package static let system = WaitClock(now: { .now() }) { time, call in
    let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(deadline: time, call)
    return { timer.cancel() }
  }
}
