import NIOConcurrencyHelpers

/// One piece of work for all who want the same at the same time.
final class SharedFlights<Value: Sendable>: Sendable {
  private struct Flight {
    var task: Task<Value, any Error>
    var passengers = 1
  }
  private let flights = NIOLockedValueBox<[String: Flight]>([:])

  /// How many wait for this key.
  func waiting(_ key: String) -> Int { flights.withLockedValue { $0[key]?.passengers ?? 0 } }

  /// What `work` comes to; whoever asks for the same key meanwhile gets the same.
  ///
  /// The work is a task that belongs to all who wait: it goes on when the first of them leaves, and `work` itself has a deadline.
  func value(_ key: String, _ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = flights.withLockedValue { flights in
      if let flight = flights[key] {
        flights[key]?.passengers += 1
        return flight.task
      }
      let task = Task {
        defer { self.flights.withLockedValue { $0[key] = nil } }
        return try await work()
      }
      flights[key] = Flight(task: task)
      return task
    }
    return try await task.value
  }
}
