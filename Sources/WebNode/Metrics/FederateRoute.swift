import HTTPService
import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// `/federate`: the series that `match[]` selects, with their times, as a Prometheus would give them to another.
struct FederateRoute {
  /// Selectors of one request, and regular expressions in all of them.
  static let selectorLimit = 100
  static let patternLimit = 100

  let services: WebServices

  func add(to group: RouterGroup<WebContext>) { group.get("federate", use: federate) }

  @Sendable private func federate(_ request: Request, _ context: WebContext) async throws -> Response {
    let query = try QueryParameters(request.uri.query)
    let selectors = try Self.selectors(query)
    let snapshot = services.fleet.snapshot()
    let selection = try MetricsSelection(query, snapshot)
    let contents = await MetricsSource(services: services).contents(selection, snapshot)
    let store = services.metrics
    let isHead = request.method == .head
    let (first, rest) = try await store.pool.run {
      let view = store.views.view(selection, contents)
      var federation = Federation(selectors, contents, view)
      var text = [MetricsSegment(text: federation.make())]
      // The length is asked for, and is not known before.
      while isHead, !federation.isDone { text.append(MetricsSegment(text: federation.make())) }
      return (text, federation)
    }
    let answer = ExpositionAnswer(textFor: request)
    guard !rest.isDone else { return try await answer.response(first, store.pool) }
    return answer.response(beginning: first, rest, store.pool)
  }

  private static func selectors(_ query: QueryParameters) throws(HTTPProblem) -> [Selector] {
    let texts = query.values("match[]")
    guard !texts.isEmpty else {
      throw .badParameter("match[]", "missing", allowed: "series selectors such as {__name__=~\"tikwatch_.*\"}")
    }
    guard texts.count <= selectorLimit else {
      throw .badParameter("match[]", "given \(texts.count) times", allowed: "at most \(selectorLimit)")
    }
    var selectors: [Selector] = []
    for text in texts {
      do throws(SelectorError) { selectors.append(try SelectorParser.parse(text)) } catch {
        throw .badParameter("match[]", "\"\(text.prefix(200))\", byte \(error.offset): \(error.message)")
      }
    }
    guard selectors.reduce(0, { $0 + $1.patterns }) <= patternLimit else {
      throw .badParameter("match[]", "too many regular expressions", allowed: "at most \(patternLimit)")
    }
    return selectors
  }
}
