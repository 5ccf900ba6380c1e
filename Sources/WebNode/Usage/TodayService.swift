import HTTPService
import Logging
import ServiceLifecycle
import Shared

/// A device's bytes since its local midnight, as all its replicas together know them.
struct DeviceDay: Sendable, Equatable {
  /// `nil`: nothing is known of the day.
  var amount: UsageAmount?
  /// The share of the time since midnight that each replica knows by itself, by the collector's `id`.
  var coverage: [String: Double] = [:]
}

/// Counts the present day of every device in the background, so that no page waits for it: a look at each ledger's identity every ten
/// seconds, and the end of a file where it changed.
actor TodayService: Service {
  /// Seconds between two rounds, and while there is no device yet.
  private static let period = Duration.seconds(10)
  private static let hurry = Duration.seconds(1)
  /// Ledgers that are looked at in one piece of work on a root's threads.
  private static let batch = 200

  private struct Key: Hashable {
    var device: String
    var interface: String
  }

  /// One interface of a round.
  private struct Item: Sendable {
    var key: Key
    var interface: InterfaceView
    var day: Range<Int>
    var known: DayLedger?

    var paths: [[String]] {
      interface.sources.map { $0.isReadable ? LedgerPart.paths($0, LedgerPart.reach(of: day, now: Double(day.upperBound))) : [] }
    }
  }

  /// One replica of an interface, by their indices.
  private struct Place: Hashable, Sendable {
    var item: Int
    var source: Int
  }

  private let fleet: FleetStore
  private let usage: UsageService
  private var days: [Key: DayLedger] = [:]

  init(fleet: FleetStore, usage: UsageService) {
    self.fleet = fleet
    self.usage = usage
  }

  func run() async throws {
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      let pause = await refresh() ? Self.period : Self.hurry
      // It ends early when the node stops.
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
    }
  }

  /// One round; whether there was any device.
  func refresh() async -> Bool {
    let snapshot = fleet.snapshot()
    let now = usage.time
    var kept: [Key: DayLedger] = [:]
    var result: [String: DeviceDay] = [:]
    var calendars: [String?: Range<Int>] = [:]
    var items: [Item] = []
    for device in snapshot.devices + snapshot.retired {
      let zone = device.billing?.timeZone
      let day = calendars[zone] ?? BillingCalendar(zone: zone, day: 1).day(at: Int(now))
      calendars[zone] = day
      for interface in device.totalInterfaces {
        let key = Key(device: device.name, interface: interface.key)
        items.append(Item(key: key, interface: interface, day: day, known: days[key]))
        if items.count >= Self.batch { await count(&items, now, &kept, &result) }
      }
    }
    await count(&items, now, &kept, &result)
    // What is no longer there is forgotten.
    days = kept
    fleet.publish(days: result)
    return !snapshot.devices.isEmpty || !snapshot.retired.isEmpty
  }

  private func count(
    _ items: inout [Item], _ now: Double, _ kept: inout [Key: DayLedger], _ result: inout [String: DeviceDay]
  ) async {
    defer { items = [] }
    let ledgers = await ledgers(items, now)
    for (item, ledger) in zip(items, ledgers) {
      kept[item.key] = ledger
      let lives = item.interface.liveLedgers
      let amount = ledger.amount(lives, now: now)
      var day = result[item.key.device] ?? DeviceDay()
      // An interface of which nothing is known makes all of the sum's time unknown.
      day.amount = result[item.key.device] == nil ? amount : day.amount.map { $0 + amount } ?? amount
      for (index, source) in ledger.sources.enumerated() {
        let own = ledger.amount(of: index, lives.indices.contains(index) ? lives[index] : nil, now: now)
        guard !own.isUnknown else { continue }
        let id = "\(source.root)/\(source.collector)"
        day.coverage[id] = min(day.coverage[id] ?? 1, own.coverage)
      }
      result[item.key.device] = day
    }
  }

  /// What the files say, from memory where none of an interface's changed.
  private func ledgers(_ items: [Item], _ now: Double) async -> [DayLedger] {
    let store = usage.store
    let paths = items.map(\.paths)
    let places = items.indices.flatMap { item in
      items[item].interface.sources.indices.map { Place(item: item, source: $0) }
    }
    let identities = await onRoots(items, places) { place in paths[place.item][place.source].map { store.identity($0) } }
    let changed = items.indices.filter { index in
      guard let known = items[index].known, known.day == items[index].day else { return true }
      let sources = items[index].interface.sources
      guard known.sources.map(\.id) == sources.map(\.id) else { return true }
      return sources.indices.contains { source in
        identities[Place(item: index, source: source)].map { $0 != known.parts[source].identities } ?? false
      }
    }
    let isChanged = Set(changed)
    let rows = await onRoots(items, places.filter { isChanged.contains($0.item) && identities[$0] != nil }) { place in
      let item = items[place.item]
      let span = LedgerPart.reach(of: item.day, now: now)
      let source = item.interface.sources[place.source]
      guard source.isReadable else { return LedgerPart(rows: [], live: LiveLedger()) }
      return LedgerPart.read(source, span, LiveLedger()) { path throws(FileError) in
        try store.recent(path, since: span.lowerBound)
      }
    }
    for (place, part) in rows { part.report(to: usage.problems, device: items[place.item].key.device) }
    return items.indices.map { index in
      let item = items[index]
      if !isChanged.contains(index), let known = item.known { return known }
      let readings = item.interface.sources.indices.map { source -> DayLedger.Reading? in
        let place = Place(item: index, source: source)
        // The identity from before the reading: what was written since is read the next time.
        guard let found = identities[place], let part = rows[place] else { return nil }
        return DayLedger.Reading(identities: found, rows: part.rows)
      }
      return DayLedger(item.day, item.interface.sources, readings, before: item.known, now: now)
    }
  }

  /// `body` for each of `places` on the threads of its root, one piece of work for each root; those whose root does not answer are left out.
  private func onRoots<Value: Sendable>(
    _ items: [Item], _ places: [Place], _ body: @escaping @Sendable (Place) -> Value
  ) async -> [Place: Value] {
    var byRoot: [Int: [Place]] = [:]
    for place in places {
      let source = items[place.item].interface.sources[place.source]
      if source.isAnswering { byRoot[source.root, default: []].append(place) }
    }
    return await withTaskGroup(of: [(Place, Value)].self) { group in
      for (root, places) in byRoot {
        let pool = usage.series.pool(root)
        group.addTask {
          // A root that hangs is said to do so by its watcher; what was known of it still holds.
          (try? await pool.run { places.map { ($0, body($0)) } }) ?? []
        }
      }
      var result: [Place: Value] = [:]
      for await part in group { for (place, value) in part { result[place] = value } }
      return result
    }
  }
}
