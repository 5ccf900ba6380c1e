import NIOConcurrencyHelpers
import Shared

/// A share of a root's metrics files, read by one request at a time: those that come meanwhile find it done.
final class MetricsLane: Sendable {
  /// Shares of a root, so that several threads read it.
  static let count = 4

  struct Key: Hashable {
    var root: Int
    var lane: Int

    init(root: Int, path: String) {
      self.root = root
      lane = Int(UInt(bitPattern: path.hashValue) % UInt(MetricsLane.count))
    }
  }

  /// Files below which every request looks at them anew.
  private static let few = 16
  /// Where looking takes long, it takes a tenth of the time at most; but nothing is older than this.
  private static let idleShare = 10
  private static let oldest = Duration.seconds(1)
  /// A look that takes longer than this is waited for by nobody new.
  private static let patience = Duration.seconds(2)

  private struct Last {
    var ended: ContinuousClock.Instant
    var took: Duration
    var files: Int
  }

  private let clock = ContinuousClock()
  private let turn = NIOLockedValueBox<Last?>(nil)
  /// The look under way, and the end of the last one at as many files as this.
  private let look = NIOLockedValueBox<(began: ContinuousClock.Instant?, ended: ContinuousClock.Instant?, files: Int)>(
    (nil, nil, 0))

  /// The storage does not answer.
  var isStuck: Bool { look.withLockedValue { $0.began.map { clock.now - $0 > Self.patience } ?? false } }

  /// Blocking, but where somebody is at it already and the look before is young enough: then that one counts.
  func refresh(_ files: [MetricsStore.Wanted], _ store: MetricsStore) {
    let isSpared = look.withLockedValue { look in
      guard look.began != nil, files.count >= Self.few, files.count <= look.files, let ended = look.ended else { return false }
      return clock.now - ended < Self.oldest
    }
    if isSpared { return }
    turn.withLockedValue { last in
      let start = clock.now
      if let last, files.count >= Self.few, files.count <= last.files,
        start - last.ended < min(Self.oldest, last.took * Self.idleShare)
      {
        return
      }
      look.withLockedValue { $0.began = start }
      let took = store.refresh(files)
      let end = clock.now
      look.withLockedValue { $0 = (nil, end, files.count) }
      if files.count >= Self.few { last = Last(ended: end, took: took, files: files.count) }
    }
  }
}

/// What the requests for metrics share besides the files themselves.
final class MetricsLanes: Sendable {
  private struct Down {
    var address: String?
    var file: KeptMetrics?
    var metrics: KeptMetrics
  }

  private let lanes = NIOLockedValueBox<[MetricsLane.Key: MetricsLane]>([:])
  private let down = NIOLockedValueBox<[String: Down]>([:])

  func lane(_ key: MetricsLane.Key) -> MetricsLane {
    lanes.withLockedValue { lanes in
      if let lane = lanes[key] { return lane }
      let lane = MetricsLane()
      lanes[key] = lane
      return lane
    }
  }

  /// What is shown of a device that is down, made once.
  func down(_ device: DeviceView, _ file: KeptMetrics?, external: [WebNodeConfig.ExternalLabel]) -> KeptMetrics {
    down.withLockedValue { known in
      if let entry = known[device.name], entry.address == device.address, entry.file === file { return entry.metrics }
      let metrics = DownDevice.metrics(device, file, external: external)
      known[device.name] = Down(address: device.address, file: file, metrics: metrics)
      return metrics
    }
  }

  /// Forgets devices that are not down any more, or gone.
  func keepDown(_ isDown: (String) -> Bool) { down.withLockedValue { $0 = $0.filter { isDown($0.key) } } }
}
