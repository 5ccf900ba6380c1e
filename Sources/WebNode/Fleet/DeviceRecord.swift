import Shared

/// What one collector tells about one device: its `device.json` and its share of the journal.
struct DeviceRecord: Sendable {
  /// One interface's share of the journal.
  struct Lane: Sendable {
    private var resampler = SecondResampler()
    private(set) var history = RateHistory()
    /// What its ledger will say of these minutes.
    private(set) var ledger = LiveLedger()
    /// The time of the newest sample that has this interface.
    private(set) var time: Double
    private(set) var rxRate: Double?
    private(set) var txRate: Double?

    init(time: Double) { self.time = time }

    mutating func add(time: Double, _ sample: LiveLine.Interface) {
      if let last = resampler.time, time <= last { return }
      self.time = time
      rxRate = sample.rxRate.map { Double($0) }
      txRate = sample.txRate.map { Double($0) }
      // The closure cannot write to `history` while `resampler` is in use through `self`.
      var history = self.history
      resampler.add(time: time, rx: rxRate, tx: txRate) { second, rx, tx in
        history.store(Rates(rx: rx, tx: tx), second: second)
      }
      history.close(through: Int(time))
      self.history = history
      ledger.add(time: time, sample)
    }
  }

  let name: String
  let directory: DeviceDirectory
  var file: DeviceFile?
  var fileIdentity: BoundedFile.Identity?
  /// Why `device.json` cannot be read; `nil` while it is fine or not there.
  var fileProblem: FileError?
  /// Something that is no folder stands where one of the device's folders belongs: nothing below is read.
  private(set) var folderProblem: FileError?
  private var nextFolderCheck = 0.0
  /// The time of the newest sample.
  var sampleTime: Double?
  /// By interface key.
  var lanes: [String: Lane] = [:]

  init(name: String, directory: DeviceDirectory) {
    self.name = name
    self.directory = directory
  }

  /// - Parameter room: how many new interfaces may be met.
  mutating func add(_ sample: LiveLine.Device, room: inout Int) {
    if let sampleTime, sample.time <= sampleTime { return }
    sampleTime = sample.time
    for (key, interface) in sample.interfaces {
      if lanes[key] == nil {
        guard room > 0 else { continue }
        room -= 1
      }
      lanes[key, default: Lane(time: sample.time)].add(time: sample.time, interface)
    }
  }

  /// Looks now and then whether the device's folders are folders. Whether anything changed.
  mutating func checkFolders(of collector: CollectorDirectory, now: Double, reader: some HandoffReader) -> Bool {
    guard now >= nextFolderCheck else { return false }
    nextFolderCheck = now + 30
    let before = folderProblem
    folderProblem = RealFolder.problem(
      [collector.devices, directory.path, directory.interfaces, directory.usage, directory.events], reader: reader)
    return folderProblem != before
  }

  /// Re-reads `device.json` if it is another one than before. Whether anything changed.
  mutating func refreshFile(reader: some HandoffReader) -> Bool {
    guard folderProblem == nil else { return false }
    let path = directory.deviceFile
    do throws(FileError) {
      let found = try reader.identity(path)
      guard found != fileIdentity else { return false }
      fileIdentity = found
      fileProblem = nil
      guard found != nil else {
        file = nil
        return true
      }
      let read = try reader.deviceFile(path)
      guard read.device == name || FolderName.escape(read.device) == FolderName.escape(name) else {
        throw FileError(.malformed, "read", path, "it belongs to device \"\(read.device)\"")
      }
      file = read
      return true
    } catch {
      let changed = fileProblem != error
      fileProblem = error
      // Bad content stays bad until the file changes; a failure to read may pass by itself.
      if error.code != .malformed, error.code != .tooLarge { fileIdentity = nil }
      // What was read before still holds: names do not change because a file broke.
      return changed
    }
  }
}
