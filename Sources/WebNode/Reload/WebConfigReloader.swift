import HTTPService
import Logging
import NIOCore
import ServiceLifecycle
import Shared
import Synchronization
import UnixSignals

/// Reads the configuration again when its file has changed, and at SIGHUP; hands on what is valid. An invalid file changes nothing.
final class WebConfigReloader: Service {
  /// Between two looks at the file. A change is picked up after the second look that finds it the same: DESIGN §3 allows 5 s.
  static let interval = Duration.seconds(1)
  /// Looks until a file that could not be used is tried again unchanged: what it needs may have come.
  static let retryLooks = 10

  /// What the process learns while it runs.
  struct Environment: Sendable {
    var signals: UnixSignalsSequence
    var status: ReloadStatus
    var manager: ServiceManager?
    var now: @Sendable () -> Double
    var logger: Logger
    /// Puts a configuration in force.
    var apply: @Sendable (WebNodeConfig) async -> Void
  }

  private let source: WebConfigSource
  private let first: WebNodeConfig
  private let stamps: [String: FileStamp?]
  private let environment: Environment
  private let isForced = Mutex(false)

  /// - Parameters:
  ///   - config: the configuration in force.
  ///   - stamps: those of its files, taken before it was read.
  init(_ source: WebConfigSource, config: WebNodeConfig, stamps: [String: FileStamp?], _ environment: Environment) {
    self.source = source
    first = config
    self.stamps = stamps
    self.environment = environment
  }

  func run() async throws {
    // The file may be on a file system that hangs: a thread of its own, and a deadline.
    let pool = BlockingPool(name: "configuration", threads: 1, queueLimit: 4, deadline: .seconds(10))
    defer { pool.stop() }
    let (looks, look) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    await cancelWhenGracefulShutdown { [self] in
      await withDiscardingTaskGroup { group in
        group.addTask { for await _ in Ticks(period: Self.interval) { look.yield() } }
        group.addTask { [self] in
          for await _ in environment.signals {
            isForced.withLock { $0 = true }
            look.yield()
          }
        }
        await follow(looks, pool)
        group.cancelAll()
      }
    }
  }

  private func follow(_ looks: AsyncStream<Void>, _ pool: BlockingPool) async {
    var current = first
    var watch = StampWatch(stamps)
    var problem: String?
    var waited = 0
    for await _ in looks {
      let files = source.files
      guard let stamps = try? await pool.run({ StampWatch.stamps(files) }) else { continue }
      let isForced = isForced.withLock { isForced in
        defer { isForced = false }
        return isForced
      }
      waited += 1
      guard isForced || watch.hasSettled(stamps) || problem != nil && waited >= Self.retryLooks else { continue }
      waited = 0
      environment.manager?.reloading()
      let failure = await reload(&current, pool, isForced: isForced, after: problem)
      environment.manager?.ready()
      if let failure, failure != problem || isForced { tell(failure) }
      if failure == nil { environment.status.succeeded(at: environment.now()) } else { environment.status.failed() }
      problem = failure
      watch.wereRead(stamps)
    }
  }

  /// Reads and compares. Returns why nothing was taken, `nil` when all is well.
  private func reload(
    _ current: inout WebNodeConfig, _ pool: BlockingPool, isForced: Bool, after problem: String?
  ) async -> String? {
    let source = source
    let new: WebNodeConfig
    do {
      let (config, warnings) = try await pool.run { try source.load() }
      new = config
      for warning in warnings { environment.logger.warning("\(warning)") }
    } catch let errors as ConfigErrors {
      return errors.description
    } catch {
      return "\(source.file ?? ""): cannot be read in time"
    }
    switch WebConfigChange(from: current, to: new) {
    case .needsRestart(let keys):
      return "\(source.file ?? ""): restart the node to change \(keys.joined(separator: ", "))"
    case .none:
      if isForced || problem != nil { environment.logger.notice("Configuration read: nothing has changed") }
    case .live(let keys):
      await environment.apply(new)
      environment.logger.notice("Configuration reloaded", metadata: ["changed": "\(keys.joined(separator: ", "))"])
    }
    current = new
    return nil
  }

  private func tell(_ failure: String) {
    for line in failure.split(separator: "\n") {
      environment.logger.error("Configuration refused, the old one stays in force", metadata: [LogKey.error: "\(line)"])
    }
  }
}
