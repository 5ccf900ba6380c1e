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
  func picture(_ request: GraphRequest, _ interface: InterfaceView) async throws -> Picture {
    let key = request.cacheKey
    if let picture = cache.picture(key, now: now()) { return picture }
    return try await flights.value(key) {
      // Somebody may have had it drawn since we looked.
      if let picture = cache.picture(key, now: now()) { return picture }
      let picture = try await draw(request, interface)
      cache.store(picture, key, now: now())
      return picture
    }
  }

  private func draw(_ request: GraphRequest, _ interface: InterfaceView) async throws -> Picture {
    let points = min(SeriesReader.maximumPoints, request.width)
    let history = try await series.answer(device: request.device, interface, window: request.window, points: points).series
    let plan = GraphPlan(request: request, source: .rows("g"), knownUntil: knownUntil(history, request.window))
    let order = RenderOrder(
      start: request.window.from, end: request.window.to, arguments: plan.arguments, rows: ["g": history])
    do {
      let bytes = try await crew.draw(order)
      counters.countRender(refused: false)
      return Picture(bytes: bytes, step: history.step, expires: now() + Double(min(history.step, 300)))
    } catch let problem as HTTPProblem {
      counters.countRender(refused: true)
      throw problem
    }
  }

  /// While seconds still come, what lies after the newest one is not missing: it is yet to come.
  private func knownUntil(_ history: Series, _ window: TimeWindow) -> Int {
    let now = Int(now())
    guard window.to > now - 60, let last = history.rx.avg.lastIndex(where: { $0.isFinite }) else { return min(window.to, now) }
    let end = history.t0 + (last + 1) * history.step
    return now - end < max(15, 2 * history.step) ? end : now
  }
}
