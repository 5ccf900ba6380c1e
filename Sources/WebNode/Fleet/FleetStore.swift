import Synchronization

/// The place where watchers leave what they saw and requests take the merged picture. Never waits for a disk.
final class FleetStore: Sendable {
  private struct Shelf {
    var states: [RootState]
    /// When the look that is under way began; `nil`: none is.
    var looking: [Double?]
    /// The bytes of the present day, by device.
    var days: [String: DeviceDay] = [:]
    var version = 0
    var merged: (version: Int, stuck: Set<Int>, snapshot: FleetSnapshot)?
    /// Counts the merged pictures.
    var serial = 0
  }

  /// A snapshot that is this young and whose roots did not change is handed out again: states also depend on the time.
  private static let lifetime = 0.5

  private let shelf: Mutex<Shelf>
  private let merge: Mutex<FleetMerge>
  /// Where requests tell what they found broken.
  let problems = ProblemBoard()
  private let now: @Sendable () -> Double
  private let rootCount: Int
  private let isStuck: @Sendable (Int) -> Bool

  /// - Parameter isStuck: whether requests found that a root does not answer.
  init(
    roots: [String], merge: FleetMerge, now: @escaping @Sendable () -> Double,
    isStuck: @escaping @Sendable (Int) -> Bool = { _ in false }
  ) {
    self.isStuck = isStuck
    rootCount = roots.count
    shelf = Mutex(Shelf(states: roots.map { RootState(path: $0) }, looking: roots.map { _ in nil }))
    self.merge = Mutex(merge)
    self.now = now
  }

  /// From now on devices count as stale after so many seconds.
  func use(staleAfter: Double) {
    merge.withLock { $0.staleAfter = staleAfter }
    shelf.withLock { $0.merged = nil }
  }

  /// A watcher begins to look through its root: from now on it should come back soon.
  func willLook(root index: Int) {
    let time = now()
    shelf.withLock { $0.looking[index] = time }
  }

  /// A watcher saw its root.
  func publish(_ state: RootState, root index: Int, changed: Bool) {
    shelf.withLock {
      $0.states[index] = state
      $0.looking[index] = nil
      if changed { $0.version += 1 }
    }
  }

  /// The present day was counted.
  func publish(days: [String: DeviceDay]) {
    shelf.withLock {
      $0.days = days
      $0.version += 1
    }
  }

  /// The picture of this moment.
  func snapshot() -> FleetSnapshot {
    let time = now()
    let stuck = Set((0..<rootCount).filter(isStuck))
    let (version, states, looking, days, ready) = shelf.withLock { shelf in
      let fresh = shelf.merged.flatMap { merged in
        merged.version == shelf.version && merged.stuck == stuck && abs(time - merged.snapshot.time) < Self.lifetime
          ? merged.snapshot : nil
      }
      return (shelf.version, shelf.states, shelf.looking, shelf.days, fresh)
    }
    if let ready { return ready }
    // Outside the lock: two requests may merge at once, but none waits for the other's work.
    var snapshot = merge.withLock { $0 }.snapshot(
      states, lookingSince: looking, stuck: stuck, problems: problems.byDevice, days: days, now: time)
    snapshot.serial = shelf.withLock { shelf in
      shelf.serial += 1
      return shelf.serial
    }
    let merged = snapshot
    shelf.withLock { if version >= $0.merged?.version ?? 0 { $0.merged = (version, stuck, merged) } }
    return merged
  }

  /// Whether each root was looked through at least once.
  var hasSeenAllRoots: Bool { shelf.withLock { $0.states.allSatisfy { $0.scanned != nil } } }

  /// Rises with every change.
  var version: Int { shelf.withLock { $0.version } }
}
