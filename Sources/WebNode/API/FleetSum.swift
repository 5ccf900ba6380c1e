import HTTPService
import Shared

/// The sum of the uplinks of all devices, from as few readings as will do.
///
/// A thousand devices are a thousand archives. So sums are made in blocks of 256 steps, kept for minutes, made by one request at a
/// time while others wait for the same blocks, and read in slabs of archives, two at a time of each root: whoever asks for one
/// interface is not kept waiting. The newest minutes come from memory and cost no reading at all.
actor FleetSum {
  struct Part: Sendable {
    var device: String
    var interface: InterfaceView
  }

  /// Uplinks that can be summed.
  static let partLimit = 5000
  /// Values that one answer may be made of: steps times uplinks.
  static let valueLimit = 2_000_000
  /// Requests that may wait while another reads.
  static let queueLimit = 16
  static let blockSteps = 256
  private static let blockLimit = 512
  /// Seconds a block of the past is kept, and one that is still growing.
  private static let (pastAge, openAge) = (1800.0, 240.0)
  /// Seconds a block is kept that lacks what is on storage that did not answer.
  private static let partialAge = 10.0
  /// Seconds before now for which memory is asked before the archives, and a collector may still have to write its rows.
  private static let memory = 300
  private static let steps = [
    1, 2, 3, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 345_600,
    604_800, 1_209_600,
  ]

  private struct Key: Hashable {
    var step: Int
    var index: Int
  }

  private struct Block {
    var series: Series
    var made: Double
    var isOpen: Bool
    var problem: String?
    /// Of what some storage would have told, had it answered.
    var isPartial: Bool
  }

  private let reader: FleetSumReader
  private let now: @Sendable () -> Double
  private var blocks: [Key: Block] = [:]
  private var uplinks = 0
  private var isBusy = false
  private var waiting: [CheckedContinuation<Void, Never>] = []
  /// Archives read since the start, for tests.
  private(set) var readings = 0

  init(pools: [BlockingPool], problems: ProblemBoard, now: @escaping @Sendable () -> Double) {
    reader = FleetSumReader(pools: pools, problems: problems)
    self.now = now
  }

  /// - Throws: 400 when there are too many uplinks, 503 when too many wait or no root answers.
  func answer(_ parts: [Part], window: TimeWindow, points: Int) async throws -> SeriesService.Answer {
    guard parts.count <= Self.partLimit else {
      throw HTTPProblem.badParameter(
        "device", "all devices have \(parts.count) uplinks", allowed: "at most \(Self.partLimit) in one sum; name devices instead"
      )
    }
    forgetOthers(parts)
    let grid = Self.grid(window, points: points, parts: parts.count)
    let span = grid.step * Self.blockSteps
    let time = Int(now())
    // Where steps are short, the newest minutes are in memory; what is older comes from blocks.
    let tailStart = grid.step <= Self.memory ? (time - Self.memory - Int(Self.openAge)) / grid.step * grid.step : Int.max
    let archiveEnd = grid.t0 >= tailStart ? grid.t0 : min(grid.end, time + 1)
    let first = grid.t0 / span
    let wanted = first..<max(first, (archiveEnd + span - 1) / span)
    if needed(wanted, grid.step) != nil {
      // Reading thousands of archives may take longer than a request waits: what was begun is there for the next.
      let filling = RequestPatience.detached { try await self.fill(wanted, step: grid.step, parts) }
      try await RequestPatience.value(
        of: filling, late: .unavailable("the sum of all devices is being added up, or storage does not answer in time"))
    }
    var sum = SeriesSum(grid: grid)
    var problem: String?
    for index in wanted {
      guard let block = blocks[Key(step: grid.step, index: index)] else { continue }
      sum.add(block.series)
      problem = problem ?? block.problem
    }
    // From blocks: already the share of all parts.
    var total = sum.series(parts: 1)
    if tailStart < grid.end {
      let tail = Self.tail(parts, SeriesGrid(from: max(grid.t0, tailStart), to: grid.end, step: grid.step))
      total.improve(with: tail)
    }
    return SeriesService.Answer(series: total, events: [], problem: problem)
  }

  /// Steps of the window: as many as asked for, at most twice as many, and not more than can be added up.
  static func grid(_ window: TimeWindow, points: Int, parts: Int) -> SeriesGrid {
    let wanted = max(1, window.seconds / points)
    let first = steps.lastIndex { $0 <= wanted } ?? 0
    for step in steps[first...] {
      let grid = SeriesGrid(from: window.from, to: window.to, step: step)
      if grid.count <= 2 * points, grid.count * max(1, parts) <= valueLimit { return grid }
    }
    // Longer than any step: whole multiples of the longest.
    let longest = steps[steps.count - 1]
    let most = max(1, min(2 * points, valueLimit / max(1, parts)) - 1)
    let count = (window.seconds / longest + most) / most
    return SeriesGrid(from: window.from, to: window.to, step: longest * max(1, count))
  }

  /// What is in memory of the steps in `grid`.
  private static func tail(_ parts: [Part], _ grid: SeriesGrid) -> Series {
    var sum = SeriesSum(grid: grid)
    for part in parts {
      var merged: SeriesBuilder?
      for history in part.interface.histories {
        var builder = SeriesBuilder(grid: grid, lastTime: grid.t0)
        for (second, rates) in history.known(after: grid.t0) { builder.add(time: second, rx: rates.rx, tx: rates.tx) }
        if merged == nil { merged = builder } else { merged?.fillGaps(from: builder) }
      }
      if let merged { sum.add(merged.finish()) }
    }
    return sum.series(parts: parts.count)
  }

  /// From the first to the last block that is missing or too old; `nil` when all are there.
  private func needed(_ wanted: Range<Int>, _ step: Int) -> ClosedRange<Int>? {
    let time = now()
    let missing = wanted.filter { index in
      guard let block = blocks[Key(step: step, index: index)] else { return true }
      let age = time - block.made
      return age < 0 || age > (block.isPartial ? Self.partialAge : block.isOpen ? Self.openAge : Self.pastAge)
    }
    guard let first = missing.first, let last = missing.last else { return nil }
    return first...last
  }

  private func fill(_ wanted: Range<Int>, step: Int, _ parts: [Part]) async throws {
    try await enter()
    defer { leave() }
    // Whoever had its turn before may have read it.
    guard let missing = needed(wanted, step) else { return }
    let span = step * Self.blockSteps
    let time = now()
    let grid = SeriesGrid(from: missing.lowerBound * span, to: (missing.upperBound + 1) * span, step: step)
    let result = try await reader.read(parts, grid, until: Int(time) - Self.memory)
    readings += result.readings
    if blocks.count + missing.count > Self.blockLimit { blocks = [:] }
    for index in missing {
      let end = (index + 1) * span
      blocks[Key(step: step, index: index)] = Block(
        series: result.series.cut(to: index * span..<end), made: time,
        isOpen: Double(end) > time - 3600, problem: result.problem, isPartial: result.isPartial)
    }
  }

  /// When uplinks came or went, old sums are of others.
  private func forgetOthers(_ parts: [Part]) {
    var hasher = Hasher()
    for part in parts { for source in part.interface.sources { hasher.combine(source) } }
    let present = hasher.finalize()
    if present != uplinks { blocks = [:] }
    uplinks = present
  }

  private func enter() async throws {
    guard isBusy else {
      isBusy = true
      return
    }
    guard waiting.count < Self.queueLimit else {
      throw HTTPProblem.unavailable("sums of all devices: too many wait", retryAfter: 5)
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func leave() {
    if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
  }
}

extension Series {
  /// Takes the steps that `other`, on the same grid, knows at least as well.
  fileprivate mutating func improve(with other: Series) {
    let offset = (other.t0 - t0) / step
    for index in other.rx.avg.indices where rx.avg.indices.contains(index + offset) {
      if other.rx.known[index] >= rx.known[index + offset] { rx.set(index + offset, to: other.rx, index) }
      if other.tx.known[index] >= tx.known[index + offset] { tx.set(index + offset, to: other.tx, index) }
    }
  }
}

extension Series.Band {
  fileprivate mutating func set(_ index: Int, to other: Series.Band, _ at: Int) {
    avg[index] = other.avg[at]
    max[index] = other.max[at]
    min[index] = other.min[at]
    known[index] = other.known[at]
  }
}
