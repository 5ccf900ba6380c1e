import Shared
import Synchronization

/// What stands in the journal and waits for archives and ledgers, and what their thread says about it.
final class BatchQueue: Sendable {
  struct Status: Sendable {
    var pendingRows = 0
    var droppedRows = 0
    /// Seconds of the last round of writes.
    var flushSeconds: Double?
    /// The journal is needed from this time on.
    var floor: Double?
    /// What could not be written, by device.
    var problems: [String: String] = [:]
    /// What space there is, once it was looked at.
    var space: SpacePlan?

    init() {}

    init(_ archivist: Archivist, now: Double) {
      pendingRows = archivist.pendingRows
      droppedRows = archivist.droppedRows
      flushSeconds = archivist.flushSeconds
      floor = archivist.journalFloor ?? now
      space = archivist.space
      for (device, message) in archivist.problems.values { problems[device] = message }
    }
  }

  private struct State: Sendable {
    var lines: [LiveLine] = []
    var rest = Recorder.Batch()
    /// Lines were left out here: they are to be read from the journal, from this time on.
    var missedSince: Double?
    /// The oldest time that was taken and is not in ``status`` yet.
    var takenSince: Double?
    var status = Status()
    /// Since when the thread has been at one round of work, steady seconds.
    var busySince: Double?
    var isOpen = false
  }

  /// What is to be done next.
  struct Work: Sendable {
    var lines: [LiveLine] = []
    /// Files, metrics and events; no samples.
    var rest = Recorder.Batch()
    /// The journal from this time on comes first.
    var missedSince: Double?
  }

  /// Lines that wait in memory; beyond, the journal has them.
  static let limit = 600
  private let state = Mutex(State())

  var status: Status { state.withLock { $0.status } }

  /// Everything taken so far is part of `status`.
  func finished(_ status: Status) {
    state.withLock {
      $0.status = status
      $0.takenSince = nil
    }
  }

  /// Whether the journal has been replayed: until then nothing may be added to it.
  var isOpen: Bool { state.withLock { $0.isOpen } }

  func open() { state.withLock { $0.isOpen = true } }

  /// Seconds that the thread has been at one round of work.
  func busy(steady: Double) -> Double { state.withLock { $0.busySince.map { steady - $0 } ?? 0 } }

  func setBusy(since steady: Double?) { state.withLock { $0.busySince = steady } }

  /// The oldest time whose journal is needed.
  func floor(now: Double) -> Double {
    state.withLock { state in
      [state.status.floor, state.takenSince, state.missedSince, state.lines.first.map { $0.oldest }].compactMap { $0 }.min()
        ?? now
    }
  }

  /// Lines that stand in the journal.
  func push(_ lines: [LiveLine]) {
    state.withLock { state in
      state.lines += lines
      guard state.lines.count > Self.limit else { return }
      let oldest = state.lines.lazy.map(\.oldest).min()
      state.missedSince = [state.missedSince, oldest].compactMap { $0 }.min()
      state.lines = []
    }
  }

  /// What is no sample goes past the journal.
  func push(_ batch: Recorder.Batch) {
    state.withLock { state in
      state.rest.files.merge(batch.files) { $1 }
      state.rest.metrics.merge(batch.metrics) { $1 }
      state.rest.tables.merge(batch.tables) { $1 }
      for (device, lines) in batch.events {
        state.rest.events[device] = Array((state.rest.events[device, default: []] + lines).suffix(Recorder.eventLimit))
      }
    }
  }

  func take() -> Work {
    state.withLock { state in
      let oldest = [state.takenSince, state.missedSince, state.lines.lazy.map(\.oldest).min()].compactMap { $0 }.min()
      let work = Work(lines: state.lines, rest: state.rest, missedSince: state.missedSince)
      state.takenSince = oldest
      state.lines = []
      state.rest = Recorder.Batch()
      state.missedSince = nil
      return work
    }
  }
}

extension LiveLine {
  /// The time of its oldest sample.
  fileprivate var oldest: Double { devices.values.lazy.map(\.time).min() ?? time }
}
