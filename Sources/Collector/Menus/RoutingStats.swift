import Shared

/// `/routing/stats/process`: memory and time of the routing processes. RouterOS 7 only.
struct RoutingStats: SingleMenu {
  static let info = Metric.gauge("mktxp_routing_stats_processes_info", "Routing process")
  static let memory: [(metric: Metric, field: String)] = [
    (.gauge("mktxp_routing_stats_private_mem", "Private memory of a routing process"), "private-mem-blocks"),
    (.gauge("mktxp_routing_stats_shared_mem", "Shared memory of a routing process"), "shared-mem-blocks"),
  ]
  /// The last two are maxima since the process began, though typed as counters.
  static let times: [(metric: Metric, field: String)] = [
    (.counter("mktxp_routing_stats_kernel_time_total", "Seconds that a routing process spent in the kernel"), "kernel-time"),
    (.counter("mktxp_routing_stats_process_time_total", "Seconds that a routing process spent in itself"), "process-time"),
    (.counter("mktxp_routing_stats_max_busy_total", "Seconds of the longest time that a routing process was busy"), "max-busy"),
    (.counter("mktxp_routing_stats_max_calc_total", "Seconds of the longest calculation of a routing process"), "max-calc"),
  ]

  let query = MenuQuery(
    path: "/routing/stats/process", properties: ["tasks", "id", "pid"] + (memory + times).map(\.field))
  let metrics = [info] + (memory + times).map(\.metric)

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.routingStats] ? .exported : .off }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows {
      samples.add(info: Self.info, context.labels(["tasks", "id", "pid"].map { ($0, row[$0]) }))
      let labels = context.labels([("tasks", row["tasks"])])
      for (metric, field) in Self.memory { samples.add(metric, row, field, labels, RowValue.size) { .unsigned($0) } }
      for (metric, field) in Self.times { samples.add(seconds: metric, row, field, labels) }
    }
    return samples
  }
}
