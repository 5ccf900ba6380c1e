package import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
package import Shared

/// What stands before the requests of a server's connections.
package struct ConnectionGuards: Sendable {
  /// Counts all connections of the process.
  package var keeper: ConnectionKeeper
  /// Whether a peer (`nil`: a Unix socket's) may say whom it speaks for, by the rules in force.
  package var trusts: @Sendable (IPAddress?) -> Bool
  /// Stand in answers that are given before there is a request, too.
  package var fields: [HTTPField]

  package init(keeper: ConnectionKeeper, trusts: @escaping @Sendable (IPAddress?) -> Bool, fields: [HTTPField] = []) {
    self.keeper = keeper
    self.trusts = trusts
    self.fields = fields
  }

  /// A whole answer, for where nothing else can make one.
  func rawAnswer(_ problem: HTTPProblem) -> [UInt8] {
    let body = Array(problem.text.utf8)
    var text = "HTTP/1.1 \(problem.status.code) \(problem.status.reasonPhrase)\r\n"
    for field in fields + problem.headers { text += "\(field.name.rawName): \(field.value)\r\n" }
    text += "Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: \(body.count)\r\n\r\n"
    return Array(text.utf8) + body
  }
}

/// An HTTP/1.1 connection as the library makes it, with our guards in front of and between its handlers.
struct GuardedChannel: ServerChildChannel {
  let base: HTTP1Channel
  let guards: ConnectionGuards
  let limits: ConnectionLimits

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    base.setup(channel: channel, logger: logger).flatMapThrowing { value in
      let pipeline = channel.pipeline.syncOperations
      let connection = ConnectionState()
      let start = RequestStartHandler(guards, patience: limits.request, connection: connection)
      let proxy = ProxyHeaderHandler(trusts: guards.trusts, patience: limits.proxyHeader, connection: connection, logger: logger)
      try pipeline.addHandler(start, position: .first)
      try pipeline.addHandler(proxy, position: .first)
      let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
      try pipeline.addHandler(RequestHeadCheck(connection: connection), position: .before(codec))
      let state = try pipeline.handler(type: HTTPConnectionStateHandler.self)
      try pipeline.addHandler(RequestWatch(connection: connection), position: .before(state))
      return value
    }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
