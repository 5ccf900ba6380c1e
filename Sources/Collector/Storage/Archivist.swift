import Logging
import Shared

/// Writes archives, ledgers, events and the files of devices. Confined to one thread; everything blocks, nothing else waits for it.
///
/// What cannot be written stays and is tried again; ``problems`` tells of it until it has been written.
struct Archivist {
  /// One interface and its files.
  struct Slot {
    let device: String
    let key: String
    let path: String
    let ledger: LedgerFile
    /// `nil`: the device is no longer configured, so nothing new is begun for it.
    var retention: Retention?
    /// At which tick within the flush interval it is written: devices take turns.
    let phase: Int
    var store: InterfaceStore
    /// Since when its archive could not be locked.
    var lockedSince: Double?
    /// Whether its archive was there when that was last looked at.
    var hasArchive = false
    /// Why its archive is not begun: there is no room.
    var refusal: String?
  }

  struct Options: Sendable {
    var directory: CollectorDirectory
    /// By device name.
    var retentions: [String: Retention]
    /// Seconds between writes to one archive.
    var flushInterval: Int
    /// Seconds between samples.
    var sampleInterval: Double
    /// Rows that may wait in memory; beyond, the oldest are given up.
    var rowLimit = 1_000_000
    /// Seconds that creating archives may take in one tick: new ones are many at once, and large.
    var creationBudget = 0.5
    /// Keeps others out of the folder; made sure of before each round.
    var lock: CollectorLock?
    /// Keeps copies of `device.json` on this host.
    var memory: DeviceMemory?
    /// The space of the file system that holds a path.
    var look: @Sendable (String) throws(FileError) -> SpacePlan.Disk = { path throws(FileError) in try SpacePlan.look(at: path) }
  }

  var options: Options
  let logger: Logger
  let time: TimeSource
  let writer: ArchiveWriter
  var slots: [Slot] = []
  private var places: [String: [String: Int]] = [:]
  /// What could not be written, by path: the device, and why.
  var problems: [String: (device: String, message: String)] = [:]
  var files: [String: DeviceFile] = [:]
  var metrics: [String: [UInt8]] = [:]
  var tables: [String: TablesFile] = [:]
  var events: [String: [EventLine]] = [:]
  private(set) var droppedRows = 0
  private(set) var ticks = 0
  /// Seconds that the last round of writes took.
  private(set) var flushSeconds: Double?
  /// Set when sampling began before the root was there.
  var localStart: LocalStart?
  /// What the root knew of devices then, by name.
  var rootFiles: [String: DeviceFile] = [:]
  /// `nil` before the first look.
  var space: SpacePlan?
  /// Archives have come that the plan does not know.
  var isSpaceStale = false
  var wasSpaceLow = false

  init(_ options: Options, time: TimeSource, logger: Logger) {
    self.options = options
    self.time = time
    self.logger = logger
    writer = ArchiveWriter(heartbeat: max(900, Int(options.sampleInterval) * 10))
  }

  /// Rows that wait for their archive.
  var pendingRows: Int {
    var count = 0
    // By index, here and below: a slot that is taken out is a copy of everything in it.
    for index in slots.indices { count += slots[index].store.rows.count }
    return count
  }

  /// The oldest time that the journal must keep. Where an archive has no room, the journal is not made to grow on that disk instead: the
  /// rows wait in memory.
  var journalFloor: Double? {
    var floor: Double?
    for index in slots.indices {
      let own = slots[index].refusal == nil ? slots[index].store.journalFloor : slots[index].store.ledgerFloor
      if let own, own < floor ?? .infinity { floor = own }
    }
    return floor
  }

  // MARK: Taking

  mutating func add(_ sample: LiveLine.Device, of device: String, now: Double) {
    let known = places[device]
    for (key, value) in sample.interfaces {
      let place = known?[key] ?? place(device, key, now: now)
      slots[place].store.add(time: sample.time, anchored(value, at: sample.time, place))
    }
  }

  mutating func take(_ line: LiveLine, now: Double) {
    for (device, sample) in line.devices.sorted(by: { $0.key < $1.key }) { add(sample, of: device, now: now) }
  }

  mutating func take(_ batch: Recorder.Batch, now: Double) {
    for sample in batch.samples { add(sample.sample, of: sample.device, now: now) }
    files.merge(batch.files) { $1 }
    metrics.merge(batch.metrics) { $1 }
    tables.merge(batch.tables) { $1 }
    for (device, lines) in batch.events { events[device, default: []] += lines }
  }

  /// The slot of an interface; a new one begins where its files end.
  @discardableResult
  mutating func place(_ device: String, _ key: String, now: Double) -> Int {
    if let place = places[device]?[key] { return place }
    let directory = options.directory.device(device)
    let path = directory.archive(key)
    let ledger = LedgerFile(directory: directory, key: key)
    let through = (try? ArchiveReader().header(at: path).lastUpdate) ?? 0  // whatever is wrong shows when it is written
    let slot = Slot(
      device: device, key: key, path: path, ledger: ledger, retention: options.retentions[device],
      phase: abs(FolderName.escape(device).utf8.reduce(5381) { ($0 &* 33) &+ Int($1) }),
      store: InterfaceStore(after: lastRow(ledger, device, now: now), archivedThrough: through))
    places[device, default: [:]][key] = slots.count
    slots.append(slot)
    isSpaceStale = true
    return slots.count - 1
  }

  private mutating func lastRow(_ ledger: LedgerFile, _ device: String, now: Double) -> LedgerRow? {
    // Each try puts one obstacle aside; there are as many as months at most.
    for _ in 0..<1000 {
      do throws(FileError) {
        return try ledger.lastRow()
      } catch {
        guard error.code == .notRegular, let moved = try? Quarantine.move(error.path, word: "foreign", now: now) else {
          logger.error("A ledger cannot be read: it goes on without its past", metadata: [LogKey.error: "\(error)"])
          return nil
        }
        report(.schema, device, key: ledger.key, "something that was no ledger was put aside as \(moved)", now: now)
      }
    }
    return nil
  }

  // MARK: Writing

  /// One round: writes what is due.
  mutating func tick(now: Double) {
    ticks += 1
    let began = time.steady
    guard isFolderThere() else { return }
    defer { flushSeconds = time.steady - began }
    if space == nil || ticks % 5 == 0 || isSpaceStale { surveySpace() }
    if ticks % 10 == 0 { for index in slots.indices { slots[index].store.advance(to: now) } }
    let due = slots.indices.filter(isDue)
    flushArchives(due, now: now, creationBudget: options.creationBudget)
    flushLedgers(now: now)
    flushFiles(now: now)
    giveUpBeyondLimit()
  }

  /// Whether the collector's folder is still there. A root that was unmounted leaves an empty mount point, which must not be filled.
  private mutating func isFolderThere() -> Bool {
    let path = options.directory.path
    do throws(FileError) {
      if let lock = options.lock {
        try lock.hold()
      } else if !options.directory.isPresent {
        throw FileError(.missing, "write to", path, "the collector's folder is gone: is the root still mounted?")
      }
    } catch {
      fail(path, "", error)  // the journal says so of every device
      giveUpBeyondLimit()
      return false
    }
    succeed(path)
    return true
  }

  private func isDue(_ place: Int) -> Bool {
    guard !slots[place].store.rows.isEmpty else { return false }
    return slots[place].lockedSince != nil || (ticks + slots[place].phase) % max(1, options.flushInterval) == 0
  }

  /// A clean stop: everything is written, as far as `deadline` (steady seconds) allows.
  mutating func finish(now: Double, deadline: Double) {
    guard isFolderThere() else { return }
    for index in slots.indices { slots[index].store.close() }
    flushLedgers(now: now)
    flushFiles(now: now)
    repeat {
      flushArchives(slots.indices.filter { !slots[$0].store.rows.isEmpty }, now: now, creationBudget: deadline - time.steady)
    } while time.steady < deadline && slots.contains { $0.lockedSince != nil && !$0.store.rows.isEmpty }
  }

  private mutating func giveUpBeyondLimit() {
    while pendingRows > options.rowLimit {
      guard let fullest = slots.indices.max(by: { slots[$0].store.rows.count < slots[$1].store.rows.count }) else { return }
      let count = max(1, slots[fullest].store.rows.count / 4)
      slots[fullest].store.drop(count)
      droppedRows += count
      logger.error(
        "Seconds that cannot be written are given up",
        metadata: [
          LogKey.device: "\(slots[fullest].device)", LogKey.interface: "\(slots[fullest].key)", LogKey.count: "\(count)",
        ])
    }
  }

  // MARK: Telling

  mutating func report(_ kind: EventLine.Kind, _ device: String, key: String?, _ text: String, now: Double) {
    events[device, default: []].append(EventLine(t: SampleClock.rounded(now), kind: kind, interface: key, text: text))
    logger.warning(
      "\(kind.rawValue)", metadata: [LogKey.device: "\(device)", LogKey.interface: "\(key ?? "")", LogKey.error: "\(text)"])
  }

  mutating func fail(_ path: String, _ device: String, _ error: some CustomStringConvertible) {
    let message = error.description
    if problems[path]?.message != message {
      logger.error("Storage fails", metadata: [LogKey.device: "\(device)", LogKey.error: "\(message)"])
    }
    problems[path] = (device, message)
  }

  mutating func succeed(_ path: String) {
    if problems.removeValue(forKey: path) != nil { logger.notice("Storage works again", metadata: [LogKey.path: "\(path)"]) }
  }
}
