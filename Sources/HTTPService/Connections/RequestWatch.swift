import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Notes which requests are under way, puts the source that a PROXY header named into each, and gives what is no request the answer that
/// says why: the server by itself answers 400 to all of it.
final class RequestWatch: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// How long a client that was refused may take to read why.
  private static let farewell = TimeAmount.seconds(1)

  private let connection: ConnectionState
  private var refusalBody: ByteBuffer?
  /// The answer refuses a body, which will not be read.
  private var endsEarly = false

  init(connection: ConnectionState) { self.connection = connection }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(var head):
      connection.requests += 1
      if let name = ProxyField.name { head.headerFields[name] = ProxyField.value(connection.source) }
      context.fireChannelRead(wrapInboundOut(.head(head)))
    case .body: context.fireChannelRead(data)
    case .end:
      connection.onRequestEnd()
      context.fireChannelRead(data)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is HTTPParserError || error is HTTP1TypeConversionError else { return context.fireErrorCaught(error) }
    connection.isRefused = true
    connection.refusal = connection.refusal ?? problem(error)
    context.fireErrorCaught(error is HTTPParserError ? error : HTTPParserError.unknown)
  }

  private func problem(_ error: any Error) -> HTTPProblem {
    switch error as? HTTPParserError {
    case .headerOverflow where !connection.hasLine: HTTPProblem(status: .uriTooLong, detail: "the address is too long")
    case .headerOverflow: HTTPProblem(status: .requestHeaderFieldsTooLarge, detail: "the headers are too long, or too many")
    case .invalidVersion:
      HTTPProblem(status: .httpVersionNotSupported, detail: "only HTTP/1.1 and HTTP/1.0 are spoken")
    default: HTTPProblem(status: .badRequest, detail: "what came is no HTTP request")
    }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head) where isServersOwn(head):
      guard let refusal = connection.refusal else { return context.write(data, promise: promise) }
      let body = ByteBuffer(string: refusal.text)
      refusalBody = body
      var answer = HTTPResponse(status: refusal.status, headerFields: refusal.headers)
      answer.headerFields[.connection] = "close"
      answer.headerFields[.contentType] = "text/plain; charset=utf-8"
      answer.headerFields[.contentLength] = String(body.readableBytes)
      context.write(wrapOutboundOut(.head(answer)), promise: promise)
    case .head(var head) where head.status == .contentTooLarge:
      endsEarly = true
      head.headerFields[.connection] = "close"
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .end:
      if let body = refusalBody { context.write(wrapOutboundOut(.body(body)), promise: nil) }
      if refusalBody != nil || endsEarly {
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.farewell) { channel.close(promise: nil) }
      }
      if refusalBody == nil, connection.requests > 0 { connection.requests -= 1 }
      refusalBody = nil
      context.write(data, promise: promise)
    default: context.write(data, promise: promise)
    }
  }

  /// The answer that the server gives to what its decoder refuses; ours say more.
  private func isServersOwn(_ head: HTTPResponse) -> Bool {
    head.status == .badRequest && head.headerFields.count == 2 && head.headerFields[.contentLength] == "0"
      && head.headerFields[.connection] == "close"
  }
}
