import HTTPTypes
import Hummingbird

/// Refuses what no handler needs to see, and leads `/traffic` to `/traffic/`.
struct RequestGate: RouterMiddleware {
  /// Longest request target, in bytes: a stream of 1,000 interfaces fits.
  static let targetLimit = 65_536
  /// Longest body that is tolerated: none is used, but a client may send one with a GET.
  static let bodyLimit = 65_536

  let basePath: String

  func handle(
    _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
  ) async throws -> Response {
    guard request.uri.string.utf8.count <= Self.targetLimit else {
      throw HTTPProblem(status: .uriTooLong, detail: "the address is longer than \(Self.targetLimit) bytes")
    }
    guard request.method == .get || request.method == .head else {
      throw HTTPProblem(status: .methodNotAllowed, detail: "\(request.method.rawValue) is not served; only GET and HEAD are")
    }
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Self.bodyLimit {
      throw HTTPProblem(status: .contentTooLarge, detail: "a body of \(length) bytes is not read")
    }
    if basePath != "/", request.uri.path + "/" == basePath {
      let query = request.uri.query.map { "?" + $0 } ?? ""
      return .redirect(to: basePath + query, type: .permanent)
    }
    return try await next(request, context)
  }
}
