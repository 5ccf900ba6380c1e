import Logging
import Shared

/// The thread that writes journal and heartbeat.
extension StorageService {
  /// Seconds of one round that may go to emptying the spool: the heartbeat comes every two.
  private static let drainBudget = 1.0

  func runJournal() {
    while access.lock == nil {
      if journal.isStopping { return }
      lines.problem = access.problem(options.root, steady: time.steady)
      journal.pause(1)
    }
    lines.problem = nil
    let isNetwork = lines.working(at: time.steady) { FileSystemKind.isNetwork(options.directory.path) }
    let writer = JournalWriter(options.directory, lock: access.lock, isNetwork: isNetwork, logger: logger)
    var heartbeat = HeartbeatWriter(options, started: time.epoch, logger: logger)
    var beaten = -Double.infinity
    var pruned = time.steady
    while true {
      let isStopping = journal.isStopping
      if batches.isOpen { bringLines(writer, isStopping: isStopping) }
      // A little less than two seconds: rounds do not come to the microsecond.
      if time.steady - beaten >= 1.9 || isStopping {
        beaten = time.steady
        lines.working(at: beaten) {
          heartbeat.write(recorder.reports, storageState(), now: time.epoch, steady: time.steady)
        }
      }
      if time.steady - pruned >= 60 {
        pruned = time.steady
        lines.working(at: pruned) { writer.prune(now: time.epoch, floor: batches.floor(now: time.epoch)) }
      }
      if isStopping { return }
      journal.pause(1)
    }
  }

  /// Brings to the journal what waits: the spool first, since it is older.
  private func bringLines(_ writer: JournalWriter, isStopping: Bool) {
    let deadline = time.steady + (isStopping ? options.stopLimit / 4 : Self.drainBudget)
    do throws(FileError) {
      var moved = 0
      while time.steady < deadline, let file = spool.takeOldest() {
        moved += try move(file, writer)
      }
      if moved > 0 { logger.info("Spooled lines are in the journal", metadata: [LogKey.count: "\(moved)"]) }
      let entries = lines.snapshot(spool: spool)
      if !entries.isEmpty {
        try working { () throws(FileError) in try writer.append(entries.map(\.line), now: time.epoch) }
        // What has been spooled meanwhile comes again from there.
        batches.push(lines.written(entries).map(\.line))
        archive.wake()
      }
      lines.problem = nil
    } catch {
      lines.problem = error.description
    }
  }

  /// Moves a file of the spool into the journal.
  /// - Returns: how many lines it had.
  private func move(_ file: Spool.File, _ writer: JournalWriter) throws(FileError) -> Int {
    let found: [LiveLine]
    do throws(FileError) { found = try spool.lines(file) } catch {
      logger.error("A spool file cannot be read", metadata: [LogKey.error: "\(error)"])
      if error.code == .missing { try spool.remove(file) } else { try spool.putAside(file, now: time.epoch) }
      return 0
    }
    do throws(FileError) {
      try working { () throws(FileError) in try writer.appendMissing(found, now: time.epoch) }
    } catch {
      spool.putBack(file)
      throw error
    }
    batches.push(found)
    archive.wake()
    try spool.remove(file)
    return found.count
  }

  private func working(_ body: () throws(FileError) -> Void) throws(FileError) {
    let failure = lines.working(at: time.steady) { () -> FileError? in
      do throws(FileError) {
        try body()
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  /// How writing to the root goes.
  func storageState() -> Heartbeat.Storage {
    let status = batches.status
    let spooled = spool.status
    var storage = Heartbeat.Storage()
    storage.spoolBytes = spooled.bytes
    storage.spoolDroppedSamples = spooled.droppedSamples
    storage.droppedSamples = status.droppedRows + lines.droppedSamples
    storage.flushSeconds = status.flushSeconds
    let hung =
      batches.busy(steady: time.steady) > Keeper.archivePatience
      ? "\(options.directory.devices) does not answer: archives wait" : nil
    storage.lastError = lines.problem ?? hung ?? status.problems.min { $0.key < $1.key }?.value ?? spooled.problem
    storage.pendingSamples = status.pendingRows
    storage.freeBytes = status.space?.disk.free
    storage.neededBytes = status.space?.needed
    storage.reservedBytes = status.space?.reserve
    return storage
  }
}
