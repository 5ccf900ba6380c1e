import Foundation
import HTTPService
import NIOCore
import Shared

/// Histories: what the archives hold, joined with the seconds that are only in the journal yet, over all replicas.
struct SeriesService: Sendable {
  /// A history and what kept it from being complete.
  struct Answer: Sendable {
    var series: Series
    var events: [EventLine]
    /// Older events of the window, beyond those given.
    var eventsLeftOut = 0
    /// Why an archive could not be read, although the answer has what the journal and other replicas know.
    var problem: String?
    /// Whose seconds these are.
    var shares: [Share] = []
  }

  /// Seconds of a history that come from one collector.
  struct Share: Sendable, Equatable {
    var collector: String
    var seconds: Double
  }

  /// One collector's knowledge of the interface.
  struct Replica: Sendable {
    var source: InterfaceView.Source
    var history: RateHistory
  }

  /// By root: a root that hangs takes its own threads only.
  private let pools: [BlockingPool]
  private let problems: ProblemBoard
  let outages = OutageIndex()
  let events: EventStore
  let sums: FleetSum
  let fleetEvents: FleetEvents

  init(
    pools: [BlockingPool], problems: ProblemBoard, now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
  ) {
    self.pools = pools
    self.problems = problems
    events = EventStore(problems: problems)
    sums = FleetSum(pools: pools, problems: problems, now: now)
    fleetEvents = FleetEvents(pools: pools, store: events, now: now)
  }

  /// The pool for work on this root.
  func pool(_ root: Int) -> BlockingPool { pools[root] }

  /// Runs `body` for each root in the list, at the same time, each on its root's threads.
  func all<Value: Sendable>(
    _ roots: [Int], _ body: @escaping @Sendable (Int) throws -> Value
  ) async -> [Result<Value, any Error>] {
    await withTaskGroup(of: (Int, Result<Value, any Error>).self) { group in
      for (index, root) in roots.enumerated() {
        let pool = pool(root)
        group.addTask {
          do { return (index, .success(try await pool.run { try body(index) })) } catch { return (index, .failure(error)) }
        }
      }
      var results: [Int: Result<Value, any Error>] = [:]
      for await (index, result) in group { results[index] = result }
      return roots.indices.map { results[$0] ?? .failure(CancellationError()) }
    }
  }

  /// The history of an interface, with the events in its window that concern it.
  ///
  /// - Parameter grid: the steps to use; `nil`: those that suit the archives.
  /// - Throws: 503 when no replica answers in time.
  func answer(
    device: String, _ interface: InterfaceView, window: TimeWindow, points: Int, grid: SeriesGrid? = nil
  ) async throws -> Answer {
    let everyone = zip(interface.sources, interface.histories).map { Replica(source: $0, history: $1) }
    // Nobody waits for a root that hangs while another has the interface too.
    let answering = everyone.filter(\.source.isAnswering)
    let replicas = answering.isEmpty ? everyone : answering
    var (told, told503) = await told(replicas, device: device, window: window)
    if told.isEmpty {
      throw told503 ?? HTTPProblem.unavailable("no collector has a history of this interface")
    }
    var answer: Answer
    while true {
      do {
        answer = try await joined(told.map(\.replica), device: device, window: window, points: points, grid: grid)
        break
      } catch let silence as SeriesMerge.Silence {
        // A root may hang between two reads: what the others know is still an answer.
        told.remove(at: silence.replica)
        if told.isEmpty { throw silence.error }
      }
    }
    var merge = EventMerge()
    for (replica, reading) in told {
      let own = reading.events.filter { $0.interface == nil || $0.interface == replica.source.key }
      merge.add(own.map { (line: $0, interface: $0.interface.map { _ in interface.key }) }, of: replica.source.collector)
      answer.eventsLeftOut = max(answer.eventsLeftOut, reading.leftOut)
      answer.problem = answer.problem ?? reading.problem
    }
    answer.events = merge.entries.map(\.line)
    if replicas.count < everyone.count || told.count < replicas.count {
      answer.problem = answer.problem ?? "a root does not answer: what only its collectors know is missing"
    }
    return answer
  }

  /// The history that these know together, of which there is one at least.
  private func joined(
    _ replicas: [Replica], device: String, window: TimeWindow, points: Int, grid: SeriesGrid?
  ) async throws -> Answer {
    if replicas.count == 1 {
      return try await single(replicas[0], device: device, window: window, points: points, grid: grid)
    }
    var merge = SeriesMerge(service: self, replicas: replicas, device: device, window: window, points: points)
    merge.grid = grid
    return try await merge.answer()
  }

  /// The replicas whose root answers, with the events of the window; and why the others do not.
  private func told(
    _ replicas: [Replica], device: String, window: TimeWindow
  ) async -> ([(replica: Replica, reading: EventFile.Reading)], (any Error)?) {
    let store = events
    let results = await all(replicas.map(\.source.root)) { index -> EventFile.Reading in
      let source = replicas[index].source
      return source.isReadable ? store.read(source.directory, device: device, window: window) : EventFile.Reading()
    }
    var told: [(Replica, EventFile.Reading)] = []
    var failure: (any Error)?
    for (replica, result) in zip(replicas, results) {
      switch result {
      case .success(let reading): told.append((replica, reading))
      case .failure(let error): failure = failure ?? error
      }
    }
    return (told, failure)
  }

  private func single(
    _ replica: Replica, device: String, window: TimeWindow, points: Int, grid: SeriesGrid?
  ) async throws -> Answer {
    let (builder, problem) = try await pool(replica.source.root).run { [self] in
      try read(replica, device: device, fallback: grid ?? Self.grid(window, points)) { reader, path throws(ArchiveError) in
        if let grid { return try reader.builder(at: path, grid: grid) }
        return try reader.builder(at: path, from: window.from, to: window.to, points: points)
      }
    }
    return Answer(
      series: builder.finish(), events: [], problem: problem,
      shares: [Share(collector: replica.source.collector, seconds: builder.knownSeconds)])
  }

  /// The steps where no archive says which would suit.
  static func grid(_ window: TimeWindow, _ points: Int) -> SeriesGrid {
    SeriesGrid(from: window.from, to: window.to, step: max(1, window.seconds / points))
  }

  /// One replica's history with its own live seconds. Blocking.
  ///
  /// An archive that is not there was not flushed yet; of a broken one there is what the memory holds, and the rest is unknown.
  func read(
    _ replica: Replica, device: String, fallback: SeriesGrid,
    _ body: (SeriesReader, String) throws(ArchiveError) -> SeriesBuilder
  ) throws -> (SeriesBuilder, problem: String?) {
    var builder = SeriesBuilder(grid: fallback)
    var problem: String?
    if replica.source.isReadable {
      let path = replica.source.directory.archive(replica.source.key)
      do throws(ArchiveError) {
        builder = try body(SeriesReader(), path)
        problems.clear(path: path)
      } catch {
        if error.code == .missing { problems.clear(path: path) } else { problem = report(error, path: path, device: device) }
      }
    } else {
      problem = "\(replica.source.directory.path): not a folder"
    }
    let written = builder.lastTime
    for (second, rates) in replica.history.known(after: builder.grid.step == 1 ? builder.grid.t0 : written) {
      if second > written {
        builder.add(time: second, rx: rates.rx, tx: rates.tx)
      } else {
        builder.fill(time: second, rx: rates.rx, tx: rates.tx)
      }
    }
    return (builder, problem)
  }

  func report(_ error: ArchiveError, path: String, device: String) -> String {
    problems.report(error.description, path: path, device: device)
    return error.description
  }
}
