import HTTPTypes
import Hummingbird

/// Puts the security headers on every answer, errors included. They stand in the application, not only in a proxy: nginx drops
/// outer `add_header` lines as soon as an inner block has one.
struct SecurityHeaders: RouterMiddleware {
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; "
    + "manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

  private static let fields: [(name: HTTPField.Name, value: String)] = [
    ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "geolocation=(), camera=(), microphone=()"),
  ].compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }

  func handle(
    _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    for (name, value) in Self.fields where !response.headers.contains(name) { response.headers[name] = value }
    return response
  }
}
