import Logging
import Shared

/// Writes `heartbeat.json`. Confined to one thread; blocking.
struct HeartbeatWriter {
  private let options: StorageService.Options
  private let started: Double
  private let logger: Logger
  private var sequence = 0
  private var problem: String?

  init(_ options: StorageService.Options, started: Double, logger: Logger) {
    self.options = options
    self.started = started
    self.logger = logger
  }

  mutating func write(_ reports: [String: DeviceStatus], _ storage: Heartbeat.Storage, now: Double, steady: Double) {
    sequence += 1
    var heartbeat = Heartbeat(
      collector: options.collector, host: options.host, pid: options.pid, version: Version.current, started: started,
      written: now,
      sequence: sequence, interval: options.sampleInterval, devices: reports.mapValues { $0.heartbeat(steady: steady) })
    heartbeat.storage = storage
    heartbeat.updates = options.releases()
    heartbeat.config = options.configStatus.value
    let path = options.directory.heartbeat
    do throws(FileError) {
      try Quarantine.clearing(path, now: now) { () throws(FileError) in try heartbeat.write(path) }
      if problem != nil { logger.notice("The heartbeat is written again") }
      problem = nil
    } catch {
      if problem != error.description { logger.error("The heartbeat cannot be written", metadata: [LogKey.error: "\(error)"]) }
      problem = error.description
    }
  }
}
