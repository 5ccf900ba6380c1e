import Dispatch
import Foundation
import Shared
import Synchronization

/// Why a node cannot start, in one line.
struct StartError: Error, Sendable, Equatable, CustomStringConvertible {
  var message: String
  var description: String { message }

  /// A root must be there when the node starts: a mistyped path would otherwise show an empty page for ever. A mount that hangs is
  /// let through after a while: it may come back, and other roots must be served.
  static func checkRoot(_ path: String) throws {
    let outcome = Outcome()
    let thread = Thread {
      do throws(FileError) {
        _ = try BoundedFile.list(path + "/.")
        outcome.finish(nil)
      } catch { outcome.finish(error) }
    }
    thread.start()
    guard let error = outcome.wait(seconds: 5) else { return }
    switch error.code {
    case .missing: throw StartError(message: "storage \(path): no such folder")
    default: throw StartError(message: "storage \(path): \(error.reason)")
    }
  }

  /// What the thread found, for the one who waits.
  private final class Outcome: Sendable {
    private let done = DispatchSemaphore(value: 0)
    private let error = Mutex<FileError?>(nil)

    func finish(_ found: FileError?) {
      error.withLock { $0 = found }
      done.signal()
    }

    func wait(seconds: Double) -> FileError? {
      done.wait(timeout: .now() + seconds) == .success ? error.withLock { $0 } : nil
    }
  }
}
