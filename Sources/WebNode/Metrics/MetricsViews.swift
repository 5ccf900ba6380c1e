import NIOConcurrencyHelpers
import Shared

/// Keeps the joined metrics of the selections asked for last, so that a scrape joins and compresses only what changed.
final class MetricsViews: Sendable {
  /// Selections kept, the one used last at the end.
  private static let limit = 8
  /// Bytes of the kept views; beyond, only one is kept, whatever its size.
  private static let sizeLimit = 512 << 20

  private let slots = NIOLockedValueBox<[MetricsViewSlot]>([])
  private let total = NIOLockedValueBox(0)
  private let now: @Sendable () -> ContinuousClock.Instant

  init(now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock().now }) { self.now = now }

  /// Lines of the devices of all collectors that could not stand beside others, as of the last such view.
  var conflicts: Int { total.withLockedValue { $0 } }

  /// The view of these devices. Requests that name devices are small and seldom the same: nothing is kept of them. Blocking.
  func view(_ selection: MetricsSelection, _ contents: MetricsSource.Contents) -> MetricsView {
    let kinds = Dictionary(contents.own.map { ($0.name, $0.kind) }, uniquingKeysWith: { first, _ in first })
    guard !selection.namesDevices else { return MetricsView(contents.sources, ownKinds: kinds, previous: nil) }
    let slot = slot(selection.collectors)
    let (view, isNew) = slot.view(contents, kinds, now: now)
    if isNew {
      makeRoom()
      if selection.isEverything { total.withLockedValue { $0 = view.conflicts } }
    }
    return view
  }

  private func slot(_ collectors: Set<String>?) -> MetricsViewSlot {
    slots.withLockedValue { slots in
      let place = slots.firstIndex { $0.collectors == collectors }
      let slot = place.map { slots.remove(at: $0) } ?? MetricsViewSlot(collectors)
      slots.append(slot)
      if slots.count > Self.limit { slots.removeFirst() }
      return slot
    }
  }

  private func makeRoom() {
    slots.withLockedValue { slots in
      while slots.count > 1, slots.reduce(0, { $0 + $1.size }) > Self.sizeLimit { slots.removeFirst() }
    }
  }
}
