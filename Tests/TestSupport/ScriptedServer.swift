internal import Foundation
package import NIOCore
internal import NIOPosix
internal import Synchronization

/// A RouterOS API server on loopback that follows a script: what it must be told, and what it answers, byte by byte if need be.
package final class ScriptedServer: Sendable {
  package enum Step: Sendable {
    /// The next sentence must have these words, apart from its `.tag`, which is remembered as `tag`. `$name` stands for a remembered tag.
    case expect([String], tag: String? = nil)
    /// Sends a sentence, with the `.tag` remembered as `tag` if given; byte by byte with that much time between them, if given.
    case reply([String], tag: String? = nil, every: TimeAmount? = nil)
    case bytes([UInt8])
    /// Sends the bytes one by one, with that much time between them. The script goes on after the last.
    case trickle([UInt8], every: TimeAmount)
    /// Takes that many bytes, whatever they are.
    case take(Int)
    /// Answers that many commands, as `answerEverything` does.
    case answer(Int)
    /// From here on, answers every command with one row `=name=x` and every `/cancel` with its end. The last step of a script.
    case answerEverything
    /// Goes on when the test calls ``proceed()``.
    case pause
    /// Ends the connection in good order (FIN).
    case close
    /// Breaks the connection (RST).
    case reset
  }

  package struct Mismatch: Error, CustomStringConvertible {
    package var description: String
  }

  /// What a device answers to the login of RouterOS 6.43 and later with user `admin` and password `secret`.
  package static let login: [Step] = [
    .expect(["/login", "=name=admin", "=password=secret"]), .reply(["!done"]),
  ]

  private let listener: any Channel
  private let finished: EventLoopPromise<Void>
  private let handlers: Handlers

  package var port: Int { listener.localAddress?.port ?? 0 }

  /// Runs `body` with a server on a free port, then requires that the script was followed to its end.
  ///
  /// - Parameter prepare: puts handlers in front of the script's in each new connection, such as TLS.
  package static func run<Value>(
    _ script: [Step], prepare: @escaping @Sendable (any Channel) throws -> Void = { _ in },
    _ body: (ScriptedServer) async throws -> Value
  ) async throws -> Value {
    let server = try await start(script, prepare: prepare)
    do {
      let value = try await body(server)
      try await server.waitForScript()
      await server.stop()
      return value
    } catch {
      await server.stop()
      throw error
    }
  }

  /// Listens on a free port. The script is for the first connection; later ones are accepted and left alone.
  package static func start(
    _ script: [Step], prepare: @escaping @Sendable (any Channel) throws -> Void = { _ in }
  ) async throws -> ScriptedServer {
    let group = MultiThreadedEventLoopGroup.singleton
    let finished = group.next().makePromise(of: Void.self)
    let handlers = Handlers()
    let listener = try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try prepare(channel)
          guard handlers.isFirst() else { return }
          let handler = ScriptHandler(script, finished)
          handlers.adopt(NIOLoopBound(handler, eventLoop: channel.eventLoop), channel)
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return ScriptedServer(listener, finished, handlers)
  }

  private init(_ listener: any Channel, _ finished: EventLoopPromise<Void>, _ handlers: Handlers) {
    self.listener = listener
    self.finished = finished
    self.handlers = handlers
  }

  /// Lets a paused script go on.
  package func proceed() {
    handlers.proceed()
  }

  /// Waits until the script has been followed to its end.
  ///
  /// - Throws: ``Mismatch`` if the client said something else, left early, or did not get there within a minute: a loaded machine is no
  ///   failure.
  package func waitForScript() async throws {
    let timer = finished.futureResult.eventLoop.scheduleTask(in: .seconds(60)) { [finished] in
      finished.fail(Mismatch(description: "the script was not finished in time"))
    }
    defer { timer.cancel() }
    try await finished.futureResult.get()
  }

  /// Closes the listener and the scripted connection.
  package func stop() async {
    finished.fail(Mismatch(description: "stopped"))
    handlers.close()
    try? await listener.close().get()  // already closed is as good
  }

  /// The first connection's handler, reachable from the test.
  private final class Handlers: Sendable {
    private let state = Mutex<(accepted: Bool, handler: NIOLoopBound<ScriptHandler>?, channel: (any Channel)?)>((false, nil, nil))

    func isFirst() -> Bool {
      state.withLock { state in
        defer { state.accepted = true }
        return !state.accepted
      }
    }

    func adopt(_ handler: NIOLoopBound<ScriptHandler>, _ channel: any Channel) {
      state.withLock { $0 = (true, handler, channel) }
    }

    func proceed() {
      let (handler, channel) = state.withLock { ($0.handler, $0.channel) }
      channel?.eventLoop.execute { handler?.value.proceed() }
    }

    func close() {
      state.withLock { $0.channel }?.close(promise: nil)
    }
  }
}

/// Follows the script on one connection.
private final class ScriptHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var script: ArraySlice<ScriptedServer.Step>
  private let finished: EventLoopPromise<Void>
  private var received: [UInt8] = []
  private var tags: [String: String] = [:]
  private var mayPass = 0
  private var isTrickling = false
  private var context: ChannelHandlerContext?

  init(_ script: [ScriptedServer.Step], _ finished: EventLoopPromise<Void>) {
    self.script = script[...]
    self.finished = finished
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    advance()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    received += unwrapInboundIn(data).readableBytesView
    advance()
  }

  func channelInactive(context: ChannelHandlerContext) {
    if !script.isEmpty { fail("the client left with \(script.count) steps to go") }
    // Whoever leaves in the middle of a trickle has heard enough.
    if isTrickling { finished.succeed() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  func proceed() {
    mayPass += 1
    advance()
  }

  private func advance() {
    guard let context, !isTrickling else { return }
    while let step = script.first {
      switch step {
      case .expect(let words, let tag):
        guard let sentence = WireCodec.takeSentence(from: &received) else { return }
        guard check(sentence, words, tag) else { return }
      case .reply(let words, let tag, let pause):
        let sentence = WireCodec.sentence(words + (tag.map { [".tag=" + (tags[$0] ?? "?")] } ?? []))
        if let pause {
          script = script.dropFirst()
          return trickle(sentence[...], pause, context)
        }
        send(sentence, context)
      case .bytes(let bytes): send(bytes, context)
      case .trickle(let bytes, let pause):
        script = script.dropFirst()
        return trickle(bytes[...], pause, context)
      case .take(let count):
        guard received.count >= count else { return }
        received.removeFirst(count)
      case .answer(let count):
        for done in 0..<count {
          guard answerNext(context) else {
            script[script.startIndex] = .answer(count - done)
            return
          }
        }
      case .answerEverything:
        finished.succeed()
        while answerNext(context) {}
        return
      case .pause:
        guard mayPass > 0 else { return }
        mayPass -= 1
      case .close:
        script = []
        context.close(promise: nil)
      case .reset:
        script = []
        // A linger time of zero turns close into RST.
        guard let socket = context.channel as? any SocketOptionProvider else { return fail("no socket to reset") }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { [channel = context.channel] _ in
          channel.close(promise: nil)
        }
      }
      script = script.dropFirst()
    }
    finished.succeed()
  }

  private func trickle(_ bytes: ArraySlice<UInt8>, _ pause: TimeAmount, _ context: ChannelHandlerContext) {
    isTrickling = !bytes.isEmpty
    guard let byte = bytes.first else { return advance() }
    send([byte], context)
    context.eventLoop.assumeIsolated().scheduleTask(in: pause) { [self] in
      if let context = self.context { trickle(bytes.dropFirst(), pause, context) }
    }
  }

  private func answerNext(_ context: ChannelHandlerContext) -> Bool {
    guard let sentence = WireCodec.takeSentence(from: &received) else { return false }
    let tag = sentence.filter { $0.hasPrefix(".tag=") }
    let row = sentence.first == "/cancel" ? [] : WireCodec.sentence(["!re", "=name=x"] + tag)
    send(row + WireCodec.sentence(["!done"] + tag), context)
    return true
  }

  private func check(_ sentence: [String], _ expected: [String], _ tag: String?) -> Bool {
    let words = sentence.filter { !$0.hasPrefix(".tag=") }
    let wanted = expected.map { word in tags.reduce(word) { $0.replacing("$" + $1.key, with: $1.value) } }
    guard words == wanted else {
      fail("expected \(wanted), got \(words)")
      return false
    }
    if let tag { tags[tag] = sentence.first { $0.hasPrefix(".tag=") }.map { String($0.dropFirst(5)) } }
    return true
  }

  private func fail(_ text: String) {
    script = []
    finished.fail(ScriptedServer.Mismatch(description: text))
  }

  private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
  }
}
