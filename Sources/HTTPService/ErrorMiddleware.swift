package import Hummingbird
import Logging
import Shared

/// Turns every failure into an answer. Nothing that a request does ends in an answer without words.
package struct ErrorMiddleware<Context: RequestContext>: RouterMiddleware {
  private let known: @Sendable (any Error, Context) -> HTTPProblem?
  private let answer: @Sendable (HTTPProblem, Request) -> Response

  /// - Parameters:
  ///   - known: what an error of the server's own means; `nil` for one that should not have happened.
  ///   - answer: the body for a problem; its status and headers are set afterwards.
  package init(
    known: @escaping @Sendable (any Error, Context) -> HTTPProblem? = { _, _ in nil },
    answer: @escaping @Sendable (HTTPProblem, Request) -> Response
  ) {
    self.known = known
    self.answer = answer
  }

  package func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch {
      let problem = problem(error, request, context)
      var response = answer(problem, request)
      response.status = problem.status
      for field in problem.headers { response.headers[field.name] = field.value }
      return request.method == .head ? response.createHeadResponse() : response
    }
  }

  private func problem(_ error: any Error, _ request: Request, _ context: Context) -> HTTPProblem {
    switch error {
    case let problem as HTTPProblem: return problem
    case let error as HTTPError:
      let detail = error.status == .notFound ? "there is nothing at this address" : error.body ?? error.status.reasonPhrase
      return HTTPProblem(status: error.status, detail: detail)
    default:
      if let problem = known(error, context) { return problem }
      context.logger.error("Request failed", metadata: [LogKey.path: "\(request.uri.path)", LogKey.error: "\(error)"])
      return HTTPProblem(status: .internalServerError, detail: "the request failed; the log says why")
    }
  }
}
