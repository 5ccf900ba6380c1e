package import HTTPTypes
import Shared

/// A request that cannot be served, told so that whoever sent it can correct it (RFC 9457).
package struct HTTPProblem: Error, Sendable, Equatable {
  package var status: HTTPResponse.Status
  /// In one sentence, safe to show to whoever asked.
  package var detail: String
  /// The parameter that is wrong.
  package var parameter: String?
  /// What would be accepted.
  package var allowed: String?
  /// Seconds after which to try again.
  package var retryAfter: Int?
  /// The methods that are served, where the one asked for is not.
  package var methods = "GET, HEAD"

  package init(
    status: HTTPResponse.Status, detail: String, parameter: String? = nil, allowed: String? = nil, retryAfter: Int? = nil
  ) {
    self.status = status
    self.detail = detail
    self.parameter = parameter
    self.allowed = allowed
    self.retryAfter = retryAfter
  }

  /// 400: a parameter is missing or wrong.
  package static func badParameter(_ name: String, _ detail: String, allowed: String? = nil) -> HTTPProblem {
    HTTPProblem(status: .badRequest, detail: "\(name): \(detail)", parameter: name, allowed: allowed)
  }

  package static func notFound(_ detail: String, parameter: String? = nil) -> HTTPProblem {
    HTTPProblem(status: .notFound, detail: detail, parameter: parameter)
  }

  /// 503: something that the answer needs does not answer itself.
  package static func unavailable(_ detail: String, retryAfter: Int = 5) -> HTTPProblem {
    HTTPProblem(status: .serviceUnavailable, detail: detail, retryAfter: retryAfter)
  }

  /// `application/problem+json`.
  package var json: [UInt8] {
    var text: [UInt8] = Array(#"{"type":"about:blank","status":\#(status.code),"title":"#.utf8)
    JSONText.append(string: status.reasonPhrase, to: &text)
    for (name, value) in [("detail", detail), ("parameter", parameter), ("allowed", allowed)] {
      guard let value else { continue }
      text += #","\#(name)":"#.utf8
      JSONText.append(string: value, to: &text)
    }
    text += "}\n".utf8
    return text
  }

  /// One line of plain text.
  package var text: String { "\(status.code) \(status.reasonPhrase): \(detail)\n" }

  package var headers: HTTPFields {
    var headers: HTTPFields = [.cacheControl: "no-store"]
    if let retryAfter { headers[.retryAfter] = String(retryAfter) }
    if status == .methodNotAllowed { headers[.allow] = methods }
    return headers
  }
}
