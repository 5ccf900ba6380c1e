package import HTTPTypes
package import Hummingbird

/// Refuses what no handler needs to see.
package struct RequestGate<Context: RequestContext>: RouterMiddleware {
  /// What a server takes.
  package struct Limits: Sendable {
    package var methods: [HTTPRequest.Method] = [.get, .head]
    /// Longest request target, in bytes: a stream of 1,000 interfaces fits.
    package var target = 65_536
    /// Longest body that is tolerated: none is used, but a client may send one with a GET.
    package var body = 65_536

    package init() {}
  }

  private let limits: Limits

  package init(limits: Limits = Limits()) { self.limits = limits }

  package func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard request.uri.string.utf8.count <= limits.target else {
      throw HTTPProblem(status: .uriTooLong, detail: "the address is longer than \(limits.target) bytes")
    }
    guard limits.methods.contains(request.method) else {
      let served = limits.methods.map(\.rawValue)
      let words = served.dropLast().joined(separator: ", ") + " and " + (served.last ?? "")
      var problem = HTTPProblem(
        status: .methodNotAllowed, detail: "\(request.method.rawValue) is not served; only \(words) are")
      problem.methods = served.joined(separator: ", ")
      throw problem
    }
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limits.body {
      throw HTTPProblem(status: .contentTooLarge, detail: "a body of \(length) bytes is not read")
    }
    return try await next(request, context)
  }
}
