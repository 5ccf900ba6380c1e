import Logging
import Shared

/// What earlier runs knew about a device.
struct DevicePast: Sendable {
  var file: DeviceFile?
  /// Where each interface's history ends, by key.
  var last: [String: CounterReading] = [:]
  var uptime: RebootDetection.Uptime?
}

extension Archivist {
  /// Brings archives and ledgers up to the journal's end, each second and byte exactly once, and tells where every device stands.
  ///
  /// - Parameter spool: what an earlier run could not bring to the root; it follows the journal, and stays for the journal's thread to move.
  mutating func restore(_ devices: [DeviceConfig], spool: Spool? = nil, now: Double) -> [String: DevicePast] {
    let heartbeat = try? Heartbeat.read(options.directory.heartbeat)  // without it only the shortest reboots go unnoticed
    var pasts: [String: DevicePast] = [:]
    for device in devices {
      var past = DevicePast(file: readFile(device, now: now))
      if let file = past.file {
        rememberLocally(file)
        if localStart != nil { rootFiles[device.name] = file }
      }
      if let seconds = heartbeat?.devices[device.name]?.uptime, let written = heartbeat?.writtenEpoch {
        past.uptime = RebootDetection.Uptime(seconds: seconds, time: written)
      }
      pasts[device.name] = past
      // Ledgers, not device.json, say which interfaces have a past: they are what must not be counted twice.
      let keys = (try? BoundedFile.list(options.directory.device(device.name).usage)) ?? []
      for key in keys where FolderName.isValid(key) { place(device.name, key, now: now) }
    }
    replay(from: nil, now: now)
    if let spool { replay(spool, now: now) }
    for slot in slots {
      guard let last = slot.store.book.last else { continue }
      pasts[slot.device]?.last[slot.key] = CounterReading(time: last.time, rx: last.rxCounter, tx: last.txCounter)
    }
    return pasts
  }

  /// Takes the journal's lines from `from` (epoch seconds) on, or all; what stands in archives and ledgers already changes nothing.
  mutating func replay(from: Double?, now: Double) {
    let began = time.steady
    var count = 0
    var lines: [LiveLine] = []
    JournalReplay(directory: options.directory, logger: logger).run(from: from) { line in
      count += 1
      lines.append(line)
    } endOfFile: {
      takeAndFlush(lines, now: now)
      lines = []
    }
    noteReplay("Journal replayed", count, began: began, now: now)
  }

  private mutating func replay(_ spool: Spool, now: Double) {
    let began = time.steady
    var count = 0
    for file in spool.files {
      do throws(FileError) {
        let lines = try spool.lines(file)
        count += lines.count
        takeAndFlush(lines, now: now)
      } catch {
        logger.warning("A spool file cannot be read", metadata: [LogKey.error: "\(error)"])
      }
    }
    noteReplay("Spool replayed", count, began: began, now: now)
  }

  /// A minute at a time, so that a long outage does not gather in memory.
  private mutating func takeAndFlush(_ lines: [LiveLine], now: Double) {
    for line in lines { take(line, now: now) }
    flushArchives(slots.indices.filter { !slots[$0].store.rows.isEmpty }, now: now, creationBudget: .infinity)
  }

  private mutating func noteReplay(_ what: Logger.Message, _ count: Int, began: Double, now: Double) {
    flushLedgers(now: now)
    guard count > 0 else { return }
    logger.info(
      what, metadata: [LogKey.count: "\(count)", LogKey.seconds: "\(((time.steady - began) * 1000).rounded() / 1000)"])
  }

  mutating func readFile(_ device: DeviceConfig, now: Double) -> DeviceFile? {
    let path = options.directory.device(device.name).deviceFile
    do throws(FileError) {
      return try DeviceFile.read(path)
    } catch {
      switch error.code {
      case .missing: return nil
      case .malformed, .notRegular, .tooLarge:
        if let moved = try? Quarantine.move(path, word: "corrupt", now: now) {
          report(.schema, device.name, key: nil, "\(error.reason): device.json was put aside as \(moved)", now: now)
          return nil
        }
      case .permission, .full, .readOnly, .changed, .other: break
      }
      fail(path, device.name, error)
      return nil
    }
  }
}
