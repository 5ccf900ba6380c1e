import HTTPService
import Hummingbird
import Shared

/// `/api/v1/cluster`: collectors, roots and replicas as this node sees them, and the node itself.
struct ClusterRoute {
  let services: WebServices

  func add(to group: RouterGroup<WebContext>) {
    group.get("cluster") { [services] request, _ in
      let summary = ClusterSummary(services.fleet.snapshot())
      return Response.json(Self.output(summary, NodeStatus(services)), request: request)
    }
  }

  static func output(_ summary: ClusterSummary, _ node: NodeStatus) -> JSONOutput {
    let snapshot = summary.snapshot
    var output = JSONOutput(capacity: 4096 + snapshot.devices.count * 300)
    output.object {
      $0.member("t", snapshot.time)
      $0.member("state", summary.loud.isEmpty ? "ok" : "degraded")
      $0.key("problems")
      $0.array {
        for problem in summary.problems {
          $0.object {
            $0.member("severe", problem.isSevere)
            $0.member("text", problem.text)
          }
        }
      }
      $0.key("node")
      $0.object { members(node, snapshot.time, &$0) }
      $0.key("collectors")
      $0.array { for collector in summary.collectors { $0.object { members(collector, snapshot, &$0) } } }
      $0.key("roots")
      $0.array { for root in snapshot.roots { $0.object { members(root, snapshot, &$0) } } }
      $0.key("devices")
      $0.array { for device in snapshot.devices { $0.object { members(device, &$0) } } }
    }
    return output
  }

  private static func members(_ node: NodeStatus, _ now: Double, _ output: inout JSONOutput) {
    output.member("version", Version.current)
    output.member("host", node.host)
    output.member("pid", node.pid)
    output.member("started", node.started)
    output.member("uptime", max(0, now - node.started))
    output.member("memoryBytes", node.memory)
    output.member("streams", node.streams)
    output.member("responses", node.responses)
    output.member("renders", node.renders)
    output.member("brokenFiles", node.brokenFiles)
  }

  private static func members(_ collector: ClusterSummary.Collector, _ snapshot: FleetSnapshot, _ output: inout JSONOutput) {
    let view = collector.view
    output.member("name", view.name)
    output.member("root", snapshot.roots.indices.contains(view.root) ? snapshot.roots[view.root].path : nil)
    output.member("state", view.isFresh ? "up" : "silent")
    output.member("host", view.host)
    output.member("version", view.version)
    output.member("started", view.started)
    output.member("written", view.written)
    output.member("heartbeatAge", view.heartbeatAge)
    output.member("lag", collector.newestSample.map { snapshot.time - $0 })
    output.member("clockOffset", view.clockOffset)
    output.member("interval", view.interval)
    output.member("devices", collector.devices)
    output.member("devicesAlone", collector.alone)
    output.member("missedSamples", collector.missed)
    output.member("dueSamples", collector.due.rounded())
    output.member("pendingSamples", view.pendingSamples)
    output.member("spoolBytes", view.spoolBytes)
    // A collector that tells neither does not know.
    let dropped = [view.storage?.droppedSamples, view.storage?.spoolDroppedSamples].compactMap { $0 }
    output.member("droppedSamples", dropped.isEmpty ? nil : dropped.reduce(0, +))
    output.member("flushSeconds", view.storage?.flushSeconds)
    output.member("freeBytes", view.storage?.freeBytes)
    output.member("neededBytes", view.storage?.neededBytes)
    output.member("reservedBytes", view.storage?.reservedBytes)
    output.member("badLines", view.badLines)
    output.member("badFiles", view.badFiles)
    output.member("configurationInForce", view.config?.lastReloadSuccessful)
    output.member("problem", view.problem)
  }

  private static func members(_ root: RootView, _ snapshot: FleetSnapshot, _ output: inout JSONOutput) {
    output.member("path", root.path)
    output.member("readable", root.isReadable)
    output.member("hung", root.isHung)
    output.member("scanned", root.scanned)
    output.member("scanAge", root.scanned.map { max(0, snapshot.time - $0) })
    output.member("problem", root.problem)
  }

  private static func members(_ device: DeviceView, _ output: inout JSONOutput) {
    output.member("name", device.name)
    output.member("state", device.state.rawValue)
    output.key("replicas")
    output.array {
      for replica in device.replicas {
        $0.object {
          $0.member("collector", replica.collector)
          $0.member("state", replica.isRetired ? "past" : replica.state.rawValue)
          $0.member("reason", replica.reason)
          $0.member("message", replica.message)
          $0.member("since", replica.since)
          $0.member("t", replica.sampleTime)
          $0.member("missedSamples", replica.missedSamples)
          $0.member("coverage", replica.coverage)
        }
      }
    }
  }
}
