import Logging
import ServiceLifecycle
import Shared
import Synchronization

/// Everything that goes to the root: a thread for journal and heartbeat, which must keep up with the second, and one for archives,
/// ledgers and the rest, which may take its time.
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
    /// How the last reading of the configuration went.
    var configStatus: ConfigStatus
    /// Seconds that a clean stop may take.
    var stopLimit = 8.0
  }

  /// The disk did not let us finish in time. Nothing is lost: the journal is replayed at the next start.
  struct StopTimedOut: Error, CustomStringConvertible {
    var limit: Double
    var description: String { "storage did not finish within \(Int(limit)) s: the rest is written at the next start" }
  }

  private let options: Options
  private let recorder: Recorder
  private let time: TimeSource
  private let logger: Logger
  private let lock: CollectorLock
  let admissions = Admissions()
  private let queue = BatchQueue()
  private let journal = Worker()
  private let archive = Worker()
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
    lock = try CollectorLock(options.directory, host: options.host, pid: options.pid, now: time.epoch)
    try AtomicFile.createFolder(options.directory.live)
    try AtomicFile.createFolder(options.directory.devices)
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
    // Cancelled or asked to stop: what was sampled is written either way.
    try? await gracefulShutdown()
    let finished = await finish()
    guard finished else { throw StopTimedOut(limit: options.stopLimit) }
  }

  private func finish() async -> Bool {
    // Detached from this task's cancellation on purpose: stopping must run to its end, or to its limit.
    let work = Task.detached { [journal, archive, options] in
      await withTaskGroup(of: Bool.self) { group in
        group.addTask {
          journal.stop()
          await journal.waitUntilFinished()
          archive.stop()
          await archive.waitUntilFinished()
          return !Task.isCancelled
        }
        group.addTask {
          try? await Task.sleep(for: .seconds(options.stopLimit))
          return false
        }
        let first = await group.next() ?? false
        group.cancelAll()
        return first
      }
    }
    return await work.value
  }

  // MARK: Journal and heartbeat

  private func runJournal() {
    var writer = JournalWriter(
      options.directory, isNetwork: FileSystemKind.isNetwork(options.directory.path), logger: logger)
    var heartbeat = HeartbeatWriter(options, started: time.epoch, logger: logger)
    heartbeat.write(recorder.reports, storage(writer), now: time.epoch, steady: time.steady)
    var ticks = 0
    while true {
      let now = time.steady
      // A little later than now, or a tick that came early would be followed by another at once.
      let next = options.grid.next(from: now + 0.02, phase: SampleGrid.journal, interval: 1)
      journal.pause(next - now)
      let isStopping = journal.isStopping
      ticks += 1
      tick(&writer)
      if ticks % 2 == 0 || isStopping {
        heartbeat.write(recorder.reports, storage(writer), now: time.epoch, steady: time.steady)
      }
      if ticks % 60 == 0 { writer.prune(now: time.epoch, floor: queue.status.floor) }
      if isStopping { return }
    }
  }

  private func tick(_ writer: inout JournalWriter) {
    let before = writer.problem?.description
    let now = SampleClock.rounded(time.epoch)
    let batch = recorder.take()
    writer.append(JournalLines.pack(batch.samples, now: now), now: now)
    queue.push(batch)
    archive.wake()
    if let problem = writer.problem?.description, problem != before {
      logger.error("The journal cannot be written", metadata: [LogKey.error: "\(problem)"])
    } else if writer.problem == nil, before != nil {
      logger.notice("The journal is written again")
    }
    var problems = queue.status.problems
    if let problem = writer.problem { for device in options.devices { problems[device.name] = problem.description } }
    recorder.setStorageProblems(problems)
  }

  private func storage(_ writer: JournalWriter) -> Heartbeat.Storage {
    let status = queue.status
    var storage = Heartbeat.Storage()
    storage.spoolBytes = 0
    storage.lastError = writer.problem?.description ?? status.problems.min { $0.key < $1.key }?.value
    storage.pendingSamples = status.pendingRows
    return storage
  }

  // MARK: Archives

  private func runArchive(_ opened: ([String: DevicePast]) -> Void) {
    let retentions = Dictionary(options.devices.map { ($0.name, $0.retention) }) { $1 }
    var archivist = Archivist(
      Archivist.Options(
        directory: options.directory, retentions: retentions, flushInterval: max(1, Int(options.flushInterval.rounded())),
        sampleInterval: options.sampleInterval),
      time: time, logger: logger)
    let pasts = archivist.restore(options.devices, now: time.epoch)
    queue.status = BatchQueue.Status(archivist, now: time.epoch)
    opened(pasts)
    var next = time.steady + 1
    while true {
      archive.pause(next - time.steady)
      let isStopping = archive.isStopping
      for batch in queue.take() { archivist.take(batch, now: time.epoch) }
      admissions.serve(&archivist, now: time.epoch)
      if isStopping {
        archivist.finish(now: time.epoch, deadline: time.steady + options.stopLimit * 0.8)
        return
      }
      guard time.steady >= next else { continue }
      next = max(next + 1, time.steady)
      archivist.tick(now: time.epoch)
      queue.status = BatchQueue.Status(archivist, now: time.epoch)
    }
  }
}

/// What the journal's thread hands to the archives', and what it hears back.
final class BatchQueue: Sendable {
  struct Status: Sendable {
    var pendingRows = 0
    /// The journal is needed from this time on.
    var floor: Double?
    /// What could not be written, by device.
    var problems: [String: String] = [:]

    init() {}

    init(_ archivist: Archivist, now: Double) {
      pendingRows = archivist.pendingRows
      floor = archivist.journalFloor ?? now
      for (device, message) in archivist.problems.values { problems[device] = message }
    }
  }

  private let batches = Mutex<[Recorder.Batch]>([])
  private let shared = Mutex(Status())

  var status: Status {
    get { shared.withLock { $0 } }
    set { shared.withLock { $0 = newValue } }
  }

  /// Ten minutes wait at most: the journal has them all.
  func push(_ batch: Recorder.Batch) {
    batches.withLock {
      $0.append(batch)
      if $0.count > 600 { $0[$0.count - 601].samples = [] }
    }
  }

  func take() -> [Recorder.Batch] {
    batches.withLock {
      let all = $0
      $0 = []
      return all
    }
  }
}
