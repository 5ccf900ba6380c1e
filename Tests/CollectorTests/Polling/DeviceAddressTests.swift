import Logging
import NIOCore
import NIOPosix
import Shared
import Synchronization
import TestSupport
import Testing

@testable import Collector

/// A name that leads to another address from one session to the next.
@Suite struct DeviceAddressTests {
  /// Accepts every login and ends the session.
  private final class Doorman: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      context.writeAndFlush(NIOAny(ByteBuffer(bytes: WireCodec.sentence(["!done"]))), promise: nil)
      context.close(promise: nil)
    }
  }

  private static func listen(_ host: String, _ port: Int) async throws -> any Channel {
    try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Doorman()) }
      }
      .bind(host: host, port: port).get()
  }

  @Test func aSessionThatGoesElsewhereIsAnEvent() async throws {
    let first = try await Self.listen("127.0.0.1", 0)
    let port = try #require(first.localAddress?.port)
    let second = try await Self.listen("127.0.0.2", port)
    let lookups = Mutex(0)
    let resolver = HostResolver { _, port in
      let count = lookups.withLock { count in
        count += 1
        return count
      }
      // Twice the same, then another for ever.
      return Result { [try SocketAddress(ipAddress: count < 3 ? "127.0.0.1" : "127.0.0.2", port: port)] }
    }
    let device = DeviceConfig(
      name: "gw", endpoint: DeviceEndpoint(host: "gw.example", port: port),
      credentials: Credentials(username: "admin", password: Secret("secret")), billing: .init(day: 1, timeZone: "UTC"))
    let time = TimeSource()
    let recorder = Recorder()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let environment = DevicePoller.Environment(
      recorder: recorder, time: time, grid: SampleGrid(time), group: MultiThreadedEventLoopGroup.singleton,
      resolver: resolver, logger: logger, sampleInterval: 1, metricsInterval: 60,
      releases: ReleaseCheck(nil, time: time, logger: logger))
    let poller = DevicePoller(device, past: DevicePast(), index: 0, of: 1, environment)
    let polling = Task { await poller.run() }
    var events: [EventLine] = []
    try await eventually {
      events += recorder.take().events["gw"] ?? []
      return lookups.withLock { $0 } >= 5
    }
    polling.cancel()
    await polling.value
    events += recorder.take().events["gw"] ?? []
    #expect(
      events.filter { $0.kind == .address }.map(\.text) == ["gw.example is now at 127.0.0.2, it was at 127.0.0.1"])
    try await first.close()
    try await second.close()
  }
}
