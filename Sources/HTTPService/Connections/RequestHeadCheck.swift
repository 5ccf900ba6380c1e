import HTTPTypes
import NIOCore
import NIOHTTP1

/// Refuses heads of requests that the decoder lets pass and that mean different things to different servers, and lets those end their
/// connection after the answer that say so in whatever spelling (RFC 9112).
final class RequestHeadCheck: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let connection: ConnectionState
  /// The connection ends with the answer to the request that came last.
  private var isLast = false
  private var isOld = false

  init(connection: ConnectionState) { self.connection = connection }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !connection.isRefused else { return }
    guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
    // Whoever announces the end has nothing more to ask.
    guard !isLast else { return }
    if let problem = Self.problem(head) {
      connection.isRefused = true
      connection.refusal = problem
      return context.fireErrorCaught(HTTPParserError.unknown)
    }
    isOld = head.version.minor == 0
    if isOld || !head.headers["Upgrade"].isEmpty || head.headers[canonicalForm: "Connection"].contains(where: Self.isClose) {
      isLast = true
      head.headers.replaceOrAdd(name: "Connection", value: "close")
    }
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard isLast, case .head(var head) = unwrapOutboundIn(data), head.status.code >= 200 else {
      return context.write(data, promise: promise)
    }
    head.headers.replaceOrAdd(name: "Connection", value: "close")
    // Chunks are nothing that HTTP/1.0 knows: its answers end with the connection.
    if isOld { head.version = .http1_0 }
    context.write(wrapOutboundOut(.head(head)), promise: promise)
  }

  private static func isClose(_ token: Substring) -> Bool { token.lowercased() == "close" }

  /// What is wrong with it; `nil`: nothing.
  static func problem(_ head: HTTPRequestHead) -> HTTPProblem? {
    guard head.version.major == 1 else {
      return HTTPProblem(status: .httpVersionNotSupported, detail: "only HTTP/1.1 and HTTP/1.0 are spoken")
    }
    let hosts = head.headers["Host"]
    if hosts.count > 1 { return bad("more than one Host header") }
    if hosts.isEmpty, head.version.minor >= 1 { return bad("no Host header") }
    if let host = hosts.first, !isAuthority(host) { return bad("a Host header that names no host") }
    if head.method == .CONNECT {
      return HTTPProblem(status: .methodNotAllowed, detail: "CONNECT is not served; only GET and HEAD are")
    }
    let lower = head.uri.prefix(8).lowercased()
    guard head.uri.hasPrefix("/") || head.uri == "*" || lower.hasPrefix("http://") || lower.hasPrefix("https://") else {
      return bad("an address that is neither a path nor an http URL")
    }
    // Also where it is an error, the decoder may not say so: a length and chunks, or two lengths, hide a second request.
    let lengths = head.headers["Content-Length"]
    let codings = head.headers[canonicalForm: "Transfer-Encoding"]
    if lengths.count > 1 || !lengths.isEmpty && !codings.isEmpty { return bad("more than one length of its body") }
    if codings.count > 1 || codings.contains(where: { $0.lowercased() != "chunked" }) {
      return HTTPProblem(status: .notImplemented, detail: "a transfer coding other than chunked")
    }
    if !codings.isEmpty, head.version.minor == 0 { return bad("chunks in HTTP/1.0") }
    return nil
  }

  private static func bad(_ detail: String) -> HTTPProblem {
    HTTPProblem(status: .badRequest, detail: "the request has \(detail)")
  }

  /// Host and port in characters that RFC 3986 has for them; empty is allowed.
  private static func isAuthority(_ text: String) -> Bool {
    text.utf8.count <= 512
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "-._~%!$&'()*+,;=:[]".utf8.contains(byte)
        }
      }
  }
}
