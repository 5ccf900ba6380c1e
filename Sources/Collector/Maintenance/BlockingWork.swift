import Foundation

/// Blocking work of a command, on a thread of its own: the cooperative pool stays free.
enum BlockingWork {
  static func run<Value: Sendable>(_ name: String, _ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let thread = Thread { continuation.resume(with: Result { try body() }) }
      thread.name = name
      thread.start()
    }
  }
}
