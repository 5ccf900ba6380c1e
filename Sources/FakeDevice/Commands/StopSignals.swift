internal import Dispatch
internal import Foundation
internal import Synchronization

/// SIGTERM and SIGINT as something to wait for. Once `registered()` has returned they no longer end the process by themselves.
final class StopSignals {
  private let sources: [any DispatchSourceSignal]
  private let registration = DispatchGroup()
  private let state = Mutex<(isSignalled: Bool, waiter: CheckedContinuation<Void, Never>?)>((false, nil))

  init() {
    // Not ignored meanwhile: a signal that comes before its source stands would be lost, and the process would never end.
    sources = [SIGTERM, SIGINT].map { DispatchSource.makeSignalSource(signal: $0, queue: .global()) }
    for source in sources {
      registration.enter()
      source.setRegistrationHandler { [registration] in registration.leave() }
      source.setEventHandler { [weak self] in self?.signalled() }
      source.resume()
    }
  }

  deinit { for source in sources { source.cancel() } }

  /// Returns once no signal can be missed.
  func registered() async {
    await withCheckedContinuation { continuation in
      registration.notify(queue: .global()) { continuation.resume() }
    }
  }

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
