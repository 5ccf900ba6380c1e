import HTTPService
import Hummingbird
import Shared

/// `/metrics`: every device once, with the node's own families. Never waits for a device; a root that hangs costs its deadline, and its
/// devices leave when what is known of them is too old.
struct MetricsRoute {
  let services: WebServices

  func add(to group: RouterGroup<WebContext>) { group.get("metrics", use: metrics) }

  @Sendable private func metrics(_ request: Request, _ context: WebContext) async throws -> Response {
    let query = try QueryParameters(request.uri.query)
    let snapshot = services.fleet.snapshot()
    let selection = try MetricsSelection(query, snapshot)
    let contents = await MetricsSource(services: services).contents(selection, snapshot)
    let answer = ExpositionAnswer(request)
    let store = services.metrics
    let segments = try await store.pool.run {
      let view = store.views.view(selection, contents)
      return answer.prepared(view.segments(answer.format, own: contents.own))
    }
    return try await answer.response(segments, store.pool)
  }
}
