import Logging
import Shared

/// The thread that fetches samples from the pollers every second and keeps them safe: in the queue for the root, or on local disk when
/// the root does not take them. It never touches the root, so it never hangs with it.
struct Keeper {
  /// Seconds that the root may be at one write before devices are told.
  static let journalPatience = 4.0
  /// The same of archives, which are many: after that much something hangs.
  static let archivePatience = 60.0

  let options: StorageService.Options
  let recorder: Recorder
  let time: TimeSource
  let logger: Logger
  let lines: LineQueue
  let batches: BatchQueue
  let spool: Spool
  let owner: SpoolOwner
  let journal: Worker
  let archive: Worker
  private var told: String?

  init(_ service: StorageService) {
    options = service.options
    recorder = service.recorder
    time = service.time
    logger = service.logger
    lines = service.lines
    batches = service.batches
    spool = service.spool
    owner = service.spoolOwner
    journal = service.journal
    archive = service.archive
  }

  mutating func run(_ worker: Worker) {
    while true {
      let now = time.steady
      // A little later than now, or a tick that came early would be followed by another at once.
      let next = options.grid.next(from: now + 0.02, phase: SampleGrid.journal, interval: 1)
      worker.pause(next - now)
      let isStopping = worker.isStopping
      fetch()
      journal.wake()
      archive.wake()
      if isStopping { return finish(worker) }
      handOver(isLast: false)
      tell()
    }
  }

  /// A clean stop: the root gets a moment for the last lines; then they are spooled.
  private func finish(_ worker: Worker) {
    let deadline = time.steady + options.stopLimit / 4
    while !lines.isEmpty, time.steady < deadline, lines.problem == nil, spool.isEmpty {
      journal.wake()
      worker.pause(0.02)
    }
    handOver(isLast: true)
  }

  private func fetch() {
    let now = SampleClock.rounded(time.epoch)
    var batch = recorder.take()
    lines.push(JournalLines.pack(batch.samples, now: now), steady: time.steady)
    lines.noteDropped(batch.dropped)
    batch.samples = []
    if spool.isEmpty {
      // Told once an outage is over: an event cannot be written before.
      for (device, count) in spool.takeLosses() {
        let text = "\(count) samples were given up while the root was away: the spool reached its limit of \(spool.limit) bytes"
        batch.events[device, default: []].append(EventLine(t: now, kind: .collector, text: text))
      }
    }
    batches.push(batch)
  }

  private func handOver(isLast: Bool) {
    let entries = lines.beginHandover(steady: time.steady, isLast: isLast)
    guard !entries.isEmpty else { return }
    let before = spool.status.problem
    do {
      try owner.take()
      try spool.append(entries.map(\.line), now: time.epoch, isLast: isLast)
      lines.endHandover([])
    } catch {
      lines.endHandover(entries)
      if before == nil { logger.error("The spool cannot be written", metadata: [LogKey.error: "\(error)"]) }
    }
  }

  /// Tells pollers, and the log once, whether what they find reaches the root.
  private mutating func tell() {
    var problems = batches.status.problems
    var general: String?
    if let problem = lines.problem {
      general = problem
    } else if lines.busy(steady: time.steady) > Self.journalPatience {
      general = "\(options.directory.path) does not answer: samples go to \(spool.folder)"
    } else if batches.busy(steady: time.steady) > Self.archivePatience {
      general = "\(options.directory.devices) does not answer: archives wait"
    }
    if let general { for device in recorder.reports.keys { problems[device] = general } }
    recorder.setStorageProblems(problems)
    guard general != told else { return }
    if let general {
      logger.error("Storage fails", metadata: [LogKey.error: "\(general)"])
    } else {
      logger.notice("Storage answers again", metadata: [LogKey.bytes: "\(spool.status.bytes)"])
    }
    told = general
  }
}
