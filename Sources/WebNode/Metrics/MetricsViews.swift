import NIOConcurrencyHelpers
import Shared

/// Keeps the joined metrics of the selections asked for last, so that a scrape joins and compresses only what changed.
final class MetricsViews: Sendable {
  private struct Kept {
    /// The collectors asked for; `nil`: all.
    var collectors: Set<String>?
    var view: MetricsView
  }

  /// Selections kept, the one used last at the end.
  private static let limit = 8
  /// Bytes of the kept views; beyond, only one is kept, whatever its size.
  private static let sizeLimit = 512 << 20

  private let kept = NIOLockedValueBox<[Kept]>([])
  private let total = NIOLockedValueBox(0)

  /// Lines of the devices of all collectors that could not stand beside others, as of the last such view.
  var conflicts: Int { total.withLockedValue { $0 } }

  /// The view of these devices. Requests that name devices are small and seldom the same: nothing is kept of them.
  func view(_ selection: MetricsSelection, _ sources: [MetricsView.Source], own: [RenderedFamily]) -> MetricsView {
    let kinds = Dictionary(own.map { ($0.name, $0.kind) }, uniquingKeysWith: { first, _ in first })
    guard !selection.namesDevices else { return MetricsView(sources, ownKinds: kinds, previous: nil) }
    // Made under the lock: whoever wants the same waits for it instead of making it too.
    return kept.withLockedValue { kept in
      let place = kept.firstIndex { $0.collectors == selection.collectors }
      let previous = place.map { kept.remove(at: $0).view }
      let view =
        previous.flatMap { $0.isMade(of: sources, kinds) ? $0 : nil }
        ?? MetricsView(sources, ownKinds: kinds, previous: previous)
      kept.append(Kept(collectors: selection.collectors, view: view))
      while kept.count > 1, kept.count > Self.limit || kept.reduce(0, { $0 + $1.view.size }) > Self.sizeLimit {
        kept.removeFirst()
      }
      if selection.isEverything { total.withLockedValue { $0 = view.conflicts } }
      return view
    }
  }
}
