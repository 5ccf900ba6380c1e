import HTTPService
import Shared

/// The histories that a graph shows: its lines, and their sum.
struct Histories: Sendable {
  struct Lane: Sendable {
    var lane: GraphSubject.Lane
    var series: Series
    /// What kept it from being complete.
    var problem: String?
  }

  /// An event, with what it happened to.
  struct Event: Sendable, Equatable {
    var t: Double
    var kind: EventLine.Kind
    var device: String
    /// By its present name; `nil`: the whole device.
    var interface: String?
    var text: String
  }

  /// Of one line it is that line itself.
  var total: Series
  /// On the grid of the total; empty where the subject is everything.
  var lanes: [Lane]
  var events: [Event] = []
  /// Older events of the window, beyond those given.
  var eventsLeftOut = 0
  var problem: String?
  /// Whether the highest and lowest of the total are bounds: peaks of several lines need not fall on the same second.
  var hasBounds = false

  /// Nothing known.
  static func none(_ grid: SeriesGrid) -> Histories { Histories(total: .empty(grid), lanes: []) }
}

extension SeriesService {
  /// Points of all lines together.
  static let pointLimit = 16_000
  /// Events in one answer about several lines: marks that a graph can hold.
  static let eventLimit = 300

  /// The histories of what a graph is about, all in the same steps.
  ///
  /// - Throws: 503 when none of them can be read in time.
  func histories(
    _ subject: GraphSubject, _ snapshot: FleetSnapshot, window: TimeWindow, points: Int
  ) async throws -> Histories {
    if subject.isEverything {
      let parts = snapshot.devices.flatMap { device in
        device.totalInterfaces.map { FleetSum.Part(device: device.name, interface: $0) }
      }
      async let events = marks(snapshot.devices, window)
      let answer = try await sums.answer(parts, window: window, points: points)
      let told = await events
      return Histories(
        total: answer.series, lanes: [], events: told.events, eventsLeftOut: told.leftOut,
        problem: answer.problem ?? told.problem, hasBounds: answer.series.step > 1 && parts.count > 1)
    }
    var lanes: [Histories.Lane] = []
    var events: [Histories.Event] = []
    // Of parts of the same device it is the same files: the largest number, not their sum.
    var older = 0
    var failure: (any Error)?
    // The first that can be read decides the steps; the others follow at once.
    var rest = subject.lanes[...]
    while lanes.isEmpty, let lane = rest.popFirst() {
      do {
        let answer = try await history(lane, window: window, points: points, grid: nil)
        lanes.append(Histories.Lane(lane: lane, series: answer.series, problem: answer.problem))
        events += Self.events(answer.events, lane)
        older = max(older, answer.eventsLeftOut)
      } catch {
        failure = failure ?? error
      }
    }
    guard let first = lanes.first?.series else { throw failure ?? HTTPProblem.notFound("nothing has a history") }
    let grid = SeriesGrid(from: first.t0, to: first.t0 + first.count * first.step, step: first.step)
    let others = await concurrently(Array(rest)) { lane in
      do { return Result<Answer, any Error>.success(try await history(lane, window: window, points: points, grid: grid)) } catch {
        return .failure(error)
      }
    }
    for (lane, outcome) in zip(rest, others) {
      switch outcome {
      case .success(let answer):
        lanes.append(Histories.Lane(lane: lane, series: answer.series, problem: answer.problem))
        events += Self.events(answer.events, lane)
        older = max(older, answer.eventsLeftOut)
      case .failure(let error):
        failure = failure ?? error
        lanes.append(Histories.Lane(lane: lane, series: .empty(grid), problem: (error as? HTTPProblem)?.detail ?? "\(error)"))
      }
    }
    // Lines that could not be read before the first one that could.
    for (index, lane) in subject.lanes.prefix(subject.lanes.count - lanes.count).enumerated() {
      lanes.insert(
        Histories.Lane(lane: lane, series: .empty(grid), problem: (failure as? HTTPProblem)?.detail ?? "cannot be read"),
        at: index)
    }
    return Self.merged(lanes, events, older: older, grid)
  }

  /// The events of all devices and their uplinks; a sum without them is a sum.
  private func marks(
    _ devices: [DeviceView], _ window: TimeWindow
  ) async -> (events: [Histories.Event], leftOut: Int, problem: String?) {
    do {
      let told = try await fleetEvents.told(devices, .totals, window: window).newest(Self.eventLimit)
      let events = told.events.map { each in
        Histories.Event(
          t: each.event.t, kind: each.event.kind, device: each.device, interface: each.event.interface, text: each.event.text)
      }
      return (events, told.leftOut, told.problem)
    } catch {
      return ([], 0, "the events cannot be read: \((error as? HTTPProblem)?.detail ?? "\(error)")")
    }
  }

  private static func merged(_ lanes: [Histories.Lane], _ events: [Histories.Event], older: Int, _ grid: SeriesGrid) -> Histories
  {
    var sum = SeriesSum(grid: grid)
    for lane in lanes { sum.add(lane.series) }
    let isOne = lanes.count == 1
    var seen: [Histories.Event] = []
    for event in events.sorted(by: { $0.t < $1.t }) where !seen.suffix(50).contains(event) { seen.append(event) }
    let leftOut = isOne ? 0 : max(0, seen.count - Self.eventLimit)
    return Histories(
      total: isOne ? lanes[0].series : sum.series(parts: lanes.count), lanes: lanes, events: Array(seen.dropFirst(leftOut)),
      eventsLeftOut: leftOut + older,
      problem: lanes.lazy.compactMap(\.problem).first,
      hasBounds: grid.step > 1 && lanes.reduce(0) { $0 + $1.lane.parts.count } > 1)
  }

  /// One line: an interface, or the uplinks of a device added up.
  private func history(
    _ lane: GraphSubject.Lane, window: TimeWindow, points: Int, grid: SeriesGrid?
  ) async throws -> Answer {
    let parts = lane.parts
    guard let first = parts.first else {
      throw HTTPProblem.notFound("no interface of \"\(lane.device.name.prefix(100))\" is known")
    }
    var answer = try await self.answer(device: lane.device.name, first, window: window, points: points, grid: grid)
    guard parts.count > 1 else { return answer }
    let series = answer.series
    let grid = SeriesGrid(from: series.t0, to: series.t0 + series.count * series.step, step: series.step)
    var sum = SeriesSum(grid: grid)
    sum.add(series)
    for part in parts.dropFirst() {
      let other = try await self.answer(device: lane.device.name, part, window: window, points: points, grid: grid)
      sum.add(other.series)
      answer.events += other.events
      answer.problem = answer.problem ?? other.problem
    }
    answer.series = sum.series(parts: parts.count)
    return answer
  }

  private static func events(_ lines: [EventLine], _ lane: GraphSubject.Lane) -> [Histories.Event] {
    lines.map { line in
      let name = line.interface.map { key in
        lane.parts.first { $0.key == key || $0.sources.contains { $0.key == key } }?.name ?? key
      }
      return Histories.Event(t: line.t, kind: line.kind, device: lane.device.name, interface: name, text: line.text)
    }
  }

  /// Runs `body` for each, four at a time, and keeps the order.
  private func concurrently<Item: Sendable, Output: Sendable>(
    _ items: [Item], _ body: @escaping @Sendable (Item) async -> Output
  ) async -> [Output] {
    await withTaskGroup(of: (Int, Output).self) { group in
      var outputs = [Output?](repeating: nil, count: items.count)
      for (index, item) in items.enumerated() {
        if index >= 4, let (done, output) = await group.next() { outputs[done] = output }
        group.addTask { (index, await body(item)) }
      }
      for await (done, output) in group { outputs[done] = output }
      return outputs.compactMap { $0 }
    }
  }
}
