import Foundation
import Logging
import Shared
import Synchronization

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
  private let isStopped = Mutex(false)

  init(
    index: Int, path: String, reader: any HandoffReader, store: FleetStore, now: @escaping @Sendable () -> Double, logger: Logger
  ) {
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
  func stop() { isStopped.withLock { $0 = true } }

  private func watch() {
    var scanner = RootScanner(path: path, reader: reader)
    var problem: FileError?
    var first = true
    while !isStopped.withLock({ $0 }) {
      store.willLook(root: index)
      let changed = scanner.scan(now: now())
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
      Thread.sleep(forTimeInterval: Self.interval)
    }
  }
}
