/// Waits until `condition` holds, looking again every few milliseconds.
///
/// - Throws: ``NeverHappened`` after ten seconds; what `condition` throws.
package func eventually(
  isolation: isolated (any Actor)? = #isolation, _ condition: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + .seconds(10)
  while try await !condition() {
    guard .now < end else { throw NeverHappened() }
    try await Task.sleep(for: .milliseconds(2))
  }
}

/// A condition that a test waited for did not come true in time.
package struct NeverHappened: Error {}
