import HTTPTypes
package import Hummingbird
import Logging
package import Shared

/// Who may ask for what, as it is in force.
package struct AccessRules: Sendable {
  /// The list that counts for a request.
  package var list: @Sendable (Request) -> AccessList
  /// Whose forwarding headers count.
  package var trustedProxies: AccessList
  /// Knows the addresses of the host names in both.
  package var names: HostNameResolver

  package init(list: @escaping @Sendable (Request) -> AccessList, trustedProxies: AccessList, names: HostNameResolver) {
    self.list = list
    self.trustedProxies = trustedProxies
    self.names = names
  }
}

/// Lets in whom the configuration allows; everybody else gets 403, whatever they ask for.
package struct AccessMiddleware<Context: PeerContext>: RouterMiddleware {
  private let rules: @Sendable () -> AccessRules

  /// - Parameter rules: those in force; asked for each request.
  package init(rules: @escaping @Sendable () -> AccessRules) { self.rules = rules }

  package func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let rules = rules()
    let resolved = rules.names.addresses
    let client = try ClientAddress.resolve(
      peer: context.peer, forwardedFor: Self.values("X-Forwarded-For", request),
      forwarded: Self.values("Forwarded", request), isTrusted: { rules.trustedProxies.allows($0, resolved: resolved) })
    // A Unix socket without forwarding headers: whoever may open the file may look.
    if let client, !rules.list(request).allows(client, resolved: resolved) {
      context.logger.info("Refused", metadata: [LogKey.address: "\(client)", LogKey.path: "\(request.uri.path)"])
      throw HTTPProblem(status: .forbidden, detail: "the address \(client) is not allowed to look at this")
    }
    return try await next(request, context)
  }

  private static func values(_ name: String, _ request: Request) -> [String] {
    HTTPField.Name(name).map { request.headers[values: $0] } ?? []
  }
}
