import Logging
import NIOCore
import Shared

/// What request handlers work with.
struct WebServices: Sendable {
  var config: WebNodeConfig
  let fleet: FleetStore
  let series: SeriesService
  let usage: UsageService
  let summaries = UsageSummaries()
  let fleetUsage = FleetUsage()
  let graphs: GraphService
  var metrics: MetricsStore
  let streams: StreamCount
  let counters: NodeCounters
  let now: @Sendable () -> Double
  let logger: Logger
}
