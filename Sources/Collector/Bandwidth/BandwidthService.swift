import Logging
import ServiceLifecycle
import Shared

/// Tests the connection to the internet now and then, where that is asked for. Nothing waits for it: it works on a thread of its own.
struct BandwidthService: Service {
  typealias Test = @Sendable (BandwidthConfig, TransferStop) -> BandwidthResult

  /// The configuration in force; `nil`: no test is wanted.
  let config: @Sendable () -> BandwidthConfig?
  let own: OwnMetrics
  let time: TimeSource
  let logger: Logger
  var test: Test = { BandwidthTest().run($0, $1) }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var schedule = BandwidthSchedule()
      var told: [String] = []
      while !Task.isCancelled {
        switch schedule.action(config(), at: time.steady) {
        case .forget:
          own.show(nil)
          told = []
        case .test(let config):
          let result = await run(config)
          guard !Task.isCancelled else { break }
          own.show(result)
          if result.problems != told { tell(result.problems) }
          told = result.problems
        case .wait:
          // Cancelled means stopping, which the loop sees.
          try? await Task.sleep(for: .seconds(1))
        }
      }
    }
  }

  private func run(_ config: BandwidthConfig) async -> BandwidthResult {
    let stop = TransferStop()
    let test = test
    return await withTaskCancellationHandler {
      do {
        return try await BlockingWork.run("bandwidth") { test(config, stop) }
      } catch {
        return BandwidthResult(problems: ["\(error)"])
      }
    } onCancel: {
      stop.request()
    }
  }

  private func tell(_ problems: [String]) {
    for problem in problems { logger.warning("The bandwidth test failed", metadata: [LogKey.error: "\(problem)"]) }
    if problems.isEmpty { logger.notice("The bandwidth test succeeds again") }
  }
}
