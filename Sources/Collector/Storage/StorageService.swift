import Logging
import ServiceLifecycle
import Shared
import Synchronization

/// Everything that goes to the root. Three threads, so that nothing waits for what may hang: one fetches samples and touches local disk only
/// (``Keeper``), one writes journal and heartbeat, which must keep up with the second, and one archives, ledgers and the rest.
///
/// A sample goes from the queue, or through the spool, into the journal, and from there into archive and ledger: always in order, and each
/// of them ignores what it has already.
final class StorageService: Service {
  struct Options: Sendable {
    /// The root, and whether it is ours to create.
    var root: String
    var createsRoot = false
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
    /// The newest RouterOS versions that are known, by channel.
    var releases: @Sendable () -> [String: String]? = { nil }
    /// Seconds that a clean stop may take.
    var stopLimit = 8.0
  }

  /// The disk did not let us finish in time, and not everything could be spooled either.
  struct StopTimedOut: Error, CustomStringConvertible {
    var limit: Double
    var description: String { "storage did not finish within \(Int(limit)) s, and the spool did not take the last samples" }
  }

  /// Neither the root nor a place to wait for it.
  struct StartRefused: Error, CustomStringConvertible {
    var problem: String
    var spool: String
    var description: String { "\(problem); and without the root there is no spool either: \(spool)" }
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
  let access = RootAccess()
  let spoolOwner: SpoolOwner
  let memory: DeviceMemory?
  let admissions = Admissions()
  /// When sampling began without the root, epoch seconds.
  let isLocal = Mutex<Double?>(nil)
  private let opened: AsyncStream<[String: DevicePast]>
  private let openedBy: AsyncStream<[String: DevicePast]>.Continuation

  /// Looks at the spool only: ``open(within:)`` takes the root. Blocking on local disk.
  init(_ options: Options, recorder: Recorder, time: TimeSource, logger: Logger) throws {
    self.options = options
    self.recorder = recorder
    self.time = time
    self.logger = logger
    (opened, openedBy) = AsyncStream.makeStream()
    spoolOwner = SpoolOwner(spool: options.spool)
    // A root that we make ourselves is on this host, and is never away.
    memory = options.createsRoot ? nil : DeviceMemory(spool: options.spool)
    spool = try Spool(folder: options.spool, limit: options.spoolLimit, logger: logger)
  }

  /// Takes the collector's folder, creating it if need be; without the root, makes ready to go on from what this host knows.
  ///
  /// - Parameter limit: seconds after which a root that does not answer counts as away.
  /// - Throws: when the folder belongs to somebody else, or can never be used; or when there is no spool to make do with meanwhile.
  func open(within limit: Double = 10) async throws {
    archive.start("archive") {
      guard self.access.take(self.options, self.archive, self.time) != nil else { return }
      self.runArchive { pasts in
        self.openedBy.yield(pasts)
        self.openedBy.finish()
      }
    }
    switch await access.firstOutcome(within: limit) {
    case .taken: return
    case .refused(let error): throw error
    case .waiting: break
    }
    let problem = access.problem(options.root, steady: time.steady) ?? "\(options.root) does not answer"
    let pasts = try await BlockingWork.run("spool") { [self] in
      do { try spoolOwner.take() } catch {
        archive.stop()
        throw StartRefused(problem: problem, spool: String(describing: error))
      }
      return memory?.pasts(options.devices) ?? [:]
    }
    logger.error(
      "The root is away: sampling begins, and samples go to the spool until it is there",
      metadata: [LogKey.error: "\(problem)", LogKey.path: "\(spool.folder)"])
    isLocal.withLock { $0 = time.epoch }
    openedBy.yield(pasts)
  }

  /// What is known about each device, once the journal has been replayed and polling may begin; nothing when that is no longer wanted.
  func pasts() async -> [String: DevicePast]? {
    for await pasts in opened { return pasts }
    return nil
  }

  func run() async throws {
    journal.start("journal") { self.runJournal() }
    keeper.start("keeper") {
      var keeper = Keeper(self)
      keeper.run(self.keeper)
    }
    // Cancelled or asked to stop: what was sampled is written either way.
    let refusal = await waitForTheEnd()
    let isFinished = await finish()
    if let refusal { throw refusal }
    guard !isFinished else { return }
    // What is not in the root is in the spool: the next start goes on from there.
    guard lines.isEmpty else { throw StopTimedOut(limit: options.stopLimit) }
    logger.warning(
      "Storage did not finish in time: the next start goes on from journal and spool",
      metadata: [LogKey.bytes: "\(spool.status.bytes)", LogKey.path: "\(spool.folder)"])
  }

  /// Returns when it is time to stop: with an error when the root turned out not to be ours.
  private func waitForTheEnd() async -> (any Error)? {
    await withTaskGroup(of: (any Error)?.self) { group in
      group.addTask {
        try? await gracefulShutdown()
        return nil
      }
      group.addTask { [access] in
        for await error in access.refusals { return error }
        // The stream ends with the task only.
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
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
