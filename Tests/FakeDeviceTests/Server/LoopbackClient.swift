import NIOCore
import NIOPosix
import Synchronization
import TestSupport

/// A client of a device over a real socket: everything that comes is kept until it is asked for.
final class LoopbackClient: Sendable {
  private struct State {
    var bytes: [UInt8] = []
    var isClosed = false
    var wasReset = false
  }

  private let channel: any Channel
  private let state: Box

  private final class Box: Sendable {
    let value = Mutex(State())
  }

  private final class Keeper: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let box: Box
    init(_ box: Box) { self.box = box }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let buffer = unwrapInboundIn(data)
      box.value.withLock { $0.bytes += buffer.readableBytesView }
    }
    func channelInactive(context: ChannelHandlerContext) { box.value.withLock { $0.isClosed = true } }
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      if let error = error as? IOError, error.errnoCode == 104 { box.value.withLock { $0.wasReset = true } }
      context.close(promise: nil)
    }
  }

  init(port: Int) async throws {
    let box = Box()
    state = box
    channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { $0.pipeline.addHandler(Keeper(box)) }
      .connect(host: "127.0.0.1", port: port).get()
  }

  func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }
  func say(_ words: String...) async throws { try await send(WireCodec.sentence(words)) }

  /// The next sentence.
  func sentence() async throws -> [String] {
    var found: [String]?
    try await eventually {
      found = state.value.withLock { WireCodec.takeSentence(from: &$0.bytes) }
      return found != nil
    }
    return found ?? []
  }

  /// Everything that came and was not asked for.
  var bytes: [UInt8] { state.value.withLock { $0.bytes } }
  var isClosed: Bool { state.value.withLock { $0.isClosed } }
  var wasReset: Bool { state.value.withLock { $0.wasReset } }

  func close() async throws { if channel.isActive { try await channel.close() } }
}
