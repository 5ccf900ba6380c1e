import Synchronization

/// What requests found broken while they read archives and other files: it shows on the device until a later read succeeds.
final class ProblemBoard: Sendable {
  /// Files remembered; beyond, only the count rises.
  private static let limit = 10_000

  private struct Board {
    /// By path.
    var open: [String: (device: String, text: String)] = [:]
    var total = 0
  }
  private let board = Mutex(Board())

  init() {}

  func report(_ text: String, path: String, device: String) {
    board.withLock {
      $0.total += 1
      if $0.open.count < Self.limit { $0.open[path] = (device, text) }
    }
  }

  func clear(path: String) {
    board.withLock { if !$0.open.isEmpty { $0.open[path] = nil } }
  }

  /// One problem for each device that has any.
  var byDevice: [String: String] {
    board.withLock { board in
      board.open.sorted { $0.key > $1.key }.reduce(into: [:]) { $0[$1.value.device] = $1.value.text }
    }
  }

  /// Failed reads since the node started, and files that are broken at present.
  var counts: (total: Int, open: Int) { board.withLock { ($0.total, $0.open.count) } }
}
