import HTTPTypes
import Hummingbird

/// Leads `/traffic` to `/traffic/`.
struct BasePathRedirect: RouterMiddleware {
  let basePath: String

  func handle(
    _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
  ) async throws -> Response {
    if basePath != "/", request.uri.path + "/" == basePath {
      let query = request.uri.query.map { "?" + $0 } ?? ""
      return .redirect(to: basePath + query, type: .permanent)
    }
    return try await next(request, context)
  }
}
