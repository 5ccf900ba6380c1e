import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import Shared

/// Builds the routes and what stands before them.
enum WebServer {
  static func router(_ services: WebServices, names: HostNameResolver, pages: WebPages) -> Router<WebContext> {
    let config = services.config
    let router = Router(context: WebContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: ResponseCounter(counters: services.counters))
    router.add(middleware: ErrorMiddleware(pages: pages, services: services))
    router.add(middleware: RequestGate(basePath: config.basePath))
    router.add(middleware: AccessMiddleware(purpose: .anything, config: config, names: names))
    let base = config.basePath.split(separator: "/").joined(separator: "/")
    let group = router.group(RouterPath(base))
    APIRoutes(services: services).add(to: group)
    GraphRoutes(services: services).add(to: group)
    HealthRoutes(services: services).add(to: group)
    let metrics = group.group().add(middleware: AccessMiddleware(purpose: .metrics, config: config, names: names))
    MetricsRoute(services: services).add(to: metrics)
    pages.addRoutes(group, services)
    return router
  }

  /// Limits of a connection.
  struct Limits: Sendable {
    var connections = 4096
    /// A connection between requests, or one that sends its request slowly.
    var idle = TimeAmount.seconds(60)
    /// A client that takes nothing of its answer.
    var stalled = TimeAmount.seconds(30)
    /// All headers of a request together, and any one of them.
    var headerListBytes = 80 << 10
    var headerCount = 100
  }

  static func channel(_ limits: Limits) -> HTTPServerBuilder {
    .http1(
      configuration: .init(
        additionalChannelHandlers: [SecurityHeaders(), SlowReaderGuard(patience: limits.stalled)], idleTimeout: limits.idle,
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: limits.headerListBytes, maxHeaderListSize: limits.headerListBytes,
          maxHeaderFieldCount: limits.headerCount)))
  }
}

/// Counts answers by status.
struct ResponseCounter: RouterMiddleware {
  let counters: NodeCounters

  func handle(
    _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
  ) async throws -> Response {
    let response = try await next(request, context)
    counters.countResponse(response.status.code)
    return response
  }
}
