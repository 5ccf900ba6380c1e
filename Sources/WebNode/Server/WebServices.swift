import HTTPService
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
  let tables: TablesService
  let clients: ClientStore
  let vendors: MACVendors
  let patience: RequestPatienceMiddleware<WebContext>
  var metrics: MetricsStore
  let streams: StreamCount
  let feeds = StreamFeeds()
  let counters: NodeCounters
  /// When the node started, epoch seconds.
  let started: Double
  let now: @Sendable () -> Double
  let logger: Logger
}
