import HTTPService
import NIOCore
import Shared

/// Totals and percentiles: from the ledgers of all replicas, and from the journals for the minutes that are not in them yet.
struct UsageService: Sendable {
  /// What the ledgers say of a span of time.
  struct Answer: Sendable {
    var amounts: [UsageAmount]
    var total: UsageAmount
    /// Why part of it could not be read.
    var problem: String?
  }

  /// Stretches of a span and what kept them from being complete.
  private struct Joined: Sendable {
    var stretches: [Stretch]
    var problem: String?
  }

  /// Spans longer than this are added up piece by piece, so that no request holds years of rows.
  private static let piece = 40 * 86_400

  let series: SeriesService
  let store: LedgerStore
  let problems: ProblemBoard
  private let now: @Sendable () -> Double

  init(series: SeriesService, store: LedgerStore, problems: ProblemBoard, now: @escaping @Sendable () -> Double) {
    self.series = series
    self.store = store
    self.problems = problems
    self.now = now
  }

  /// The node's clock.
  var time: Double { now() }

  /// The sum of `interfaces` over `periods`, which follow each other.
  ///
  /// - Throws: 503 when none of an interface's ledgers answers.
  func amounts(of interfaces: [InterfaceView], _ device: DeviceView, _ periods: [Range<Int>]) async throws -> Answer {
    let time = now()
    guard let first = periods.first, let last = periods.last else { throw HTTPProblem.notFound("the span of time is empty") }
    var sums: [UsageAmount]?
    var problem: String?
    for interface in interfaces {
      var amounts: [UsageAmount] = []
      var rest = periods[...]
      while let begin = rest.first?.lowerBound {
        let count = max(1, rest.firstIndex { $0.upperBound - begin > Self.piece }.map { $0 - rest.startIndex } ?? rest.count)
        let part = Array(rest.prefix(count))
        rest = rest.dropFirst(count)
        let span = begin..<(part.last?.upperBound ?? begin)
        guard Double(begin) <= time else {
          amounts += part.map { UsageAmount(from: $0.lowerBound, to: $0.upperBound, now: time) }
          continue
        }
        let joined = try await joined(interface, device, span, time)
        problem = problem ?? joined.problem
        amounts += UsageTally.amounts(joined.stretches, part, now: time)
      }
      sums = sums.map { zip($0, amounts).map { $0 + $1 } } ?? amounts
    }
    let amounts = sums ?? periods.map { UsageAmount(from: $0.lowerBound, to: $0.upperBound, now: time) }
    let total = UsageTally.total(amounts, from: first.lowerBound, to: last.upperBound, now: time)
    return Answer(amounts: amounts, total: total, problem: problem)
  }

  /// The buckets of the sum of `interfaces` in `span`; those before now.
  func buckets(of interfaces: [InterfaceView], _ device: DeviceView, _ span: Range<Int>) async throws -> UsageBuckets {
    let time = now()
    var sum: UsageBuckets?
    for interface in interfaces {
      let buckets = UsageBuckets(try await joined(interface, device, span, time).stretches, in: span, now: time)
      if sum == nil { sum = buckets } else { sum?.add(buckets) }
    }
    return sum ?? UsageBuckets([], in: span, now: time)
  }

  /// Amounts and buckets of one span in one reading.
  func month(
    of interfaces: [InterfaceView], _ device: DeviceView, _ periods: [Range<Int>]
  ) async throws -> (answer: Answer, buckets: UsageBuckets) {
    let time = now()
    guard let first = periods.first, let last = periods.last else { throw HTTPProblem.notFound("the span of time is empty") }
    let span = first.lowerBound..<last.upperBound
    var sums: [UsageAmount]?
    var buckets: UsageBuckets?
    var problem: String?
    for interface in interfaces {
      let joined = try await joined(interface, device, span, time)
      problem = problem ?? joined.problem
      let amounts = UsageTally.amounts(joined.stretches, periods, now: time)
      sums = sums.map { zip($0, amounts).map { $0 + $1 } } ?? amounts
      let own = UsageBuckets(joined.stretches, in: span, now: time)
      if buckets == nil { buckets = own } else { buckets?.add(own) }
    }
    let amounts = sums ?? periods.map { UsageAmount(from: $0.lowerBound, to: $0.upperBound, now: time) }
    let total = UsageTally.total(amounts, from: span.lowerBound, to: span.upperBound, now: time)
    return (Answer(amounts: amounts, total: total, problem: problem), buckets ?? UsageBuckets([], in: span, now: time))
  }

  /// What all replicas together say of one interface. A replica whose root does not answer is left out, and said to be.
  private func joined(_ interface: InterfaceView, _ device: DeviceView, _ span: Range<Int>, _ time: Double) async throws -> Joined
  {
    var strands: [Int: [LedgerStrand]] = [:]
    var problem: String?
    var failure: (any Error)?
    var answered = interface.sources.isEmpty
    let anyAnswers = interface.sources.contains(where: \.isAnswering)
    let lives =
      interface.liveLedgers + Array(repeating: LiveLedger(), count: max(0, interface.sources.count - interface.liveLedgers.count))
    let rows = LedgerPart.reach(of: span, now: time)
    await withTaskGroup(of: (Int, Result<LedgerPart, any Error>).self) { group in
      for (index, source) in interface.sources.enumerated() {
        let (store, live, pool) = (store, lives[index], series.pool(source.root))
        group.addTask {
          do {
            guard source.isAnswering || !anyAnswers else {
              throw HTTPProblem.unavailable("the storage of collector \(source.collector) does not answer")
            }
            guard source.isReadable else {
              return (index, .success(LedgerPart(rows: [], live: live, problem: "\(source.directory.path): not a folder")))
            }
            return (
              index,
              .success(
                try await pool.run { LedgerPart.read(source, rows, live) { path throws(FileError) in try store.month(path) } })
            )
          } catch {
            return (index, .failure(error))
          }
        }
      }
      for await (index, result) in group {
        switch result {
        case .success(let part):
          answered = true
          strands[index] = part.strands
          part.report(to: problems, device: device.name)
          problem = problem ?? part.problem ?? part.files.compactMap(\.text).first
        case .failure(let error):
          failure = failure ?? error
          strands[index] = LedgerPart(rows: [], live: lives[index], problem: nil).strands
        }
      }
    }
    if !answered, let failure { throw failure }
    if let failure { problem = problem ?? ((failure as? HTTPProblem)?.detail ?? "\(failure)") }
    let join = LedgerJoin(strands.sorted { $0.key < $1.key }.flatMap(\.value))
    let window = Double(span.lowerBound)...Double(span.upperBound)
    return Joined(
      stretches: join.stretches(from: Double(rows.lowerBound), to: Double(rows.upperBound), window: window),
      problem: problem)
  }
}
