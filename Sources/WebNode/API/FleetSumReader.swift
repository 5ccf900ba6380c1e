import HTTPService
import Shared

/// Reads many archives on one grid and adds them up, a slab at a time, so that memory does not grow with their number.
struct FleetSumReader: Sendable {
  struct Result: Sendable {
    var series: Series
    /// What could not be read, in words.
    var problem: String?
    /// Some storage did not answer.
    var isPartial: Bool
    /// Archives read.
    var readings: Int
  }

  /// Archives whose rows are held at once.
  private static let slab = 64
  /// Archives read by one piece of work on a root's threads.
  private static let batch = 16

  let pools: [BlockingPool]
  let problems: ProblemBoard

  private struct Job: Sendable {
    var part: Int
    var device: String
    var source: InterfaceView.Source
    var history: RateHistory
  }

  private struct Reading: Sendable {
    var part: Int
    /// `nil`: not there, or broken.
    var builder: SeriesBuilder?
    var problem: String?
  }

  /// - Parameter until: what is newer need not be complete.
  /// - Throws: 503 when there are uplinks and no root answers.
  func read(_ parts: [FleetSum.Part], _ grid: SeriesGrid, until: Int) async throws -> Result {
    var sum = SeriesSum(grid: grid)
    var (readings, silent, broken) = (0, 0, 0)
    // Roots that are known to hang are not asked; if none is left, all are.
    var deadRoots = Set(parts.flatMap(\.interface.sources).filter { !$0.isAnswering }.map(\.root))
    if parts.allSatisfy({ $0.interface.sources.allSatisfy { deadRoots.contains($0.root) } }) { deadRoots = [] }
    var failure: (any Error)?
    for start in stride(from: 0, to: parts.count, by: Self.slab) {
      let slab = parts[start..<min(parts.count, start + Self.slab)]
      var builders = [SeriesBuilder?](repeating: nil, count: slab.count)
      var answered = [Bool](repeating: false, count: slab.count)
      // One replica of each; another only where the first leaves something open.
      for replica in 0..<(slab.map(\.interface.sources.count).max() ?? 0) {
        let jobs = slab.enumerated().compactMap { index, part -> Job? in
          guard part.interface.sources.indices.contains(replica), !Self.isComplete(builders[index], until: until) else {
            return nil
          }
          return Job(
            part: index, device: part.device, source: part.interface.sources[replica], history: part.interface.histories[replica])
        }
        for outcome in await read(jobs.filter { !deadRoots.contains($0.source.root) }, grid) {
          switch outcome {
          case .success(let list):
            readings += list.count
            for reading in list {
              answered[reading.part] = true
              if reading.problem != nil { broken += 1 }
              guard let builder = reading.builder else { continue }
              if builders[reading.part] == nil {
                builders[reading.part] = builder
              } else {
                builders[reading.part]?.fillGaps(from: builder)
              }
            }
          case .failure(let silence):
            deadRoots.insert(silence.root)
            failure = failure ?? silence.error
          }
        }
      }
      silent += answered.count { !$0 }
      for case let builder? in builders { sum.add(builder.finish()) }
    }
    if silent == parts.count, let failure { throw failure }
    let words = [
      silent > 0 ? "\(silent) of \(parts.count) uplinks are on storage that does not answer" : nil,
      broken > 0 ? "\(broken) archives cannot be read" : nil,
    ].compactMap { $0 }
    return Result(
      series: sum.series(parts: parts.count), problem: words.isEmpty ? nil : words.joined(separator: "; "),
      isPartial: failure != nil || !deadRoots.isEmpty, readings: readings)
  }

  private struct Silence: Error {
    var root: Int
    var error: any Error
  }

  /// Every root at once, two pieces of work at a time of each; the first that fails ends its root's turn.
  private func read(_ jobs: [Job], _ grid: SeriesGrid) async -> [Swift.Result<[Reading], Silence>] {
    await withTaskGroup(of: [Swift.Result<[Reading], Silence>].self) { group in
      for (root, jobs) in Dictionary(grouping: jobs, by: \.source.root) {
        let batches = stride(from: 0, to: jobs.count, by: Self.batch).map { Array(jobs[$0..<min(jobs.count, $0 + Self.batch)]) }
        for lane in 0..<2 {
          group.addTask {
            var outcomes: [Swift.Result<[Reading], Silence>] = []
            for index in stride(from: lane, to: batches.count, by: 2) {
              do {
                let batch = batches[index]
                let board = problems
                outcomes.append(.success(try await pools[root].run { batch.map { Self.read($0, grid, board) } }))
              } catch {
                outcomes.append(.failure(Silence(root: root, error: error)))
                break
              }
            }
            return outcomes
          }
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
  }

  /// Blocking.
  private static func read(_ job: Job, _ grid: SeriesGrid, _ board: ProblemBoard) -> Reading {
    guard job.source.isReadable else { return Reading(part: job.part, problem: "not a folder") }
    let path = job.source.directory.archive(job.source.key)
    var builder = SeriesBuilder(grid: grid)
    var problem: String?
    do throws(ArchiveError) {
      builder = try SeriesReader().builder(at: path, grid: grid)
      board.clear(path: path)
    } catch {
      if error.code == .missing {
        board.clear(path: path)
      } else {
        problem = error.description
        board.report(error.description, path: path, device: job.device)
      }
    }
    for (second, rates) in job.history.known(after: builder.lastTime) { builder.add(time: second, rx: rates.rx, tx: rates.tx) }
    return Reading(part: job.part, builder: builder, problem: problem)
  }

  /// Whether every step is known: then a replica has nothing to add.
  private static func isComplete(_ builder: SeriesBuilder?, until: Int) -> Bool {
    guard let series = builder?.finish() else { return false }
    let count = min(series.count, max(0, (until - series.t0) / series.step))
    return series.rx.known[..<count].allSatisfy { $0 >= Double(series.step) }
  }
}
