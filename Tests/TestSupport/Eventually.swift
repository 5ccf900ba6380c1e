/// Waits until `condition` holds, looking again every few milliseconds.
///
/// - Parameter limit: long, since a loaded machine is no failure; shorter only where the condition is expected not to come.
/// - Throws: ``NeverHappened`` after `limit`; what `condition` throws.
package func eventually(
  within limit: Duration = .seconds(60), isolation: isolated (any Actor)? = #isolation, _ condition: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + limit
  while try await !condition() {
    guard .now < end else { throw NeverHappened() }
    try await Task.sleep(for: .milliseconds(2))
  }
}

/// A condition that a test waited for did not come true in time.
package struct NeverHappened: Error {}
