internal import Foundation
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import SecureTransport
internal import Synchronization

/// What lies between the API and TCP at one port.
enum ServiceKind: Sendable {
  /// RouterOS's service `api`.
  case plain
  /// RouterOS's service `api-ssl` with a certificate.
  case tls(TLSServerContext)
  /// RouterOS's service `api-ssl` without one.
  case anonymousTLS(TLSServerContext)

  var context: TLSServerContext? {
    switch self {
    case .plain: nil
    case .tls(let context), .anonymousTLS(let context): context
    }
  }

  /// What follows the address in the line that announces the port.
  var suffix: String {
    switch self {
    case .plain: ""
    case .tls: " tls"
    case .anonymousTLS: " anonymous-tls"
    }
  }
}

/// The listening side of one device. Listens while the device is reachable; its port stays its own all the time.
final class DeviceServer: Sendable {
  let device: FakeDevice
  let address: String
  let port: Int
  let kind: ServiceKind

  /// A visitor that connects and says nothing is not waited for longer.
  private static let handshakeTimeout = Duration.seconds(30)

  private struct State {
    var listener: (any Channel)?
    var sessions: [ObjectIdentifier: any Channel] = [:]
    var isStopped = false
  }

  private let group: any EventLoopGroup
  private let now: @Sendable () -> Double
  private let reservation: PortReservation
  private let state = Mutex(State())

  /// Takes the port; `port` 0 is any free one.
  init(
    device: FakeDevice, address: String, port: Int, kind: ServiceKind = .plain, group: any EventLoopGroup,
    now: @escaping @Sendable () -> Double
  ) throws(ListenError) {
    self.device = device
    self.kind = kind
    self.address = address
    self.group = group
    self.now = now
    reservation = try PortReservation(address: address, port: port)
    self.port = reservation.port
  }

  /// Begins to listen, unless the device is not reachable now, and follows the device's times of being away.
  func start() async throws(ListenError) {
    if device.isReachable(at: now()) { try await listen() }
    guard device.isEverAway else { return }
    let loop = group.next()
    loop.scheduleRepeatedAsyncTask(initialDelay: .milliseconds(50), delay: .milliseconds(50)) { [weak self] _ in
      guard let self else { return loop.makeSucceededVoidFuture() }
      return self.follow(on: loop)
    }
  }

  /// Closes the listener and all sessions.
  func stop() async {
    let channels = state.withLock { state in
      state.isStopped = true
      return Array(state.sessions.values) + (state.listener.map { [$0] } ?? [])
    }
    // Closing what is closed already is no failure.
    for channel in channels { try? await channel.close() }
  }

  private func listen() async throws(ListenError) {
    do { try await bind().get() } catch { throw ListenError(address, port, Self.reason(error)) }
  }

  private func bind() -> EventLoopFuture<Void> {
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { [device, now, kind, weak self] channel in
        self?.remember(channel)
        return channel.eventLoop.makeCompletedFuture {
          if let context = kind.context {
            let handler = try context.makeHandler(timeout: Self.handshakeTimeout, logger: Self.silent)
            try channel.pipeline.syncOperations.addHandler(handler)
          }
          try channel.pipeline.syncOperations.addHandler(SessionHandler(device: device, now: now))
        }
      }
    return bootstrap.bind(host: address, port: port).map { channel in
      let isStopped = self.state.withLock { state in
        state.listener = channel
        return state.isStopped
      }
      if isStopped { channel.close(promise: nil) }
    }
  }

  /// Listens or not, as the device is reachable or not.
  private func follow(on loop: any EventLoop) -> EventLoopFuture<Void> {
    let isReachable = device.isReachable(at: now())
    let (listener, isStopped) = state.withLock { ($0.listener, $0.isStopped) }
    if isStopped || isReachable == (listener != nil) { return loop.makeSucceededVoidFuture() }
    // A bind that fails is tried again at the next tick.
    if isReachable { return bind().recover { _ in }.hop(to: loop) }
    let sessions = state.withLock { state in
      state.listener = nil
      return Array(state.sessions.values)
    }
    for session in sessions { Self.reset(session) }
    return listener?.close().recover { _ in }.hop(to: loop) ?? loop.makeSucceededVoidFuture()
  }

  /// Visitors that fail are a device's everyday life.
  private static let silent = Logger(label: "tikwatch-fakedevice") { _ in SwiftLogNoOpLogHandler() }

  private func remember(_ channel: any Channel) {
    let key = ObjectIdentifier(channel)
    state.withLock { $0.sessions[key] = channel }
    channel.closeFuture.whenComplete { [weak self] _ in
      self?.state.withLock { state in _ = state.sessions.removeValue(forKey: key) }
    }
  }

  private static func reset(_ channel: any Channel) {
    guard let options = channel as? any SocketOptionProvider else { return channel.close(promise: nil) }
    options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
  }

  private static func reason(_ error: any Error) -> String {
    (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? String(describing: error)
  }
}

extension FakeDevice {
  /// Whether there are times at which the device is not reachable.
  var isEverAway: Bool { !(data.reboots ?? []).isEmpty || data.allFaults.contains { $0.kind == .refuse } }
}
