import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// One TCP connection attempt: resolve, then try the addresses, within one deadline and cancellable at any moment.
///
/// Addresses of both families are tried by turns, IPv6 first, a quarter of a second apart, and the first that answers is taken: NIO's
/// connector implements RFC 8305.
///
/// The channel comes back with automatic reading off, so that no byte is read before its handlers are in place.
struct ConnectAttempt: Sendable {
  let endpoint: DeviceEndpoint
  let timeout: Duration
  let resolver: HostResolver
  let eventLoop: any EventLoop

  /// TCP's own, in seconds. The system's two hours would keep a dead session through any outage, and firewalls forget idle connections
  /// after a minute: sampling intervals may be as long as five.
  enum KeepAlive {
    static let idle = 15
    static let interval = 5
    static let probes = 3
  }

  func run() async throws -> any Channel {
    let outcome = eventLoop.makePromise(of: (any Channel).self)
    let progress = Progress(outcome)
    let resolution = EndpointResolution(resolver: resolver, endpoint: endpoint, eventLoop: eventLoop)
    let connecting = ClientBootstrap(group: eventLoop)
      .resolver(resolution)
      .connectTimeout(timeout.timeAmount)
      .channelOption(.autoRead, value: false)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: KeepAlive.idle)
      .channelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: KeepAlive.interval)
      .channelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: KeepAlive.probes)
      .connect(host: endpoint.host, port: endpoint.port)
    connecting.whenComplete { result in
      switch result {
      case .success(let channel):
        if !progress.settle(.success(channel)) { channel.close(promise: nil) }
      case .failure(let error):
        let failure = Self.failure(error, hasAddress: resolution.hasAddress, timeout: timeout)
        progress.settle(.failure(RouterOSError(device: endpoint, attempted: "connect", failure: failure)))
      }
    }
    return try await withTaskCancellationHandler {
      try await outcome.futureResult.get()
    } onCancel: {
      progress.settle(.failure(CancellationError()))
    }
  }

  /// Settles the outcome once: by the connection or by cancellation, whichever comes first.
  private final class Progress: Sendable {
    private let outcome: EventLoopPromise<any Channel>
    private let isSettled = Mutex(false)

    init(_ outcome: EventLoopPromise<any Channel>) {
      self.outcome = outcome
    }

    /// Whether this result was the one that counted.
    @discardableResult
    func settle(_ result: Result<any Channel, any Error>) -> Bool {
      let isFirst = isSettled.withLock { isSettled in
        defer { isSettled = true }
        return !isSettled
      }
      if isFirst { outcome.completeWith(result) }
      return isFirst
    }
  }
}

extension ConnectAttempt {
  /// Sorts NIO's errors into ours.
  static func failure(_ error: any Error, hasAddress: Bool, timeout: Duration) -> RouterOSFailure {
    if let error = error as? ChannelError, case .connectTimeout = error {
      return hasAddress ? .noConnectionInTime(timeout) : .noAddressInTime(timeout)
    }
    guard let error = error as? NIOConnectionError else { return .unreachable(String(describing: error)) }
    guard !error.connectionErrors.isEmpty else {
      let detail = (error.dnsAAAAError ?? error.dnsAError).map { String(describing: $0) }
      return .noAddress(detail ?? "the name has none")
    }
    let codes = error.connectionErrors.map { ($0.error as? IOError)?.errnoCode }
    if codes.contains(where: { $0 == ECONNREFUSED || $0 == ECONNRESET }) { return .connectionRefused }
    if codes.contains(ETIMEDOUT) { return .noConnectionInTime(timeout) }
    let details = error.connectionErrors.map { "\($0.target.ipAddress ?? "?"): \(describe($0.error))" }
    return .unreachable(details.joined(separator: ", "))
  }

  /// The system's own words, without NIO's decoration.
  static func describe(_ error: any Error) -> String {
    guard let error = error as? IOError else { return String(describing: error) }
    return String(cString: strerror(error.errnoCode))
  }
}

/// Gives NIO's connector the addresses of one endpoint, by family, and remembers whether there were any.
private final class EndpointResolution: Resolver, Sendable {
  private let addresses: EventLoopFuture<[SocketAddress]>
  private let found = Mutex(false)

  init(resolver: HostResolver, endpoint: DeviceEndpoint, eventLoop: any EventLoop) {
    addresses = resolver.resolve(endpoint, on: eventLoop)
    addresses.whenSuccess { [self] addresses in found.withLock { $0 = !addresses.isEmpty } }
  }

  var hasAddress: Bool { found.withLock { $0 } }

  func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
    addresses.map { $0.filter { $0.protocol == .inet } }
  }

  func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
    addresses.map { $0.filter { $0.protocol == .inet6 } }
  }

  func cancelQueries() {}
}
