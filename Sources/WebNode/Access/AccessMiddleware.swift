import HTTPTypes
import Hummingbird
import Logging
import Shared

/// Lets in whom the configuration allows; everybody else gets 403, whatever they ask for.
struct AccessMiddleware: RouterMiddleware {
  /// Which list counts.
  enum Purpose: Sendable {
    /// `metrics_allow` for the metrics paths as written, `allow` for everything else.
    case anything
    /// `metrics_allow`: for the handlers of the metrics themselves, however their path was written.
    case metrics
  }

  let purpose: Purpose
  let config: WebNodeConfig
  let names: HostNameResolver

  func handle(
    _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
  ) async throws -> Response {
    let resolved = names.addresses
    let client = try ClientAddress.resolve(
      peer: context.peer, forwardedFor: Self.values("X-Forwarded-For", request),
      forwarded: Self.values("Forwarded", request), isTrusted: { config.trustedProxies.allows($0, resolved: resolved) })
    // A Unix socket without forwarding headers: whoever may open the file may look.
    if let client, !list(request).allows(client, resolved: resolved) {
      context.logger.info("Refused", metadata: [LogKey.address: "\(client)", LogKey.path: "\(request.uri.path)"])
      throw HTTPProblem(status: .forbidden, detail: "the address \(client) is not allowed to look at this")
    }
    return try await next(request, context)
  }

  private func list(_ request: Request) -> AccessList {
    guard let metrics = config.metricsAllow else { return config.allow }
    switch purpose {
    case .metrics: return metrics
    case .anything:
      let isMetrics = ["metrics", "federate", "sd"].contains { request.uri.path == config.basePath + $0 }
      return isMetrics ? metrics : config.allow
    }
  }

  private static func values(_ name: String, _ request: Request) -> [String] {
    HTTPField.Name(name).map { request.headers[values: $0] } ?? []
  }
}
