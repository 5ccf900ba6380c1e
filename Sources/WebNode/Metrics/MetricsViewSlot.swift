import NIOConcurrencyHelpers
import Shared

/// The joined metrics of one selection: made by one request at a time, and shown for a while although a device's file is another one
/// since. Only what values are shown may be late, by `oldest` at most: which devices are there, and whose copy, is of each request.
final class MetricsViewSlot: Sendable {
  /// Joining takes a twentieth of the time at most; but nothing is shown that is older than this.
  private static let idleShare = 20
  private static let oldest = Duration.seconds(1)

  private struct Kept {
    var view: MetricsView
    /// Of the files that it was made of: see ``MetricsStore``.
    var version: UInt64
    var began: ContinuousClock.Instant
    var took: Duration
  }

  private struct State {
    var kept: Kept?
    var isBeingMade = false
  }

  /// The collectors asked for; `nil`: all.
  let collectors: Set<String>?
  private let state = NIOLockedValueBox(State())
  private let turn = NIOLock()

  init(_ collectors: Set<String>?) { self.collectors = collectors }

  /// Bytes held.
  var size: Int { state.withLockedValue { $0.kept?.view.size ?? 0 } }

  /// The view of these devices, and whether it was made now. Who comes while it is made gets the one before, where that may be shown still,
  /// and waits otherwise.
  func view(
    _ contents: MetricsSource.Contents, _ kinds: [String: MetricFamily.Kind], now: () -> ContinuousClock.Instant
  ) -> (view: MetricsView, isNew: Bool) {
    if let view = known(contents, kinds, now()) { return (view, false) }
    return turn.withLock {
      let began = now()
      if let view = known(contents, kinds, began) { return (view, false) }
      let previous = state.withLockedValue { state in
        state.isBeingMade = true
        return state.kept
      }
      let view = MetricsView(contents.sources, ownKinds: kinds, previous: previous?.view)
      let took = now() - began
      state.withLockedValue { state in
        state.isBeingMade = false
        // Who read the files before others did does not take their newer view away.
        if previous.map({ $0.version <= contents.version }) ?? true {
          state.kept = Kept(view: view, version: contents.version, began: began, took: took)
        }
      }
      return (view, true)
    }
  }

  private func known(
    _ contents: MetricsSource.Contents, _ kinds: [String: MetricFamily.Kind], _ now: ContinuousClock.Instant
  ) -> MetricsView? {
    state.withLockedValue { state in
      guard let kept = state.kept, kept.view.ownKinds == kinds, kept.view.shows(contents.sources),
        kept.view.oldest >= contents.freshFrom
      else { return nil }
      // Newer than what this request saw: a counter never goes back.
      if kept.version > contents.version || kept.view.isMade(of: contents.sources) { return kept.view }
      let age = now - kept.began
      return age < (state.isBeingMade ? Self.oldest : min(Self.oldest, kept.took * Self.idleShare)) ? kept.view : nil
    }
  }
}
