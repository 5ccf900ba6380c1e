import HTTPService
import NIOCore
import Shared

extension StartError {
  /// A root must be there when the node starts: a mistyped path would otherwise show an empty page for ever. A mount that hangs is
  /// let through after a while: it may come back, and other roots must be served.
  static func checkRoots(_ paths: [String], deadline: TimeAmount = .seconds(5)) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for path in paths { group.addTask { try await check(path, deadline) } }
      try await group.waitForAll()
    }
  }

  private static func check(_ path: String, _ deadline: TimeAmount) async throws {
    let pool = BlockingPool(name: "storage \(path)", threads: 1, queueLimit: 1, deadline: deadline)
    defer { pool.stop() }
    do {
      _ = try await pool.run { try BoundedFile.list(path + "/.") }
    } catch let error as FileError {
      throw StartError(message: "storage \(path): \(error.code == .missing ? "no such folder" : error.reason)")
    } catch is HTTPProblem {
      return
    }
  }
}
