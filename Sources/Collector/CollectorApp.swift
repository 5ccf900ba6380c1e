import Glibc
import Logging
import NIOPosix
import ServiceLifecycle
import Shared
import UnixSignals

/// Puts the collector together: storage, a poller per device, and the order in which they start and stop.
struct CollectorApp {
  let source: ConfigSource
  let config: CollectorConfig
  /// Those of the configuration's files, from before they were read.
  let stamps: [String: FileStamp?]
  let logger: Logger

  /// Returns after a clean stop.
  func run() async throws {
    let time = TimeSource()
    let grid = SampleGrid(time)
    let recorder = Recorder()
    // From now on SIGHUP ends nothing.
    let hangups = await UnixSignalsSequence(trapping: .sighup)
    let manager = ServiceManager(environment: source.environment, pid: Int(getpid()))
    let reloader = ConfigReloader(
      source, config: config, stamps: stamps, signals: hangups, manager: manager, time: time, logger: logger)
    let releases = ReleaseCheck(config.releaseFeeds, time: time, logger: logger)
    let storage = try storageService(recorder, time, grid, reloader.status, releases)
    try await storage.open()
    let board = MetricsBoard()
    board.show(config.devices, metricsInterval: config.metricsInterval.seconds)
    let environment = DevicePoller.Environment(
      recorder: recorder, time: time, grid: grid, group: MultiThreadedEventLoopGroup.singleton, resolver: HostResolver(),
      logger: logger, sampleInterval: config.sampleInterval.seconds, metricsInterval: config.metricsInterval.seconds,
      board: board, releases: releases)
    let polling = PollingService(
      config: config, updates: reloader.updates, storage: storage, environment: environment)
    let own = OwnMetrics(
      .init(
        collector: config.id, storage: { storage.storageState() }, config: { reloader.status.value },
        devices: { Array(recorder.reports.values) }))
    let shared = EndpointServices(
      config: config, board: board, recorder: recorder, own: own,
      probes: .init(resolver: environment.resolver, group: environment.group, time: time, logger: logger, releases: releases))
    let endpoint = EndpointService(config: config, updates: reloader.endpointUpdates, services: shared, logger: logger)
    let bandwidth = BandwidthService(config: { shared.config.endpoint.bandwidthInUse }, own: own, time: time, logger: logger)
    // Stopped in the opposite order: what the pollers bring last is still written.
    var services = ServiceGroupConfiguration(
      services: [
        .init(service: storage), .init(service: polling), .init(service: reloader), .init(service: releases),
        .init(service: endpoint), .init(service: bandwidth), .init(service: ManagedService(manager: manager)),
      ],
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

  private func storageService(
    _ recorder: Recorder, _ time: TimeSource, _ grid: SampleGrid, _ status: ConfigStatus, _ releases: ReleaseCheck
  ) throws -> StorageService {
    let options = StorageService.Options(
      root: config.storage, createsRoot: config.createsStorage,
      directory: DataDirectory(root: config.storage).collector(config.id), collector: config.id, host: HostIdentity.shortName,
      pid: Int(getpid()), sampleInterval: config.sampleInterval.seconds, flushInterval: config.flushInterval.seconds,
      devices: config.devices, grid: grid,
      spool: Spool.folder(below: config.spool, collector: config.id, root: config.storage), spoolLimit: config.spoolLimit,
      configStatus: status, releases: { releases.versions })
    return try StorageService(options, recorder: recorder, time: time, logger: logger)
  }

  /// The library tells about every step of every service; its errors are enough.
  private func quiet(_ logger: Logger) -> Logger {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    return quiet
  }
}

/// The root must be there and writable before anything is written to it.
enum StorageRoot {
  /// The root cannot be used.
  struct Unusable: Error, CustomStringConvertible {
    var path: String
    var reason: String
    /// Waiting does not help.
    var isFinal = false
    var description: String { "storage = \"\(path)\": \(reason)" }
  }

  /// Blocking.
  static func check(_ path: String, creating: Bool) throws {
    if creating {
      do throws(FileError) { try AtomicFile.createFolder(path) } catch { throw Unusable(path: path, reason: error.reason) }
    }
    let status: FileStatus
    do throws(FileError) { status = try FileStatus(path) } catch {
      let isMissing = error.code == .missing
      throw Unusable(path: path, reason: isMissing ? "no such folder: create it, or mount what belongs there" : error.reason)
    }
    guard status.kind == .folder else {
      throw Unusable(path: path, reason: "not a folder", isFinal: true)
    }
    guard access(path, R_OK | W_OK | X_OK) == 0 else {
      throw Unusable(path: path, reason: "cannot be written: \(String(cString: strerror(errno)))")
    }
  }
}
