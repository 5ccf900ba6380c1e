import Shared
import Synchronization

/// Journal lines on their way to the root. The thread that brings them touches no root; the thread that writes them may hang there.
///
/// A line is either here or in the spool. While anything is in the spool new lines follow it there, so that the journal keeps its order.
final class LineQueue: Sendable {
  struct Entry: Sendable {
    var number: Int
    var line: LiveLine
    /// When it came, steady seconds.
    var since: Double

    var readings: Int { line.devices.values.reduce(0) { $0 + $1.interfaces.count } }
  }

  private struct State: Sendable {
    var entries: [Entry] = []
    /// Readings in `entries`.
    var readings: Int { entries.reduce(0) { $0 + $1.readings } }
    var next = 0
    var isSpooling = false
    /// Lines are between here and the spool.
    var isHandingOver = false
    /// Why the root refuses; `nil` when it does not.
    var problem: String?
    /// Since when the root has been at one piece of work, steady seconds.
    var busySince: Double?
    var droppedSamples = 0
  }

  /// Seconds that a line waits for the root until it is spooled.
  static let patience = 1.5
  /// Readings of interfaces kept here when neither root nor spool takes them: some 60 MB.
  static let limit = 300_000

  private let state = Mutex(State())

  func push(_ lines: [LiveLine], steady: Double) {
    state.withLock { state in
      for line in lines {
        state.entries.append(Entry(number: state.next, line: line, since: steady))
        state.next += 1
      }
      var surplus = state.readings - Self.limit
      while surplus > 0, state.entries.count > 1 {
        let lost = state.entries.removeFirst()
        surplus -= lost.readings
        state.droppedSamples += lost.line.devices.count
      }
    }
  }

  /// Samples that did not even come this far.
  func noteDropped(_ count: Int) { state.withLock { $0.droppedSamples += count } }

  // MARK: Towards the spool

  /// What is to be spooled now; ``endHandover(_:)`` must follow when there is something.
  func beginHandover(steady: Double, isLast: Bool) -> [Entry] {
    state.withLock { state in
      let isLate = state.entries.first.map { steady - $0.since >= Self.patience } ?? false
      guard !state.entries.isEmpty, isLast || isLate || state.isSpooling || state.problem != nil else { return [] }
      let entries = state.entries
      state.entries = []
      state.isHandingOver = true
      state.isSpooling = true
      return entries
    }
  }

  /// - Parameter rest: what the spool did not take.
  func endHandover(_ rest: [Entry]) {
    state.withLock { state in
      state.entries = rest + state.entries
      state.isHandingOver = false
    }
  }

  // MARK: Towards the root

  /// What may be written to the journal now; nothing while older lines are in the spool.
  func snapshot(spool: Spool) -> [Entry] {
    state.withLock { state in
      guard !state.isHandingOver, spool.isEmpty else { return [] }
      state.isSpooling = false
      return state.entries
    }
  }

  /// These stand in the journal.
  /// - Returns: those that have not been spooled meanwhile.
  func written(_ entries: [Entry]) -> [Entry] {
    guard let last = entries.last else { return [] }
    return state.withLock { state in
      let done = state.entries.prefix { $0.number <= last.number }
      state.entries.removeFirst(done.count)
      return Array(done)
    }
  }

  /// Runs a piece of work in the root, and tells others how long it has been at it.
  func working<Value>(at steady: Double, _ body: () -> Value) -> Value {
    state.withLock { $0.busySince = steady }
    defer { state.withLock { $0.busySince = nil } }
    return body()
  }

  var problem: String? {
    get { state.withLock { $0.problem } }
    set { state.withLock { $0.problem = newValue } }
  }

  /// Seconds that the root has been at one piece of work.
  func busy(steady: Double) -> Double { state.withLock { $0.busySince.map { steady - $0 } ?? 0 } }

  var isEmpty: Bool { state.withLock { $0.entries.isEmpty && !$0.isHandingOver } }
  var droppedSamples: Int { state.withLock { $0.droppedSamples } }
}
