import HTTPService
import HTTPTypes
import Hummingbird
import Shared

/// Builds the routes and what stands before them.
enum WebServer {
  static func router(_ services: WebServices, names: HostNameResolver, pages: WebPages) -> Router<WebContext> {
    let config = services.config
    let router = Router(context: WebContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: ResponseCounter(counters: services.counters))
    router.add(middleware: ErrorAnswers(pages: pages, services: services).middleware)
    router.add(middleware: RequestGate())
    router.add(middleware: BasePathRedirect(basePath: config.basePath))
    router.add(middleware: access(isMetrics: false, config, names))
    router.add(middleware: services.patience)
    let base = config.basePath.split(separator: "/").joined(separator: "/")
    let group = router.group(RouterPath(base))
    APIRoutes(services: services).add(to: group)
    GraphRoutes(services: services).add(to: group)
    DataRoutes(services: services).add(to: group)
    HealthRoutes(services: services).add(to: group)
    let metrics = group.group().add(middleware: access(isMetrics: true, config, names))
    MetricsRoute(services: services).add(to: metrics)
    FederateRoute(services: services).add(to: metrics)
    DiscoveryRoute(services: services).add(to: metrics)
    pages.addRoutes(group, services)
    return router
  }

  /// Who may ask for what: `metrics_allow` for the handlers of the metrics, however their path was written, and for their paths as
  /// written before any handler is found; `allow` for everything else.
  private static func access(isMetrics: Bool, _ config: WebNodeConfig, _ names: HostNameResolver) -> AccessMiddleware<WebContext>
  {
    var rules = rules(config, names)
    if isMetrics { rules.list = { _ in config.metricsAllow ?? config.allow } }
    return AccessMiddleware { [rules] in rules }
  }

  /// Who may ask for what, by the paths as they are written.
  static func rules(_ config: WebNodeConfig, _ names: HostNameResolver) -> AccessRules {
    let paths = Set(["metrics", "federate", "sd"].map { config.basePath + $0 })
    return AccessRules(
      list: { paths.contains($0.uri.path) ? config.metricsAllow ?? config.allow : config.allow },
      trustedProxies: config.trustedProxies, names: names)
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
