import Shared

/// What one collector's folder holds, kept up to date by looking at what changed. A value: publishing it is copying it.
struct CollectorRecord: Sendable {
  /// Devices and interfaces beyond these are not shown: no site has so many, a broken file may.
  static let deviceLimit = 20_000
  static let interfaceLimit = 100_000

  let folder: String
  let directory: CollectorDirectory
  private(set) var heartbeat: Heartbeat?
  private(set) var heartbeatEpoch: Double?
  private var heartbeatIdentity: BoundedFile.Identity?
  private(set) var clock = ClockWatch()
  /// Why `heartbeat.json` cannot be read; `nil` while it is fine or not there.
  private(set) var heartbeatProblem: FileError?
  /// By device name.
  private(set) var devices: [String: DeviceRecord] = [:]
  private(set) var tail: JournalTail
  /// Devices and interfaces left out because of the limits.
  private(set) var leftOut = 0
  private var interfaceRoom = CollectorRecord.interfaceLimit
  private var nextDiscovery = 0.0

  init(folder: String, directory: CollectorDirectory) {
    self.folder = folder
    self.directory = directory
    tail = JournalTail(folder: directory.live)
  }

  /// The name that the collector gives itself; that of its folder where the heartbeat is missing or belongs to another folder (a copy,
  /// or one that was renamed), so that no two folders of a root go by one name.
  var name: String {
    guard let name = heartbeat?.collector, FolderName.escape(name) == folder else { return folder }
    return name
  }

  var badFiles: Int {
    (heartbeatProblem == nil ? 0 : 1) + (tail.problem == nil ? 0 : 1)
      + devices.values.count { $0.fileProblem != nil || $0.folderProblem != nil }
  }

  /// Looks at everything that may have changed; whether anything did. Blocking.
  mutating func refresh(now: Double, reader: some HandoffReader) -> Bool {
    var changed = refreshHeartbeat(now: now, reader: reader)
    let problem = tail.problem
    for line in tail.advance(now: now, reader: reader) {
      changed = true
      for (name, sample) in line.devices where sample.time <= now + Double(JournalTail.farthestFuture) {
        guard admit(name) else { continue }
        devices[name]?.add(sample, room: &interfaceRoom)
      }
    }
    if tail.problem != problem { changed = true }
    if now >= nextDiscovery {
      nextDiscovery = now + 2
      if discover(now: now, reader: reader) { changed = true }
    }
    return changed
  }

  private mutating func refreshHeartbeat(now: Double, reader: some HandoffReader) -> Bool {
    let path = directory.heartbeat
    do throws(FileError) {
      let found = try reader.identity(path)
      guard found != heartbeatIdentity else { return false }
      heartbeatIdentity = found
      guard found != nil else {
        heartbeat = nil
        heartbeatEpoch = nil
        heartbeatProblem = nil
        return true
      }
      let read = try reader.heartbeat(path)
      guard let written = read.writtenEpoch else {
        throw FileError(.malformed, "read", path, "\"written\" is no time: \"\(read.written.prefix(64))\"")
      }
      clock.observe(written: written, seen: now)
      guard written <= now + Double(JournalTail.farthestFuture) else {
        throw FileError(.malformed, "read", path, "it is of the future: \(read.written.prefix(64)); check the clocks")
      }
      heartbeat = read
      heartbeatEpoch = written
      heartbeatProblem = nil
      for name in read.devices.keys { _ = admit(name) }
      return true
    } catch {
      let changed = heartbeatProblem != error
      heartbeatProblem = error
      // Bad content stays bad until the file changes; a failure to read may pass by itself.
      if error.code != .malformed, error.code != .tooLarge { heartbeatIdentity = nil }
      return changed
    }
  }

  /// Whether there is a record for the device, now.
  private mutating func admit(_ name: String) -> Bool {
    if devices[name] != nil { return true }
    guard devices.count < Self.deviceLimit, name.utf8.count <= 1024 else {
      leftOut += 1
      return false
    }
    devices[name] = DeviceRecord(name: name, directory: directory.device(name))
    return true
  }

  /// Looks for device folders and changed `device.json` files.
  private mutating func discover(now: Double, reader: some HandoffReader) -> Bool {
    var changed = false
    // A folder that is no folder, or none at all, has no devices; what the heartbeat and the journal tell stays.
    let folders = (try? reader.list(directory.devices)) ?? []
    let known = Set(devices.keys.map { FolderName.escape($0) })
    for folder in folders where !known.contains(folder) {
      guard let device = directory.device(folder: folder), (try? reader.list(device.path)) != nil else { continue }
      let name = (try? reader.deviceFile(device.deviceFile))?.device ?? folder
      if admit(FolderName.escape(name) == folder ? name : folder) { changed = true }
    }
    for name in devices.keys {
      if devices[name]?.checkFolders(of: directory, now: now, reader: reader) == true { changed = true }
      if devices[name]?.refreshFile(reader: reader) == true { changed = true }
    }
    return changed
  }
}
