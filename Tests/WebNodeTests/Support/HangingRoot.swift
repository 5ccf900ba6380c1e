import NIOCore
import Synchronization

@testable import WebNode

/// A node whose first root hangs as long as the gate is closed, and whose waiting ends when the test says so.
final class HangingRoot: Sendable {
  let gate = Gate()
  /// Of all that the node waits for, unless `with` was told to leave it the real clock.
  let waits = HandClock()
  private let count = Mutex(0)

  /// Pieces of work that its threads have begun.
  var begun: Int { count.withLock { $0 } }

  func with<Result: Sendable>(
    _ config: WebNodeConfig, now: @escaping @Sendable () -> Double, waitsByHand: Bool = true,
    _ body: @escaping @Sendable (RunningNode) async throws -> Result
  ) async throws -> Result {
    defer { gate.open() }
    return try await RunningNode.with(
      config, now: now, reader: GatedReader(gate: gate, root: config.storage[0]),
      change: {
        if waitsByHand { $0.waitClock = waits.clock }
        $0.beforeRead = { root in
          guard root == 0 else { return }
          self.count.withLock { $0 += 1 }
          self.gate.pass()
        }
      }
    ) { node in
      // However the test ends, the node shall be able to.
      defer {
        self.gate.open()
        self.waits.advance(by: .hours(1))
      }
      return try await body(node)
    }
  }
}
