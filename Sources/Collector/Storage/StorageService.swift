import Logging
import ServiceLifecycle
import Shared

/// Everything that goes to the root. Three threads, so that nothing waits for what may hang: one fetches samples and touches local disk only
/// (``Keeper``), one writes journal and heartbeat, which must keep up with the second, and one archives, ledgers and the rest.
///
/// A sample goes from the queue, or through the spool, into the journal, and from there into archive and ledger: always in order, and each
/// of them ignores what it has already.
final class StorageService: Service {
  struct Options: Sendable {
    var directory: CollectorDirectory
    var collector: String
    var host: String
    var pid: Int
    var sampleInterval: Double
    var flushInterval: Double
    var devices: [DeviceConfig]
    var grid: SampleGrid
    /// The folder of this collector's spool, on local disk.
    var spool: String
    /// Bytes that the spool may take.
    var spoolLimit: Int
    /// How the last reading of the configuration went.
    var configStatus: ConfigStatus
    /// Seconds that a clean stop may take.
    var stopLimit = 8.0
  }

  /// The disk did not let us finish in time, and not everything could be spooled either.
  struct StopTimedOut: Error, CustomStringConvertible {
    var limit: Double
    var description: String { "storage did not finish within \(Int(limit)) s, and the spool did not take the last samples" }
  }

  let options: Options
  let recorder: Recorder
  let time: TimeSource
  let logger: Logger
  let lines = LineQueue()
  let batches = BatchQueue()
  let spool: Spool
  let keeper = Worker()
  let journal = Worker()
  let archive = Worker()
  let lock: CollectorLock
  let admissions = Admissions()
  private let opened: AsyncStream<[String: DevicePast]>
  private let openedBy: AsyncStream<[String: DevicePast]>.Continuation

  /// Takes the collector's folder, creating it if need be. Blocking.
  init(_ options: Options, recorder: Recorder, time: TimeSource, logger: Logger) throws {
    self.options = options
    self.recorder = recorder
    self.time = time
    self.logger = logger
    (opened, openedBy) = AsyncStream.makeStream()
    try AtomicFile.createFolder(options.directory.path)
    lock = try CollectorLock(options.directory, host: options.host, pid: options.pid)
    try AtomicFile.createFolder(options.directory.live)
    try AtomicFile.createFolder(options.directory.devices)
    spool = try Spool(folder: options.spool, limit: options.spoolLimit, logger: logger)
  }

  /// What is known about each device, once the journal has been replayed and polling may begin; nothing when that is no longer wanted.
  func pasts() async -> [String: DevicePast]? {
    for await pasts in opened { return pasts }
    return nil
  }

  func run() async throws {
    archive.start("archive") {
      self.runArchive { pasts in
        self.openedBy.yield(pasts)
        self.openedBy.finish()
      }
    }
    journal.start("journal") { self.runJournal() }
    keeper.start("keeper") {
      var keeper = Keeper(self)
      keeper.run(self.keeper)
    }
    // Cancelled or asked to stop: what was sampled is written either way.
    try? await gracefulShutdown()
    guard await !finish() else { return }
    // What is not in the root is in the spool: the next start goes on from there.
    guard lines.isEmpty else { throw StopTimedOut(limit: options.stopLimit) }
    logger.warning(
      "Storage did not finish in time: the next start goes on from journal and spool",
      metadata: [LogKey.bytes: "\(spool.status.bytes)", LogKey.path: "\(spool.folder)"])
  }

  private func finish() async -> Bool {
    // Detached from this task's cancellation on purpose: stopping must run to its end, or to its limit.
    let work = Task.detached { [keeper, journal, archive, options] in
      keeper.stop()
      await keeper.waitUntilFinished()
      return await withTaskGroup(of: Bool.self) { group in
        group.addTask {
          journal.stop()
          await journal.waitUntilFinished()
          archive.stop()
          await archive.waitUntilFinished()
          return !Task.isCancelled
        }
        group.addTask {
          try? await Task.sleep(for: .seconds(options.stopLimit * 3 / 4))
          return false
        }
        let first = await group.next() ?? false
        group.cancelAll()
        return first
      }
    }
    return await work.value
  }
}
