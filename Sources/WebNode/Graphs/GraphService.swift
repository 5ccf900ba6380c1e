import HTTPService
import Shared

/// Draws graphs from rows in memory, so that librrd opens no file, in processes of their own, so that librrd can harm nobody.
struct GraphService: Sendable {
  /// A picture and how long it stays right.
  struct Picture: Sendable {
    var bytes: [UInt8]
    /// Seconds of one step.
    var step: Int
    /// When it is drawn anew, epoch seconds.
    var expires: Double
  }

  private let series: SeriesService
  private let crew: RenderCrew
  private let cache = GraphCache()
  private let flights = SharedFlights<Picture>()
  private let counters: NodeCounters
  private let now: @Sendable () -> Double

  init(series: SeriesService, crew: RenderCrew, counters: NodeCounters, now: @escaping @Sendable () -> Double) {
    self.series = series
    self.crew = crew
    self.counters = counters
    self.now = now
  }

  /// - Throws: 503 when too many wait or the drawing takes too long.
  func picture(_ request: GraphRequest, _ subject: GraphSubject, _ snapshot: FleetSnapshot) async throws -> Picture {
    let key = request.cacheKey
    if let picture = cache.picture(key, now: now()) { return picture }
    return try await flights.value(key) {
      // Somebody may have had it drawn since we looked.
      if let picture = cache.picture(key, now: now()) { return picture }
      let picture = try await draw(request, subject, snapshot)
      cache.store(picture, key, now: now())
      return picture
    }
  }

  private func draw(_ request: GraphRequest, _ subject: GraphSubject, _ snapshot: FleetSnapshot) async throws -> Picture {
    let points = min(SeriesReader.maximumPoints, request.width)
    let histories = try await series.histories(subject, snapshot, window: request.window, points: points)
    let history = histories.total
    var (plan, rows) = Self.plan(request, subject, histories, knownUntil: knownUntil(history, request.window))
    if let shift = request.compare {
      let earlier = TimeWindow(from: request.window.from - shift, to: request.window.to - shift, isMoving: false)
      var past = try await series.histories(subject, snapshot, window: earlier, points: points).total
      past.t0 += shift
      rows["e"] = past
      plan.earlier = .rows("e")
    }
    let order = RenderOrder(start: request.window.from, end: request.window.to, arguments: plan.arguments, rows: rows)
    do {
      let bytes = try await crew.draw(order)
      counters.countRender(refused: false)
      return Picture(bytes: bytes, step: history.step, expires: now() + Double(min(history.step, 300)))
    } catch let problem as HTTPProblem {
      counters.countRender(refused: true)
      throw problem
    }
  }

  private static func plan(
    _ request: GraphRequest, _ subject: GraphSubject, _ histories: Histories, knownUntil: Int
  ) -> (GraphPlan, [String: Series]) {
    guard histories.lanes.count > 1 else {
      let line = GraphPlan.Line(source: .rows("g"), name: subject.title)
      return (GraphPlan(request: request, lines: [line], knownUntil: knownUntil), ["g": histories.total])
    }
    let names = histories.lanes.indices.map { "g\($0)" }
    let lines = zip(names, histories.lanes).map { GraphPlan.Line(source: .rows($0), name: subject.label($1.lane)) }
    return (
      GraphPlan(request: request, lines: lines, knownUntil: knownUntil),
      Dictionary(uniqueKeysWithValues: zip(names, histories.lanes.map(\.series)))
    )
  }

  /// While seconds still come, what lies after the newest one is not missing: it is yet to come.
  private func knownUntil(_ history: Series, _ window: TimeWindow) -> Int {
    let now = Int(now())
    guard window.to > now - 60, let last = history.rx.avg.lastIndex(where: { $0.isFinite }) else { return min(window.to, now) }
    let end = history.t0 + (last + 1) * history.step
    return now - end < max(15, 2 * history.step) ? end : now
  }
}
