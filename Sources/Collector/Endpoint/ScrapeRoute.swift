import HTTPService
import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// `/metrics`: every device of this collector and the collector itself, from memory.
struct ScrapeRoute {
  let services: EndpointServices

  func add(to router: Router<EndpointContext>) { router.get("metrics", use: metrics) }

  @Sendable private func metrics(_ request: Request, _ context: EndpointContext) async throws -> Response {
    let query = try QueryParameters(request.uri.query)
    let devices = query.all("device")
    let known = Set(services.board.names)
    for name in devices where !known.contains(name) {
      throw HTTPProblem.notFound("no device is named \"\(name.prefix(100))\"", parameter: "device")
    }
    let services = services
    return try await Exposition(request, query).response(services.pool) {
      var merge = ExpositionMerge()
      let wanted = devices.isEmpty ? nil : Set(devices)
      for families in services.board.families(of: wanted, steady: services.time.steady) {
        merge.add(families)
      }
      if wanted == nil {
        merge.add(PrometheusText.rendered(services.own.families()).families)
      }
      return merge
    }
  }
}

/// How a client wants families: in which format, whether compressed, and which of them.
struct Exposition: Sendable {
  /// Below this, compressing gains nothing.
  static let smallest = 1024

  let format: ExpositionFormat
  let isCompressed: Bool
  /// Empty: all.
  let names: Set<String>

  init(_ request: Request, _ query: QueryParameters) {
    format = AcceptHeader.format(request.headers)
    isCompressed = AcceptHeader.takesGzip(request.headers)
    names = Set(query.all("name[]"))
  }

  /// Joins what `families` gives, off the event loop, and makes an answer of it.
  func response(_ pool: BlockingPool, _ families: @escaping @Sendable () -> ExpositionMerge) async throws -> Response {
    let (body, isPacked) = try await pool.run {
      var merge = families()
      if !names.isEmpty { merge.keep(only: names) }
      let text = merge.text(format)
      guard isCompressed, text.count >= Self.smallest, let packed = Gzip.compress(text) else {
        return (ByteBuffer(bytes: text), false)
      }
      return (ByteBuffer(bytes: packed), true)
    }
    var headers: HTTPFields = [
      .contentType: format.contentType, .cacheControl: "no-store", .vary: "Accept, Accept-Encoding",
    ]
    if isPacked { headers[.contentEncoding] = "gzip" }
    return Response(status: .ok, headers: headers, body: .init(byteBuffer: body))
  }
}
