import HTTPService
import HTTPTypes
import Hummingbird
import Logging
import Shared

/// How failures look: problem JSON under `/api`, a page elsewhere.
struct ErrorAnswers: Sendable {
  let pages: WebPages
  let services: WebServices

  var middleware: ErrorMiddleware<WebContext> { ErrorMiddleware(known: Self.problem, answer: answer) }

  /// What cannot be read from a root is no fault of the node's.
  @Sendable private static func problem(_ error: any Error, _ context: WebContext) -> HTTPProblem? {
    switch error {
    case let error as FileError:
      context.logger.warning("File cannot be read", metadata: [LogKey.error: "\(error)"])
      return .unavailable("what is stored cannot be read")
    case let error as ArchiveError:
      context.logger.warning("Archive cannot be read", metadata: [LogKey.error: "\(error)"])
      return .unavailable("the archive cannot be read (\(error.code.rawValue)): \(error.advice)")
    default: return nil
    }
  }

  @Sendable private func answer(to problem: HTTPProblem, _ request: Request) -> Response {
    let api = services.config.basePath + "api"
    guard request.uri.path == api || request.uri.path.hasPrefix(api + "/") else {
      return pages.errorPage(problem, request, services)
    }
    return Response(
      status: problem.status, headers: [.contentType: "application/problem+json"],
      body: .init(byteBuffer: .init(bytes: problem.json)))
  }
}
