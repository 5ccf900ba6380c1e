import HTTPService
import HTTPTypes
import Hummingbird

/// What the pages add to the server: their routes and the look of errors.
struct WebPages: Sendable {
  /// Adds the routes of pages and assets below the base path.
  var addRoutes: @Sendable (RouterGroup<WebContext>, WebServices) -> Void = { _, _ in }

  /// The answer to a request that failed; its status is set afterwards.
  var errorPage: @Sendable (HTTPProblem, Request, WebServices) -> Response = { problem, _, _ in
    Response(
      status: problem.status, headers: [.contentType: "text/plain; charset=utf-8"],
      body: .init(byteBuffer: .init(string: "\(problem.status.code) \(problem.status.reasonPhrase): \(problem.detail)\n")))
  }
}
