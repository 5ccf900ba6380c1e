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
  mutating func restore(_ devices: [DeviceConfig], now: Double) -> [String: DevicePast] {
    let heartbeat = try? Heartbeat.read(options.directory.heartbeat)  // without it only the shortest reboots go unnoticed
    var pasts: [String: DevicePast] = [:]
    for device in devices {
      var past = DevicePast(file: readFile(device, now: now))
      if let seconds = heartbeat?.devices[device.name]?.uptime, let written = heartbeat?.writtenEpoch {
        past.uptime = RebootDetection.Uptime(seconds: seconds, time: written)
      }
      pasts[device.name] = past
      // Ledgers, not device.json, say which interfaces have a past: they are what must not be counted twice.
      let keys = (try? BoundedFile.list(options.directory.device(device.name).usage)) ?? []
      for key in keys where FolderName.isValid(key) { place(device.name, key, now: now) }
    }
    replay(now: now)
    for slot in slots {
      guard let last = slot.store.book.last else { continue }
      pasts[slot.device]?.last[slot.key] = CounterReading(time: last.time, rx: last.rxCounter, tx: last.txCounter)
    }
    return pasts
  }

  private mutating func replay(now: Double) {
    let began = time.steady
    var lines = 0
    var replay: [Recorder.Sample] = []
    JournalReplay(directory: options.directory, logger: logger).run { line in
      lines += 1
      for (device, sample) in line.devices.sorted(by: { $0.key < $1.key }) {
        replay.append(Recorder.Sample(device: device, sample: sample))
      }
    } endOfFile: {
      for sample in replay { add(sample.sample, of: sample.device, now: now) }
      replay = []
      // A minute at a time, so that a long outage does not gather in memory.
      flushArchives(slots.indices.filter { !slots[$0].store.rows.isEmpty }, now: now, creationBudget: .infinity)
    }
    flushLedgers(now: now)
    guard lines > 0 else { return }
    logger.info(
      "Journal replayed",
      metadata: [LogKey.count: "\(lines)", LogKey.seconds: "\(((time.steady - began) * 1000).rounded() / 1000)"])
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
