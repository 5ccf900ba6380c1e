import HTTPService
import NIOCore
import Shared

/// Histories: what the archives hold, joined with the seconds that are only in the journal yet, over all replicas.
struct SeriesService: Sendable {
  /// A history and what kept it from being complete.
  struct Answer: Sendable {
    var series: Series
    var events: [EventLine]
    /// Why an archive could not be read, although the answer has what the journal and other replicas know.
    var problem: String?
  }

  private struct Part: Sendable {
    var builder: SeriesBuilder
    var events: [EventLine]
    var problem: String?
  }

  /// By root: a root that hangs takes its own threads only.
  private let pools: [BlockingPool]
  private let problems: ProblemBoard
  let sums: FleetSum
  let now: @Sendable () -> Double

  init(pools: [BlockingPool], problems: ProblemBoard, now: @escaping @Sendable () -> Double) {
    self.pools = pools
    self.problems = problems
    self.now = now
    sums = FleetSum(pools: pools, problems: problems, now: now)
  }

  /// The pool for work on this root.
  func pool(_ root: Int) -> BlockingPool { pools[root] }

  /// The history of an interface, with the events in its window that concern it.
  ///
  /// - Parameter grid: the steps to use; `nil`: those that suit the archive.
  /// - Throws: 503 when no replica answers in time.
  func answer(
    device: String, _ interface: InterfaceView, window: TimeWindow, points: Int, grid: SeriesGrid? = nil
  ) async throws -> Answer {
    var merged: SeriesBuilder?
    var events: [EventLine]?
    var problem: String?
    var failure: (any Error)?
    for (source, history) in zip(interface.sources, interface.histories) {
      do {
        let grid = merged?.grid ?? grid
        let board = problems
        let part = try await pool(source.root).run {
          try Self.part(source, history, window: window, points: points, grid: grid, board: board, device: device)
        }
        if merged == nil { merged = part.builder } else { merged?.fillGaps(from: part.builder) }
        events = events ?? part.events
        problem = problem ?? part.problem
      } catch {
        // Another replica may answer; only when none does, the reason is told.
        failure = failure ?? error
      }
    }
    guard let merged else { throw failure ?? HTTPProblem.unavailable("no collector has a history of this interface") }
    return Answer(series: merged.finish(), events: events ?? [], problem: problem)
  }

  /// One replica's history with its own live seconds. Blocking.
  private static func part(
    _ source: InterfaceView.Source, _ history: RateHistory, window: TimeWindow, points: Int, grid: SeriesGrid?,
    board: ProblemBoard, device: String
  ) throws -> Part {
    guard source.isReadable else {
      let step = max(1, window.seconds / points)
      var builder = SeriesBuilder(grid: grid ?? SeriesGrid(from: window.from, to: window.to, step: step))
      for (second, rates) in history.known(after: 0) { builder.add(time: second, rx: rates.rx, tx: rates.tx) }
      return Part(builder: builder, events: [], problem: "\(source.directory.path): not a folder")
    }
    let path = source.directory.archive(source.key)
    var builder: SeriesBuilder
    var problem: String?
    do throws(ArchiveError) {
      builder = try archive(at: path, window: window, points: points, grid: grid)
      board.clear(path: path)
    } catch {
      // Not there: not flushed yet. Broken: what there is, is in memory, and the rest is unknown.
      let step = max(1, window.seconds / points)
      builder = SeriesBuilder(grid: grid ?? SeriesGrid(from: window.from, to: window.to, step: step))
      if error.code == .missing {
        board.clear(path: path)
      } else {
        problem = error.description
        board.report(error.description, path: path, device: device)
      }
    }
    for (second, rates) in history.known(after: builder.lastTime) { builder.add(time: second, rx: rates.rx, tx: rates.tx) }
    let events: [EventLine]
    do throws(FileError) {
      events = try EventFile.read(source.directory, from: Double(window.from), to: Double(window.to))
      board.clear(path: source.directory.events)
    } catch {
      events = []
      problem = problem ?? error.description
      board.report(error.description, path: source.directory.events, device: device)
    }
    return Part(
      builder: builder, events: events.filter { $0.interface == nil || $0.interface == source.key }, problem: problem)
  }

  private static func archive(
    at path: String, window: TimeWindow, points: Int, grid: SeriesGrid?
  ) throws(ArchiveError) -> SeriesBuilder {
    let reader = SeriesReader()
    if let grid { return try reader.builder(at: path, grid: grid) }
    let builder = try reader.builder(at: path, from: window.from, to: window.to, points: points)
    guard builder.grid.count > 2 * points else { return builder }
    // The window's edges do not meet the steps, which made one step more than promised: twice the step is half the count.
    let coarser = SeriesGrid(from: window.from, to: window.to, step: builder.grid.step * 2)
    return try reader.builder(at: path, grid: coarser)
  }
}
