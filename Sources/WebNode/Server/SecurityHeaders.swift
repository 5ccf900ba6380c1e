import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Puts the security headers on every answer, also on those that the server gives before any handler sees the request. They stand in
/// the application, not only in a proxy: nginx drops outer `add_header` lines as soon as an inner block has one.
final class SecurityHeaders: ChannelOutboundHandler, RemovableChannelHandler {
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; "
    + "manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

  static let all: [HTTPField] = [
    ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "geolocation=(), camera=(), microphone=()"),
  ].compactMap { name, value in HTTPField.Name(name).map { HTTPField(name: $0, value: value) } }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .head(var head) = unwrapOutboundIn(data) else {
      context.write(data, promise: promise)
      return
    }
    for field in Self.all where !head.headerFields.contains(field.name) { head.headerFields.append(field) }
    context.write(wrapOutboundOut(.head(head)), promise: promise)
  }
}
