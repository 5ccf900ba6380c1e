import HTTPService
import HTTPTypes
import Hummingbird
import Shared

/// `/probe?module=&target=`: one device, asked now.
struct ProbeRoute {
  /// What Prometheus says about its own patience.
  private static let timeoutField = HTTPField.Name("X-Prometheus-Scrape-Timeout-Seconds")
  /// Of that patience, for the way.
  private static let margin = 0.5

  let services: EndpointServices

  func add(to router: Router<EndpointContext>) { router.get("probe", use: probe) }

  @Sendable private func probe(_ request: Request, _ context: EndpointContext) async throws -> Response {
    let query = try QueryParameters(request.uri.query)
    let config = services.config
    switch ProbeVerdict(modules: query.values("module"), targets: query.values("target"), config: config) {
    case .refused(let refusal):
      services.own.countProbe("refused")
      return answer(refusal)
    case .granted(let grant):
      let patience = patience(request, config.endpoint.probe)
      switch await services.probes.probe(grant, config.endpoint.probe, patience: patience) {
      case .success(let families):
        services.own.countProbe("success")
        return try await Exposition(request, query).response(services.pool) {
          var merge = ExpositionMerge()
          merge.add(families)
          return merge
        }
      case .failure(let refusal):
        services.own.countProbe(refusal.status == 403 ? "refused" : "failed")
        return answer(refusal)
      }
    }
  }

  private func answer(_ refusal: ProbeRefusal) -> Response {
    .plain("Error: \(refusal.message)\n", refusal.status == 403 ? .forbidden : .serviceUnavailable)
  }

  /// As long as a probe may take, and less where the scraper gives up sooner.
  private func patience(_ request: Request, _ config: ProbeConfig) -> Duration {
    let limit = Double(config.deadline)
    guard let field = Self.timeoutField, let asked = request.headers[field].flatMap({ Double($0) }), asked.isFinite else {
      return .seconds(limit)
    }
    return .seconds(min(limit, max(0.5, asked - Self.margin)))
  }
}
