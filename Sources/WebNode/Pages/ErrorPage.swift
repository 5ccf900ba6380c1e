import HTTPService
import HTTPTypes
import Hummingbird

/// A request that failed, in words, in the look of every page.
struct ErrorPage {
  let problem: HTTPProblem

  func response(_ shell: PageShell) -> Response {
    var fields = shell.fields(title: headline, section: .none)
    fields["code"] = "\(problem.status.code) \(problem.status.reasonPhrase)"
    fields["headline"] = headline
    fields["detail"] = sentence
    fields["advice"] = advice
    fields["allowed"] = problem.allowed ?? false
    fields["again"] = problem.status.kind == .serverError
    return shell.renderer.page("error", fields, status: problem.status)
  }

  private var sentence: String {
    // A parameter is written as it is to be given.
    let isNamed = problem.parameter.map(problem.detail.hasPrefix) ?? false
    let detail = isNamed ? problem.detail : problem.detail.prefix(1).uppercased() + problem.detail.dropFirst()
    return detail.last.map { ".!?".contains($0) } == true ? detail : detail + "."
  }

  private var headline: String {
    switch problem.status {
    case .badRequest: "This address cannot be understood"
    case .forbidden: "Not for this address"
    case .notFound: "Nothing here"
    case .methodNotAllowed: "Only for reading"
    case .serviceUnavailable: "Not available at the moment"
    default: problem.status.kind == .serverError ? "Something went wrong" : "This request cannot be served"
    }
  }

  private var advice: String {
    switch problem.status {
    case .forbidden: "Whoever runs this node can add your network to its list of allowed addresses."
    case .notFound: "The device or interface may have been renamed or removed; the overview lists what there is."
    case .serviceUnavailable: "The other pages keep working. Try again in a few seconds."
    default:
      problem.status.kind == .serverError ? "The log of the node says more." : "The overview is a good place to start again."
    }
  }
}
