package import NIOCore
internal import NIOPosix
internal import Synchronization

/// An HTTP server on loopback that gives a body to every GET and swallows that of every POST, one request to a connection.
package final class TransferServer: Sendable {
  private let listener: any Channel
  private let counts = Mutex<[String: Int]>([:])

  /// Stays known after the end.
  package let port: Int
  package var url: String { "\(isSecured ? "https" : "http")://127.0.0.1:\(port)/file" }
  private let isSecured: Bool

  /// How many requests with this method have been answered.
  package func count(_ method: String) -> Int { counts.withLock { $0[method] ?? 0 } }

  /// - Parameters:
  ///   - size: bytes of the body.
  ///   - status: of an answer, by method and size of the request's body.
  ///   - body: in place of `size` bytes.
  ///   - secure: adds TLS to the channel of a connection.
  package static func start(
    size: Int = 1 << 20, status: @escaping @Sendable (_ method: String, _ length: Int) -> Int = { _, _ in 200 },
    body: String? = nil, secure: (@Sendable (any Channel) throws -> Void)? = nil
  ) async throws -> TransferServer {
    let answered = Answered()
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try secure?(channel)
          let body = body.map(ByteBuffer.init(string:)) ?? ByteBuffer(repeating: 7, count: size)
          try channel.pipeline.syncOperations.addHandler(TransferHandler(body: body, status: status) { answered.note($0) })
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let server = TransferServer(listener, isSecured: secure != nil)
    answered.action.withLock { $0 = { [weak server] method in server?.counts.withLock { $0[method, default: 0] += 1 } } }
    return server
  }

  private init(_ listener: any Channel, isSecured: Bool) {
    (self.listener, self.isSecured) = (listener, isSecured)
    port = listener.localAddress?.port ?? 0
  }

  package func stop() async { try? await listener.close().get() }

  /// Where handlers tell what they have answered.
  private final class Answered: Sendable {
    let action = Mutex<@Sendable (String) -> Void>({ _ in })
    func note(_ method: String) { action.withLock { $0 }(method) }
  }
}

private final class TransferHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let body: ByteBuffer
  private let status: @Sendable (String, Int) -> Int
  private let onAnswer: @Sendable (String) -> Void
  private var head: [UInt8] = []
  private var method: String?
  private var length = 0
  private var rest = 0

  init(body: ByteBuffer, status: @escaping @Sendable (String, Int) -> Int, onAnswer: @escaping @Sendable (String) -> Void) {
    self.body = body
    self.status = status
    self.onAnswer = onAnswer
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data).readableBytesView
    if method != nil {
      rest -= bytes.count
    } else {
      head += bytes
      let mark = Array("\r\n\r\n".utf8)
      guard let end = head.indices.first(where: { head[$0...].starts(with: mark) }) else { return }
      let lines = String(decoding: head[..<end], as: UTF8.self).split(separator: "\r\n")
      method = lines.first.flatMap { $0.split(separator: " ").first.map(String.init) } ?? ""
      let line = lines.first { $0.lowercased().hasPrefix("content-length:") }
      length = line.flatMap { Int($0.dropFirst(15).filter(\.isNumber)) } ?? 0
      rest = length - (head.count - end - mark.count)
    }
    if rest <= 0, let method { answer(method, context) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func answer(_ method: String, _ context: ChannelHandlerContext) {
    let count = method == "GET" ? body.readableBytes : 0
    var buffer = ByteBuffer(
      string: "HTTP/1.1 \(status(method, length)) X\r\nContent-Length: \(count)\r\nConnection: close\r\n\r\n")
    if count > 0 { buffer.writeImmutableBuffer(body) }
    onAnswer(method)
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(buffer)).whenComplete { _ in channel.close(promise: nil) }
  }
}
