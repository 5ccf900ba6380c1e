import Glibc
import Logging
import NIOPosix
import ServiceLifecycle
import Shared
import UnixSignals

/// Puts the collector together: storage, a poller per device, and the order in which they start and stop.
struct CollectorApp {
  let config: CollectorConfig
  let logger: Logger

  init(_ config: CollectorConfig, logger: Logger) {
    self.config = config
    self.logger = logger
  }

  /// Returns after a clean stop.
  func run() async throws {
    let time = TimeSource()
    let grid = SampleGrid(time)
    let recorder = Recorder()
    let storage = try openStorage(recorder, time, grid)
    let environment = DevicePoller.Environment(
      recorder: recorder, time: time, grid: grid, group: MultiThreadedEventLoopGroup.singleton, resolver: HostResolver(),
      logger: logger, sampleInterval: config.sampleInterval.seconds, metricsInterval: config.metricsInterval.seconds)
    let polling = PollingService(devices: config.devices, storage: storage, environment: environment)
    // Stopped in the opposite order: what the pollers bring last is still written.
    var services = ServiceGroupConfiguration(
      services: [.init(service: storage), .init(service: polling)],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(logger))
    services.maximumGracefulShutdownDuration = .seconds(9)
    logger.notice(
      "Collector started",
      metadata: [
        LogKey.collector: "\(config.id)", LogKey.path: "\(config.storage)", LogKey.count: "\(config.devices.count)",
        LogKey.version: "\(Version.current)",
      ])
    if config.devices.isEmpty { logger.warning("No device is configured") }
    try await ServiceGroup(configuration: services).run()
    logger.notice("Collector stopped")
  }

  private func openStorage(_ recorder: Recorder, _ time: TimeSource, _ grid: SampleGrid) throws -> StorageService {
    try StorageRoot.check(config.storage, creating: config.createsStorage)
    let options = StorageService.Options(
      directory: DataDirectory(root: config.storage).collector(config.id), collector: config.id, host: HostIdentity.shortName,
      pid: Int(getpid()), sampleInterval: config.sampleInterval.seconds, flushInterval: config.flushInterval.seconds,
      devices: config.devices, grid: grid,
      spool: Spool.folder(below: config.spool, collector: config.id, root: config.storage), spoolLimit: config.spoolLimit)
    return try StorageService(options, recorder: recorder, time: time, logger: logger)
  }

  /// The library tells about every step of every service; its errors are enough.
  private func quiet(_ logger: Logger) -> Logger {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    return quiet
  }
}

/// Runs a poller per device, once storage knows where each stands; one that fails to reach its device is no concern of the others.
struct PollingService: Service {
  let devices: [DeviceConfig]
  let storage: StorageService
  let environment: DevicePoller.Environment

  func run() async throws {
    await cancelWhenGracefulShutdown {
      guard let pasts = await storage.pasts() else { return }
      await withDiscardingTaskGroup { group in
        for (index, device) in devices.enumerated() {
          let poller = DevicePoller(
            device, past: pasts[device.name] ?? DevicePast(), index: index, of: devices.count, environment)
          group.addTask { await poller.run() }
        }
        // Without a device there is nothing to do but to be there.
        group.addTask { for await _ in AsyncStream<Never>.makeStream().stream {} }
      }
    }
  }
}

/// The root must be there and writable before anything else begins.
enum StorageRoot {
  /// The root cannot be used.
  struct Unusable: Error, CustomStringConvertible {
    var path: String
    var reason: String
    var description: String { "storage = \"\(path)\": \(reason)" }
  }

  /// Blocking.
  static func check(_ path: String, creating: Bool) throws {
    if creating {
      do throws(FileError) { try AtomicFile.createFolder(path) } catch { throw Unusable(path: path, reason: error.reason) }
    }
    var info = stat()
    guard stat(path, &info) == 0 else {
      let reason = errno == ENOENT ? "no such folder: create it, or mount what belongs there" : String(cString: strerror(errno))
      throw Unusable(path: path, reason: reason)
    }
    guard info.st_mode & S_IFMT == S_IFDIR else { throw Unusable(path: path, reason: "not a folder") }
    guard access(path, R_OK | W_OK | X_OK) == 0 else {
      throw Unusable(path: path, reason: "cannot be written: \(String(cString: strerror(errno)))")
    }
  }
}
