internal import Dispatch
internal import Foundation
internal import Synchronization

/// SIGTERM and SIGINT as something to wait for. From `init` on they no longer end the process by themselves.
final class StopSignals {
  private let sources: [any DispatchSourceSignal]
  private let state = Mutex<(isSignalled: Bool, waiter: CheckedContinuation<Void, Never>?)>((false, nil))

  init() {
    sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: .global())
    }
    for source in sources {
      source.setEventHandler { [weak self] in self?.signalled() }
      source.resume()
    }
  }

  deinit { for source in sources { source.cancel() } }

  /// Returns once the process has been asked to end; for one waiter.
  func wait() async {
    await withCheckedContinuation { continuation in
      let isSignalled = state.withLock { state in
        if !state.isSignalled { state.waiter = continuation }
        return state.isSignalled
      }
      if isSignalled { continuation.resume() }
    }
  }

  private func signalled() {
    let waiter = state.withLock { state in
      state.isSignalled = true
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }
}
