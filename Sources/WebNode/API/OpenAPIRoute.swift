import Hummingbird
import Shared

/// `/api/v1/openapi.json`: what this interface takes and answers, for programs (OpenAPI 3.1).
struct OpenAPIRoute {
  private static let freshness = Freshness.seconds(300)

  let document: [UInt8]

  init(basePath: String) { document = Self.document(basePath: basePath) }

  func add(to group: RouterGroup<WebContext>) {
    group.get("openapi.json") { [document] request, _ in
      Response.content(document, type: "application/json", freshness: Self.freshness, request: request)
    }
  }

  /// The stored document, with what only a running node knows: its version and where its paths begin.
  static func document(basePath: String) -> [UInt8] {
    let base = basePath.hasSuffix("/") && basePath != "/" ? String(basePath.dropLast()) : basePath
    return Array(
      String(decoding: PackageResources.openapi_json, as: UTF8.self)
        .replacing(#""servers": [{"url": "/"}]"#, with: #""servers": [{"url": \#(quoted(base))}]"#, maxReplacements: 1)
        .replacing(#""version": "0""#, with: #""version": \#(quoted(Version.current))"#, maxReplacements: 1).utf8)
  }

  private static func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    JSONText.append(string: text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
