import Logging
import NIOCore
import NIOEmbedded
import TestSupport

@testable import SecureTransport

/// Both ends in memory: every byte between them passes through the test's hands.
final class EmbeddedPair {
  let client: EmbeddedChannel
  let server: EmbeddedChannel
  let serverHandler: TLSHandler
  let clientHandshake: EventLoopFuture<TLSSessionDetails>
  let serverHandshake: EventLoopFuture<TLSSessionDetails>
  /// Bytes that have passed to the client.
  private(set) var toClient = 0
  /// Errors that came out of either pipeline.
  private(set) var failures: [TLSFailure] = []

  static func make(_ policy: TLSPolicy = .encryptOnly, tls13: Bool = true, host: String = "router.test") throws -> EmbeddedPair {
    let pair = try TestCertificates.shared.right
    let server =
      policy == .anonymous
      ? try TLSServerContext.anonymous()
      : try TLSServerContext(certificateFile: pair.certificate, keyFile: pair.key, tls13: tls13)
    return try EmbeddedPair(TLSClientContext(policy), server, host: host)
  }

  init(_ clientContext: TLSClientContext, _ serverContext: TLSServerContext, host: String) throws {
    client = EmbeddedChannel()
    server = EmbeddedChannel()
    let serverPromise = server.eventLoop.makePromise(of: TLSSessionDetails.self)
    serverHandshake = serverPromise.futureResult
    let logger = Logger(label: "test")
    serverHandler = try serverContext.makeHandler(timeout: .seconds(5), handshake: serverPromise, logger: logger)
    try server.pipeline.syncOperations.addHandler(serverHandler)
    try server.connect(to: SocketAddress(unixDomainSocketPath: "s")).wait()
    try client.connect(to: SocketAddress(unixDomainSocketPath: "c")).wait()
    clientHandshake = clientContext.secure(client, host: host, timeout: .seconds(5), logger: logger)
  }

  /// A channel that is not closed holds itself, and its session with it.
  deinit {
    client.close(promise: nil)
    server.close(promise: nil)
    client.embeddedEventLoop.run()
    server.embeddedEventLoop.run()
  }

  /// Carries everything that waits to the other side, in pieces of `size` bytes, until nothing waits. `change` may replace what the client gets.
  func pump(pieces size: Int = .max, change: (inout [UInt8]) -> Void = { _ in }) throws {
    while true {
      let up = try take(client)
      var down = try take(server)
      if up.isEmpty, down.isEmpty { return }
      change(&down)
      toClient += down.count
      deliver(up, to: server, size)
      deliver(down, to: client, size)
    }
  }

  func take(_ channel: EmbeddedChannel) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while let buffer = try channel.readOutbound(as: ByteBuffer.self) { bytes += buffer.readableBytesView }
    return bytes
  }

  func deliver(_ bytes: [UInt8], to channel: EmbeddedChannel, _ size: Int = .max) {
    var rest = bytes[...]
    while !rest.isEmpty {
      do {
        try channel.writeInbound(ByteBuffer(bytes: rest.prefix(size)))
      } catch let failure as TLSFailure {
        failures.append(failure)
      } catch {}  // a channel that a failure has closed takes no more
      rest = rest.dropFirst(size)
    }
  }

  /// The plain text that has come out at one side.
  func plain(_ channel: EmbeddedChannel) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while let buffer = try channel.readInbound(as: ByteBuffer.self) { bytes += buffer.readableBytesView }
    return bytes
  }

  /// Ends the TCP connection below the client, as the peer's end or crash would.
  func cutClient() {
    client.pipeline.fireChannelInactive()
    noteFailures()
  }

  func noteFailures() {
    do {
      try client.throwIfErrorCaught()
    } catch let failure as TLSFailure {
      failures.append(failure)
    } catch {}  // only failures of TLS are looked at
  }
}
