import HTTPTypes
import Hummingbird
import Logging
import Shared

/// Turns every failure into an answer: problem JSON under `/api`, a page elsewhere. Nothing that a request does ends in an
/// answer without words.
struct ErrorMiddleware: RouterMiddleware {
  let pages: WebPages
  let services: WebServices

  func handle(
    _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch {
      return answer(to: problem(error, request, context), request)
    }
  }

  private func problem(_ error: any Error, _ request: Request, _ context: WebContext) -> HTTPProblem {
    switch error {
    case let problem as HTTPProblem: return problem
    case let error as HTTPError:
      let detail = error.status == .notFound ? "there is nothing at this address" : error.body ?? error.status.reasonPhrase
      return HTTPProblem(status: error.status, detail: detail)
    case let error as FileError:
      context.logger.warning("File cannot be read", metadata: [LogKey.error: "\(error)"])
      return .unavailable("what is stored cannot be read")
    case let error as ArchiveError:
      context.logger.warning("Archive cannot be read", metadata: [LogKey.error: "\(error)"])
      return .unavailable("the archive cannot be read (\(error.code.rawValue)): \(error.advice)")
    default:
      context.logger.error("Request failed", metadata: [LogKey.path: "\(request.uri.path)", LogKey.error: "\(error)"])
      return HTTPProblem(status: .internalServerError, detail: "the request failed; the log of the node says why")
    }
  }

  private func answer(to problem: HTTPProblem, _ request: Request) -> Response {
    let isAPI = request.uri.path.hasPrefix(services.config.basePath + "api/")
    var response: Response
    if isAPI {
      response = Response(
        status: problem.status, headers: [.contentType: "application/problem+json"],
        body: .init(byteBuffer: .init(bytes: problem.json)))
    } else {
      response = pages.errorPage(problem, request, services)
      response.status = problem.status
    }
    for field in problem.headers { response.headers[field.name] = field.value }
    return request.method == .head ? response.createHeadResponse() : response
  }
}
