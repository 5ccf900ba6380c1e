import Logging
import ServiceLifecycle
import Shared
import Synchronization
import UnixSignals

/// Reads the configuration again when one of its files has changed, and at SIGHUP; hands on what is valid.
///
/// On a thread of its own: the files may be on a file system that hangs, and certificates are read as well.
final class ConfigReloader: Service {
  /// Seconds between two looks at the files. A change is picked up after the second look that finds it the same: DESIGN §3 allows 5 s.
  static let interval = 1.0
  /// Seconds until files that could not be used are tried again unchanged: what they refer to may have come.
  static let retryInterval = 10.0

  /// The configurations to apply, newest last.
  let updates: AsyncStream<CollectorConfig>
  /// The same, for the endpoint.
  let endpointUpdates: AsyncStream<CollectorConfig>
  let status: ConfigStatus

  private let takers: [AsyncStream<CollectorConfig>.Continuation]
  private let source: ConfigSource
  private let first: CollectorConfig
  private let stamps: [String: FileStamp?]
  private let signals: UnixSignalsSequence
  private let worker = Worker()
  private let isForced = Mutex(false)
  private let manager: ServiceManager?
  private let time: TimeSource
  private let logger: Logger

  /// - Parameters:
  ///   - config: the configuration in force.
  ///   - stamps: those of its files, taken before it was read.
  ///   - manager: told when the configuration is read again.
  init(
    _ source: ConfigSource, config: CollectorConfig, stamps: [String: FileStamp?], signals: UnixSignalsSequence,
    manager: ServiceManager?, time: TimeSource, logger: Logger
  ) {
    self.source = source
    first = config
    self.stamps = stamps
    self.signals = signals
    self.manager = manager
    self.time = time
    self.logger = logger
    status = ConfigStatus(now: time.epoch)
    let polling = AsyncStream.makeStream(of: CollectorConfig.self, bufferingPolicy: .bufferingNewest(1))
    let endpoint = AsyncStream.makeStream(of: CollectorConfig.self, bufferingPolicy: .bufferingNewest(1))
    (updates, endpointUpdates) = (polling.stream, endpoint.stream)
    takers = [polling.continuation, endpoint.continuation]
  }

  func run() async throws {
    worker.start("config") { self.watch() }
    await cancelWhenGracefulShutdown { [self] in
      for await _ in signals {
        isForced.withLock { $0 = true }
        worker.wake()
      }
    }
    // Not awaited: it may be held up by a file system, and has nothing to finish.
    worker.stop()
  }

  private func watch() {
    var current = first
    var watch = StampWatch(stamps.merging(StampWatch.stamps(first.referredFiles)) { known, _ in known })
    var problem: String?
    var retry = Double.infinity
    while !worker.isStopping {
      worker.pause(Self.interval)
      let stamps = StampWatch.stamps(source.files + current.referredFiles)
      let isForced = isForced.withLock { isForced in
        defer { isForced = false }
        return isForced
      }
      guard isForced || watch.hasSettled(stamps) || time.steady >= retry, !worker.isStopping else { continue }
      manager?.reloading()
      let failure = reload(&current, isForced: isForced, after: problem)
      manager?.ready()
      if let failure {
        if failure != problem || isForced { tell(failure) }
        status.failed(failure)
        problem = failure
        retry = time.steady + Self.retryInterval
      } else {
        status.succeeded(at: time.epoch)
        problem = nil
        retry = .infinity
      }
      // What the new configuration refers to was read after these stamps were taken, or is watched from now on.
      watch.wereRead(StampWatch.stamps(current.referredFiles).merging(stamps) { $1 }.filter { isWatched($0.key, current) })
    }
  }

  private func isWatched(_ path: String, _ config: CollectorConfig) -> Bool {
    source.files.contains(path) || config.referredFiles.contains(path)
  }

  /// Reads and compares. Returns why nothing was taken, `nil` when all is well.
  private func reload(_ current: inout CollectorConfig, isForced: Bool, after problem: String?) -> String? {
    let new: CollectorConfig
    do throws(ConfigErrors) {
      let (config, warnings, notices) = try source.load()
      new = config
      if config != current {
        for warning in warnings { logger.warning("\(warning)") }
        for notice in notices { logger.notice("\(notice)") }
      }
    } catch {
      return error.description
    }
    switch ConfigChange(from: current, to: new) {
    case .needsRestart(let keys): return "\(source.files[0]): restart the collector to change \(keys.joined(separator: ", "))"
    case .none where new != current:
      logger.notice("Configuration reloaded", metadata: ["changed": "endpoint, its modules or update_check_url"])
    case .none:
      if isForced || problem != nil { logger.notice("Configuration read: nothing has changed") }
    case .devices(let added, let removed, let changed):
      logger.notice(
        "Configuration reloaded",
        metadata: ["added": .array(added), "removed": .array(removed), "changed": .array(changed)])
    }
    if new != current { for taker in takers { taker.yield(new) } }
    current = new
    return nil
  }

  private func tell(_ failure: String) {
    for line in failure.split(separator: "\n") {
      logger.error("Configuration refused, the old one stays in force", metadata: [LogKey.error: "\(line)"])
    }
  }
}

extension Logger.MetadataValue {
  fileprivate static func array(_ names: [String]) -> Logger.MetadataValue { .string(names.joined(separator: ", ")) }
}

extension CollectorConfig {
  /// Files beside the configuration's own that its meaning depends on.
  var referredFiles: [String] {
    var files = Set<String>()
    for device in devices + modules.values.compactMap(\.device) {
      if let file = device.passwordFile { files.insert(file) }
      if device.transport.settings.usesAuthorityFile, let file = device.transport.settings.caFile { files.insert(file) }
    }
    return files.sorted()
  }
}
