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

  /// Whether a peer may say whom it speaks for. The peer of a Unix socket (`nil`) counts as this machine.
  package func trusts(_ peer: IPAddress?) -> Bool {
    let resolved = names.addresses
    guard let peer else { return IPAddress.thisMachine.contains { trustedProxies.allows($0, resolved: resolved) } }
    return trustedProxies.allows(peer, resolved: resolved)
  }

  /// Whether a client may ask for what `request` asks for; `nil`: this machine, by a Unix socket.
  func allows(_ client: IPAddress?, _ request: Request) -> Bool {
    let (list, resolved) = (list(request), names.addresses)
    guard let client else { return IPAddress.thisMachine.contains { list.allows($0, resolved: resolved) } }
    return list.allows(client, resolved: resolved)
  }
}

extension IPAddress {
  /// What the peer of a Unix socket stands for: 127.0.0.1, ::1.
  static let thisMachine = [IPAddress(v4: 0x7F00_0001), IPAddress(v6: 1)]
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
    let client = try ClientAddress.resolve(
      peer: context.peer, proxied: ProxyField.name.flatMap { request.headers[$0] },
      forwardedFor: Self.values("X-Forwarded-For", request), forwarded: Self.values("Forwarded", request),
      isTrusted: rules.trusts)
    guard rules.allows(client, request) else {
      let name = client?.description ?? "of a Unix socket"
      context.logger.info("Refused", metadata: [LogKey.address: "\(name)", LogKey.path: "\(request.uri.path)"])
      throw HTTPProblem(status: .forbidden, detail: "the address \(name) is not allowed to look at this")
    }
    return try await next(request, context)
  }

  private static func values(_ name: String, _ request: Request) -> [String] {
    HTTPField.Name(name).map { request.headers[values: $0] } ?? []
  }
}
