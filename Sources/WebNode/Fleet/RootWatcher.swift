import Dispatch
import Foundation
import Logging
import Shared

/// The thread that looks after one root. A mount that hangs blocks this thread and nothing else.
final class RootWatcher: Sendable {
  /// Seconds between two looks.
  static let interval = 0.2

  private let index: Int
  private let path: String
  private let reader: any HandoffReader
  private let store: FleetStore
  private let now: @Sendable () -> Double
  private let logger: Logger
  private let willLook: @Sendable () -> @Sendable () -> Void
  /// Signalled once, when the thread shall end.
  private let ending = DispatchSemaphore(value: 0)

  /// - Parameter willLook: called when a look begins; what it returns, when that look has come to its end.
  init(
    index: Int, path: String, reader: any HandoffReader, store: FleetStore, now: @escaping @Sendable () -> Double, logger: Logger,
    willLook: @escaping @Sendable () -> @Sendable () -> Void
  ) {
    self.willLook = willLook
    self.index = index
    self.path = path
    self.reader = reader
    self.store = store
    self.now = now
    self.logger = logger
  }

  func start() {
    let thread = Thread { self.watch() }
    thread.name = "root-\(index)"
    thread.stackSize = 4 << 20
    thread.start()
  }

  /// Asks the thread to end after its present look. A hung thread never does; it ends with the process.
  func stop() { ending.signal() }

  private func watch() {
    var scanner = RootScanner(path: path, reader: reader)
    var problem: FileError?
    var first = true
    repeat {
      store.willLook(root: index)
      let didLook = willLook()
      let changed = scanner.scan(now: now())
      didLook()
      store.publish(scanner.state, root: index, changed: changed || first)
      first = false
      if scanner.state.problem != problem {
        problem = scanner.state.problem
        if let problem {
          logger.error("Root cannot be read", metadata: [LogKey.path: "\(path)", LogKey.error: "\(problem)"])
        } else {
          logger.notice("Root can be read again", metadata: [LogKey.path: "\(path)"])
        }
      }
    } while ending.wait(timeout: .now() + Self.interval) == .timedOut
  }
}
