import Logging
import Shared
import Synchronization

extension Archivist {
  private enum Outcome { case written, locked, deferred, failed }

  /// Writes the waiting rows of these slots. A locked archive is tried a few times in the round, since a reader holds its lock for less than a
  /// millisecond, and again in the next.
  mutating func flushArchives(_ places: [Int], now: Double, creationBudget: Double) {
    var left = places
    var spent = 0.0
    for _ in 0..<20 {
      var locked: [Int] = []
      for place in left where flushArchive(place, now: now, creationBudget - spent, &spent) == .locked { locked.append(place) }
      left = locked
      if left.isEmpty { return }
    }
    for place in left {
      let since = slots[place].lockedSince ?? now
      slots[place].lockedSince = since
      if now - since > 60 {
        fail(slots[place].path, slots[place].device, "\(slots[place].path): locked by another process for \(Int(now - since)) s")
      }
    }
  }

  private mutating func flushArchive(_ place: Int, now: Double, _ budget: Double, _ spent: inout Double) -> Outcome {
    let slot = slots[place]
    let rows = slot.store.rows
    guard let first = rows.first else { return .written }
    do throws(ArchiveError) {
      do throws(ArchiveError) {
        try writer.append(rows, to: slot.path)
      } catch {
        guard try clear(place, error, now: now) else { throw error }
        guard let retention = slot.retention else {
          // Nothing new for a device that is not configured any more.
          slots[place].store.archived(rows.count)
          return .written
        }
        guard budget > 0 else { return .deferred }
        let began = time.steady
        if space == nil { surveySpace() }
        try checkSpace(place, retention.bytes, now: now)
        try create(slot, retention, start: first.time - 1)
        archiveBegan(place, retention.bytes)
        spent += time.steady - began
        try writer.append(rows, to: slot.path)
      }
      slots[place].store.archived(rows.count)
      slots[place].lockedSince = nil
      succeed(slot.path)
      return .written
    } catch {
      if error.code == .locked || error.code == .busy { return .locked }
      slots[place].lockedSince = nil
      fail(slot.path, slot.device, error)
      return .failed
    }
  }

  /// Whether the way is clear for a new archive: there is none, or what stood there has been put aside.
  private mutating func clear(_ place: Int, _ error: ArchiveError, now: Double) throws(ArchiveError) -> Bool {
    switch error.code {
    case .missing: return true
    case .corrupt, .foreign, .notRegularFile: break
    case .permission, .exists, .locked, .busy, .full, .badPath, .badRequest, .io, .drawing: return false
    }
    let slot = slots[place]
    do throws(FileError) {
      let moved = try Quarantine.move(slot.path, word: "corrupt", now: now)
      slots[place].store.archiveWasReplaced()
      report(.schema, slot.device, key: slot.key, "\(error.detail): put aside as \(moved), a new archive begins", now: now)
      return true
    } catch {
      throw ArchiveError(.io, path: slot.path, detail: error.description)
    }
  }

  private func create(_ slot: Slot, _ retention: Retention, start: Int) throws(ArchiveError) {
    do throws(FileError) {
      try AtomicFile.createFolder(slot.ledger.directory.interfaces)
    } catch {
      throw ArchiveError(error.code == .permission ? .permission : .io, path: slot.path, detail: error.description)
    }
    try writer.create(at: slot.path, retention: retention, start: start)
    logger.info("Archive begun", metadata: [LogKey.path: "\(slot.path)"])
  }

  /// Writes finished rows of ledgers, several files at a time: each has to be synced.
  mutating func flushLedgers(now: Double) {
    let places = slots.indices.filter { !slots[$0].store.ledgerRows.isEmpty }
    guard !places.isEmpty else { return }
    let jobs = places.map { (ledger: slots[$0].ledger, rows: slots[$0].store.ledgerRows) }
    let results = Results(count: jobs.count)
    Parallel.forEach(jobs.count) { index in
      var outcome = jobs[index].ledger.append(jobs[index].rows)
      if let failure = outcome.failure, failure.code == .notRegular,
        (try? Quarantine.move(failure.path, word: "foreign", now: now)) != nil
      {
        let rest = jobs[index].ledger.append(Array(jobs[index].rows.dropFirst(outcome.written)))
        outcome = (outcome.written + rest.written, rest.failure)
      }
      results.set(index, outcome.written, outcome.failure)
    }
    for (index, place) in places.enumerated() {
      let (written, failure) = results.get(index)
      slots[place].store.ledgerWritten(written)
      let path = slots[place].ledger.directory.ledger(slots[place].key)
      if let failure { fail(path, slots[place].device, failure) } else { succeed(path) }
    }
  }

  /// Answers of parallel writes.
  private final class Results: Sendable {
    private let all: Mutex<[(Int, FileError?)]>
    init(count: Int) { all = Mutex(Array(repeating: (0, nil), count: count)) }
    func set(_ index: Int, _ written: Int, _ failure: FileError?) { all.withLock { $0[index] = (written, failure) } }
    func get(_ index: Int) -> (Int, FileError?) { all.withLock { $0[index] } }
  }

  /// Writes what pollers published about their devices.
  mutating func flushFiles(now: Double) {
    for (device, published) in files {
      let directory = options.directory.device(device)
      let file = rootFiles[device].map { published.keeping($0) } ?? published
      if write(
        directory.deviceFile, in: directory, device, now: now, { () throws(FileError) in try file.write(directory.deviceFile) })
      {
        files[device] = nil
        rememberLocally(file)
      }
    }
    for (device, text) in metrics {
      let directory = options.directory.device(device)
      let isWritten = write(directory.metrics, in: directory, device, now: now) { () throws(FileError) in
        try AtomicFile.replace(directory.metrics, with: text, durability: .atomic)
      }
      if isWritten { metrics[device] = nil }
    }
    for (device, file) in tables {
      let directory = options.directory.device(device)
      if write(directory.tables, in: directory, device, now: now, { () throws(FileError) in try file.write(directory.tables) }) {
        tables[device] = nil
      }
    }
    for (device, lines) in events { flushEvents(device, lines, now: now) }
  }

  /// One by one, so that a failure leaves only what has not been written.
  private mutating func flushEvents(_ device: String, _ lines: [EventLine], now: Double) {
    let directory = options.directory.device(device)
    for (index, line) in lines.enumerated() {
      let isWritten = write(directory.events(monthOf: Int(line.t)), in: directory, device, now: now) { () throws(FileError) in
        try EventFile.append([line], to: directory)
      }
      if !isWritten {
        events[device] = Array(lines.dropFirst(index).suffix(Recorder.eventLimit))
        return
      }
    }
    events[device] = nil
  }

  private mutating func write(
    _ path: String, in directory: DeviceDirectory, _ device: String, now: Double, _ body: () throws(FileError) -> Void
  ) -> Bool {
    do throws(FileError) {
      do throws(FileError) {
        try Quarantine.clearing(path, now: now, body)
      } catch  where error.code == .missing {
        try AtomicFile.createFolder(directory.path)
        try body()
      }
      succeed(path)
      return true
    } catch {
      fail(path, device, error)
      return false
    }
  }
}
