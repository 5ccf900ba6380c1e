import Shared

/// One history out of several collectors' archives, second by second: each second from the first replica that knows it (in an order that stays), and steps of any
/// length made from those seconds.
///
/// Reading years of seconds would take too long, and a long row does not tell how many of its seconds were known. So time that a ledger
/// shows to be complete is read from the long rows of that replica alone; only what is complete with nobody is read and joined at the finest
/// resolution there is. Beyond a budget of such reading, the oldest of it is joined step by step.
struct SeriesMerge {
  /// Windows up to this length, in seconds, are joined from the finest rows without asking ledgers.
  static let shortWindow = 43_200
  /// Fine rows read for one answer, and at once.
  static let budget = 200_000
  private static let batch = 12_000

  /// A replica that does not answer, and why.
  struct Silence: Error {
    var replica: Int
    var error: any Error
  }

  let service: SeriesService
  let replicas: [SeriesService.Replica]
  let device: String
  let window: TimeWindow
  let points: Int
  /// The steps to use; `nil`: the shortest that suit an archive.
  var grid: SeriesGrid?
  private var surveys: [SeriesSurvey?] = []
  private var shares: [Double]
  private var problem: String?

  init(service: SeriesService, replicas: [SeriesService.Replica], device: String, window: TimeWindow, points: Int) {
    self.service = service
    self.replicas = replicas
    self.device = device
    self.window = window
    self.points = points
    shares = replicas.map { _ in 0 }
  }

  /// - Throws: `Silence` when a root that answered a moment ago no longer does.
  mutating func answer() async throws -> SeriesService.Answer {
    surveys = try await look()
    let grid = self.grid ?? surveys.compactMap(\.?.grid).min { $0.step < $1.step } ?? SeriesService.grid(window, points)
    var merged = SeriesBuilder(grid: grid)
    var open = TimeRanges(grid.t0..<grid.end)
    if grid.step > 1, grid.end - grid.t0 > Self.shortWindow { try await takeComplete(&merged, &open) }
    try await joinFine(&merged, &open)
    if !open.isEmpty { try await joinSteps(&merged, open) }
    let named = zip(replicas, shares).map { SeriesService.Share(collector: $0.source.collector, seconds: $1) }
    return SeriesService.Answer(series: merged.finish(), events: [], problem: problem, shares: named)
  }

  private func each<Value: Sendable>(
    _ body: @escaping @Sendable (Int, SeriesService.Replica) throws -> Value
  ) async throws -> [Value] {
    let replicas = replicas
    let results = await service.all(replicas.map(\.source.root)) { try body($0, replicas[$0]) }
    return try results.enumerated().map { index, result in
      do { return try result.get() } catch { throw Silence(replica: index, error: error) }
    }
  }

  /// What each archive offers; `nil` where there is none, or none that can be read.
  private mutating func look() async throws -> [SeriesSurvey?] {
    let (service, window, points, device) = (service, window, points, device)
    let looks = try await each { _, replica -> (SeriesSurvey?, String?) in
      guard replica.source.isReadable else { return (nil, nil) }
      let path = replica.source.directory.archive(replica.source.key)
      do throws(ArchiveError) {
        return (try SeriesReader().survey(at: path, from: window.from, to: window.to, points: points), nil)
      } catch {
        return (nil, error.code == .missing ? nil : service.report(error, path: path, device: device))
      }
    }
    problem = looks.compactMap(\.1).first
    return looks.map(\.0)
  }

  /// Reads from each replica in turn the time in which it is complete, and takes that off `open`.
  private mutating func takeComplete(_ merged: inout SeriesBuilder, _ open: inout TimeRanges) async throws {
    let (service, surveys, grid) = (service, surveys, merged.grid)
    let complete = try await each { index, replica -> TimeRanges in
      guard let survey = surveys[index] else { return TimeRanges() }
      let time = max(grid.t0, survey.oldest)..<max(grid.t0, survey.oldest, grid.end)
      guard let parts = try? SeriesReader().parts(at: replica.source.directory.archive(replica.source.key), grid: grid) else {
        return TimeRanges()
      }
      let told = service.outages.complete(replica.source.directory, replica.source.key, window: time)
      return TimeRanges(ascending: told.list.compactMap { parts.wholeRows(in: $0) })
    }
    var left = open
    var taken: [TimeRanges] = []
    for ranges in complete {
      taken.append(left.intersection(ranges))
      left = left.subtracting(ranges)
    }
    let (wanted, device) = (taken, device)
    let parts = try await each { index, replica -> (SeriesBuilder, problem: String?)? in
      guard !wanted[index].isEmpty else { return nil }
      var archived = replica
      archived.history = RateHistory()
      return try service.read(archived, device: device, fallback: grid) { reader, path throws(ArchiveError) in
        try reader.builder(at: path, grid: grid, ranges: wanted[index].list)
      }
    }
    for (index, part) in parts.enumerated() {
      guard var builder = part?.0 else { continue }
      problem = problem ?? part?.problem
      left = left.union(Self.dropBroken(&builder, taken[index]))
      shares[index] += builder.knownSeconds
      merged.absorb(builder)
    }
    open = left
  }

  /// An archive may have lost what its ledger has: it was broken and made anew. Steps that lack something are given back.
  private static func dropBroken(_ builder: inout SeriesBuilder, _ taken: TimeRanges) -> TimeRanges {
    let grid = builder.grid
    var due = [Int](repeating: 0, count: grid.count)
    for range in taken.list {
      var from = range.lowerBound
      while from < range.upperBound {
        let index = (from - grid.t0) / grid.step
        let to = min(range.upperBound, grid.t0 + (index + 1) * grid.step)
        due[index] += to - from
        from = to
      }
    }
    var broken = TimeRanges()
    for index in 0..<grid.count where builder.knownSeconds(index) < Double(due[index]) - 0.5 {
      builder.clear(index)
      broken.append(grid.t0 + index * grid.step..<grid.t0 + (index + 1) * grid.step)
    }
    return taken.intersection(broken)
  }

  /// Reads the newest of `open` from the finest rows that there are, within the budget, and takes it off.
  private mutating func joinFine(_ merged: inout SeriesBuilder, _ open: inout TimeRanges) async throws {
    var room = Self.budget
    while room > 0, !open.isEmpty {
      var grids: [SeriesGrid] = []
      var space = min(room, Self.batch)
      while space > 0, let last = open.list.last {
        let step = fineStep(last, grid: merged.grid)
        let from = max(last.lowerBound, last.upperBound - space * step)
        let piece = SeriesGrid(from: from, to: last.upperBound, step: step)
        grids.append(piece)
        space -= piece.count
        room -= piece.count
        open = open.subtracting(TimeRanges(from..<last.upperBound))
      }
      try await join(grids, &merged)
    }
  }

  /// Rows of this length tell everything that any replica knows of the range, and fit it.
  private func fineStep(_ range: Range<Int>, grid: SeriesGrid) -> Int {
    let grain = surveys.compactMap { $0?.grain(at: range.lowerBound) }.min() ?? 1
    let fits = grid.step % grain == 0 && range.lowerBound % grain == 0 && range.upperBound % grain == 0
    return fits ? grain : 1
  }

  private mutating func join(_ grids: [SeriesGrid], _ merged: inout SeriesBuilder) async throws {
    let (service, device) = (service, device)
    let parts = try await each { _, replica in
      try grids.map { grid in
        try service.read(replica, device: device, fallback: grid) { reader, path throws(ArchiveError) in
          try reader.builder(at: path, grid: grid)
        }
      }
    }
    problem = problem ?? parts.joined().compactMap(\.problem).first
    for (place, grid) in grids.enumerated() {
      // Whoever has finer rows knows better; among equals the order stays.
      let grains = surveys.map { $0?.grain(at: grid.t0) ?? 1 }
      let order = replicas.indices.sorted { (grains[$0], $0) < (grains[$1], $1) }
      fold(order.map { ($0, parts[$0][place].0) }, isExact: grains.allSatisfy { $0 <= grid.step }, into: &merged)
    }
  }

  /// Step by step: each from the replica that knows most of it, with the extremes of all.
  private mutating func joinSteps(_ merged: inout SeriesBuilder, _ open: TimeRanges) async throws {
    let (service, device, grid) = (service, device, merged.grid)
    let parts = try await each { _, replica in
      // The live seconds are joined already: what is left is the oldest.
      var archived = replica
      archived.history = RateHistory()
      return try service.read(archived, device: device, fallback: grid) { reader, path throws(ArchiveError) in
        try reader.builder(at: path, grid: grid, ranges: open.list)
      }.0
    }
    fold(Array(parts.enumerated()), isExact: false, into: &merged)
  }

  private mutating func fold(_ parts: [(Int, SeriesBuilder)], isExact: Bool, into merged: inout SeriesBuilder) {
    var whole: SeriesBuilder?
    var known = 0.0
    for (index, part) in parts {
      let before = whole
      whole = whole ?? part
      whole?.fillGaps(from: part)
      if !isExact, let before {
        whole?.widen(by: before)
        whole?.widen(by: part)
      }
      let sum = whole?.knownSeconds ?? 0
      shares[index] += sum - known
      known = sum
    }
    if let whole { merged.absorb(whole) }
  }
}
