import Shared
import Synchronization

/// The joined clients, made at most every two seconds however many people look.
final class ClientStore: Sendable {
  struct Picture: Sendable {
    var time: Double
    var index: ClientIndex
    /// Roots (by index) that did not answer.
    var failures: [Int: String]
  }

  static let lifetime = 2.0

  private let tables: TablesService
  private let picture = Mutex<Picture?>(nil)

  init(tables: TablesService) { self.tables = tables }

  /// - Parameter youngerThan: seconds that the picture may be old.
  func clients(in snapshot: FleetSnapshot, youngerThan limit: Double = lifetime) async -> Picture {
    let kept = picture.withLock { $0 }
    if let kept, abs(snapshot.time - kept.time) < limit { return kept }
    let found = await tables.tables(of: snapshot.devices, in: snapshot)
    let fresh = Picture(
      time: snapshot.time, index: ClientIndex(found.devices, now: snapshot.time), failures: found.failures)
    picture.withLock { $0 = fresh }
    return fresh
  }
}
