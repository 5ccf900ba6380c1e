import HTTPService
import Shared

/// What happened to many devices, in one list.
///
/// A thousand devices are some thousands of files. Files that stay the same are read once (`EventStore`); an answer is made by one request
/// at a time while others wait for it, is kept for some seconds, and holds a bounded number of events.
actor FleetEvents {
  /// An event and the device that it happened to.
  struct Event: Sendable, Equatable {
    var device: String
    var event: EventsService.Event
  }

  struct Told: Sendable, Equatable {
    /// Oldest first.
    var events: [Event] = []
    /// Older ones of the window, beyond the limit.
    var leftOut = 0
    /// What could not be read.
    var problem: String?

    /// The newest `count` of them.
    func newest(_ count: Int) -> Told {
      var told = self
      told.leftOut += max(0, events.count - count)
      told.events = events.suffix(count)
      return told
    }
  }

  /// Which events of a device are wanted.
  enum Scope: Hashable, Sendable {
    case all
    /// Of the device itself, and of the interfaces that its sums are made of.
    case totals
    /// Of the device itself, and of the interfaces with these names; none of devices that are not named.
    case only([String: Set<String>])

    func names(_ device: DeviceView) -> Set<String>? {
      switch self {
      case .all: nil
      case .totals: Set(device.totalInterfaces.map(\.name))
      case .only(let names): names[device.name] ?? []
      }
    }
  }

  /// Events that an answer holds; what is older in its window is counted.
  static let limit = 1000
  private static let slack = 8 * limit
  /// Windows within the same seconds are answered by one reading.
  private static let grain = 10
  private static let keptAnswers = 16
  /// Folders read by one piece of work on a root's threads, and pieces at a time of each root.
  private static let (batch, lanes) = (16, 2)

  private struct Key: Hashable {
    var from: Int
    var to: Int
    var scope: Scope
    var devices: Int
  }

  private struct Answer {
    var told: Told
    var made: Double
  }

  private struct Job: Sendable {
    var device: Int
    var folder: DeviceView.Folder
  }

  private let pools: [BlockingPool]
  private let store: EventStore
  private let now: @Sendable () -> Double
  private var answers: [Key: Answer] = [:]
  private var flights: [Key: Task<Told, any Error>] = [:]

  init(pools: [BlockingPool], store: EventStore, now: @escaping @Sendable () -> Double) {
    self.pools = pools
    self.store = store
    self.now = now
  }

  /// - Throws: 503 when no root answers in time.
  func told(_ devices: [DeviceView], _ scope: Scope, window: TimeWindow) async throws -> Told {
    var hasher = Hasher()
    for device in devices { for folder in device.folders { hasher.combine(folder) } }
    let wide = TimeWindow(
      from: window.from / Self.grain * Self.grain, to: (window.to + Self.grain - 1) / Self.grain * Self.grain, isMoving: false)
    let key = Key(from: wide.from, to: wide.to, scope: scope, devices: hasher.finalize())
    var told = try await told(key, devices, wide)
    let (from, to) = (Double(window.from), Double(window.to))
    told.events.removeAll { $0.event.t < from || $0.event.t > to }
    return told
  }

  private func told(_ key: Key, _ devices: [DeviceView], _ window: TimeWindow) async throws -> Told {
    let time = now()
    if let kept = answers[key], (0..<Double(Self.grain)).contains(time - kept.made) { return kept.told }
    // Thousands of files may take longer than a request waits: what was begun is there for the next.
    let flight = flights[key] ?? RequestPatience.detached { try await self.fly(key, devices, window) }
    flights[key] = flight
    return try await RequestPatience.value(
      of: flight, late: .unavailable("the events of many devices are being read, or storage does not answer in time"))
  }

  private func fly(_ key: Key, _ devices: [DeviceView], _ window: TimeWindow) async throws -> Told {
    defer { flights[key] = nil }
    let told = try await read(devices, key.scope, window)
    let time = now()
    answers = answers.filter { (0..<Double(Self.grain)).contains(time - $0.value.made) }
    if answers.count < Self.keptAnswers { answers[key] = Answer(told: told, made: time) }
    return told
  }

  private nonisolated func read(_ devices: [DeviceView], _ scope: Scope, _ window: TimeWindow) async throws -> Told {
    // Roots that are known to hang are not asked while a device has another; if none is left, all are.
    let jobs = devices.enumerated().flatMap { index, device in
      let answering = device.folders.filter(\.isAnswering)
      return (answering.isEmpty ? device.folders : answering).map { Job(device: index, folder: $0) }
    }
    var readings = [[(folder: DeviceView.Folder, reading: EventFile.Reading)]](repeating: [], count: devices.count)
    var failure: (any Error)?
    for outcome in await read(jobs, devices, window) {
      switch outcome {
      case .success(let list): for (job, reading) in list { readings[job.device].append((job.folder, reading)) }
      case .failure(let error): failure = failure ?? error
      }
    }
    if let failure, readings.allSatisfy(\.isEmpty) { throw failure }
    var told = Told()
    var silent = 0
    for (device, found) in zip(devices, readings) {
      if found.count < device.folders.count { silent += 1 }
      let names = scope.names(device)
      // In the order of the folders, which stays, whoever answered first.
      let ordered = device.folders.compactMap { folder in found.first { $0.folder == folder } }
      let own = EventsService.told(of: device, ordered) { name in name.flatMap { names?.contains($0) } ?? true }
      told.leftOut += own.leftOut
      told.problem = told.problem ?? own.problem
      told.events += own.events.map { Event(device: device.name, event: $0) }
      if told.events.count > Self.slack { Self.shorten(&told) }
    }
    Self.shorten(&told)
    if silent > 0 {
      told.problem = told.problem ?? "\(silent) of \(devices.count) devices are on storage that does not answer, or partly so"
    }
    return told
  }

  private static func shorten(_ told: inout Told) {
    told.events.sort { ($0.event.t, $0.device) < ($1.event.t, $1.device) }
    told = told.newest(limit)
  }

  /// Every root at once; the first piece of work that fails ends its lane.
  private nonisolated func read(
    _ jobs: [Job], _ devices: [DeviceView], _ window: TimeWindow
  ) async -> [Result<[(Job, EventFile.Reading)], any Error>] {
    await withTaskGroup(of: [Result<[(Job, EventFile.Reading)], any Error>].self) { group in
      for (root, jobs) in Dictionary(grouping: jobs, by: \.folder.root) {
        let batches = stride(from: 0, to: jobs.count, by: Self.batch).map { Array(jobs[$0..<min(jobs.count, $0 + Self.batch)]) }
        for lane in 0..<Self.lanes {
          group.addTask { [pools, store] in
            var outcomes: [Result<[(Job, EventFile.Reading)], any Error>] = []
            for index in stride(from: lane, to: batches.count, by: Self.lanes) {
              do {
                let batch = batches[index]
                let found = try await pools[root].run {
                  batch.map { ($0, store.read($0.folder.directory, device: devices[$0.device].name, window: window)) }
                }
                outcomes.append(.success(found))
              } catch {
                outcomes.append(.failure(error))
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
}
