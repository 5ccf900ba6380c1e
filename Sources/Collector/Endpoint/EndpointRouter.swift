import HTTPService
import HTTPTypes
import Hummingbird
import Shared

/// Builds the routes and what stands before them.
enum EndpointRouter {
  static func make(_ services: EndpointServices, rules: @escaping @Sendable () -> AccessRules) -> Router<EndpointContext> {
    let router = Router(context: EndpointContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: AnswerCounter(own: services.own))
    router.add(middleware: ErrorMiddleware { problem, _ in .plain("Error: \(problem.detail)\n") })
    var limits = RequestGate<EndpointContext>.Limits()
    limits.methods = [.get, .head, .options]
    limits.target = 16_384
    router.add(middleware: RequestGate(limits: limits))
    router.add(middleware: AccessMiddleware(rules: rules))
    router.add(middleware: OptionsMiddleware())
    router.get("/") { _, _ in Response.plain(welcome) }
    router.get("healthz") { _, _ in Response.plain("ok\n") }
    router.get("readyz") { _, _ in ready(services) }
    ScrapeRoute(services: services).add(to: router)
    ProbeRoute(services: services).add(to: router)
    return router
  }

  private static let welcome = """
    Tikwatch collector \(Version.current)

    /metrics                     all devices; ?device=NAME and ?name[]=FAMILY narrow it, both repeatable
    /probe?module=NAME           one entry, asked now; &target=ADDRESS where the entry is for probes
    /healthz, /readyz

    """

  /// Polling has begun: what is in the root is known, and each device has a poller.
  private static func ready(_ services: EndpointServices) -> Response {
    let reports = services.recorder.reports
    let missing = services.config.devices.count { reports[$0.name] == nil }
    guard missing > 0 else { return .plain("ready\n") }
    return .plain("polling has not begun for \(missing) devices: the root is being read\n", .serviceUnavailable)
  }
}

extension Response {
  /// A short text.
  static func plain(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
      body: .init(byteBuffer: .init(string: text)))
  }
}

/// Says what is served, whatever is asked about.
struct OptionsMiddleware: RouterMiddleware {
  func handle(
    _ request: Request, context: EndpointContext, next: (Request, EndpointContext) async throws -> Response
  ) async throws -> Response {
    guard request.method == .options else { return try await next(request, context) }
    var response = Response.plain("")
    response.headers[.allow] = "GET, HEAD, OPTIONS"
    return response
  }
}

/// Counts answers by status.
struct AnswerCounter: RouterMiddleware {
  let own: OwnMetrics

  func handle(
    _ request: Request, context: EndpointContext, next: (Request, EndpointContext) async throws -> Response
  ) async throws -> Response {
    let response = try await next(request, context)
    own.countAnswer(response.status.code)
    return response
  }
}
