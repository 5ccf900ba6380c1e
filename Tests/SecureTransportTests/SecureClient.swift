import Logging
import NIOCore
import NIOPosix
import SecureTransport
import Synchronization
import Testing

/// Connects to a loopback port the way the product does: automatic reading off until the protocol's handler has come.
final class SecureClient: Sendable {
  let channel: any Channel
  let details: TLSSessionDetails
  private let recorder: Recorder

  private init(_ channel: any Channel, _ details: TLSSessionDetails, _ recorder: Recorder) {
    self.channel = channel
    self.details = details
    self.recorder = recorder
  }

  static func connect(
    _ port: Int, _ policy: TLSPolicy, host: String = "127.0.0.1", timeout: Duration = .seconds(10)
  ) async throws -> SecureClient {
    try await connect(port, TLSClientContext(policy), host: host, timeout: timeout)
  }

  static func connect(
    _ port: Int, _ context: TLSClientContext, host: String = "127.0.0.1", timeout: Duration = .seconds(10)
  ) async throws -> SecureClient {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.autoRead, value: false).connect(host: "127.0.0.1", port: port).get()
    let details = try await channel.eventLoop.flatSubmit {
      context.secure(channel, host: host, timeout: timeout, logger: Logger(label: "test"))
    }.get()
    let recorder = Recorder()
    try await channel.eventLoop.submit {
      try channel.pipeline.syncOperations.addHandler(RecordingHandler(recorder))
      try channel.syncOptions?.setOption(.autoRead, value: true)
    }.get()
    return SecureClient(channel, details, recorder)
  }

  /// The failure that a connection must end in.
  static func failure(
    _ port: Int, _ policy: TLSPolicy, host: String = "127.0.0.1", timeout: Duration = .seconds(10)
  ) async throws -> TLSFailure {
    do {
      let client = try await connect(port, policy, host: host, timeout: timeout)
      await client.close()
    } catch let failure as TLSFailure {
      return failure
    }
    throw Unexpected(description: "a session where there should be none")
  }

  struct Unexpected: Error, CustomStringConvertible {
    var description: String
  }

  var received: [UInt8] { recorder.state.withLock { $0.received } }
  var text: String { String(decoding: received, as: UTF8.self) }
  var failure: TLSFailure? { recorder.state.withLock { $0.failures.first } }
  var isInactive: Bool { recorder.state.withLock { $0.isInactive } }

  func send(_ bytes: some Sequence<UInt8>) async throws {
    try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
  }

  func close() async {
    channel.close(promise: nil)
    try? await channel.closeFuture.get()  // never fails
  }
}

/// What a channel said, readable from a test.
final class Recorder: Sendable {
  struct State {
    var received: [UInt8] = []
    var failures: [TLSFailure] = []
    var isInactive = false
    var events: [String] = []
  }

  let state = Mutex(State())
}

final class RecordingHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let recorder: Recorder

  init(_ recorder: Recorder) {
    self.recorder = recorder
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    recorder.state.withLock { $0.received += bytes.readableBytesView }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    recorder.state.withLock { $0.events.append("\(event)") }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let failure = error as? TLSFailure { recorder.state.withLock { $0.failures.append(failure) } }
  }

  func channelInactive(context: ChannelHandlerContext) {
    recorder.state.withLock { $0.isInactive = true }
  }
}
