import HTTPService
import NIOConcurrencyHelpers
import NIOCore

/// A clock for waiting that stands still until the test moves it. Its lock is pthread's, which the Thread sanitizer sees.
final class HandClock: Sendable {
  private struct State {
    var now = NIODeadline.uptimeNanoseconds(1_000_000_000)
    var wakes: [Int: (time: NIODeadline, call: @Sendable () -> Void)] = [:]
    var serial = 0
  }

  private let state = NIOLockedValueBox(State())

  /// How many wait for a time.
  var waiting: Int { state.withLockedValue { $0.wakes.count } }

  func advance(by time: TimeAmount) {
    let due = state.withLockedValue { state in
      state.now = state.now + time
      let now = state.now
      let due = state.wakes.filter { $0.value.time <= now }
      for id in due.keys { state.wakes[id] = nil }
      return due.values.sorted { $0.time < $1.time }
    }
    for wake in due { wake.call() }
  }

  /// In the form that components take.
  var clock: WaitClock {
    WaitClock(now: { self.state.withLockedValue { $0.now } }) { time, call in
      let id = self.state.withLockedValue { state in
        state.serial += 1
        if time > state.now { state.wakes[state.serial] = (time, call) }
        return time > state.now ? state.serial : nil
      }
      guard let id else {
        call()
        return {}
      }
      return { self.state.withLockedValue { $0.wakes[id] = nil } }
    }
  }
}
