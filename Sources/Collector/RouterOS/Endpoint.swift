import NIOCore
import Shared

/// Where a device listens.
struct DeviceEndpoint: Sendable, Hashable {
  /// A name, or an IPv4 or IPv6 address (without brackets). Names are resolved anew for each connection.
  var host: String
  /// 8728 by default on RouterOS (8729 with TLS).
  var port: Int

  init(host: String, port: Int = 8728) {
    self.host = host
    self.port = port
  }
}

extension DeviceEndpoint: CustomStringConvertible {
  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// How to log in.
struct Credentials: Sendable, Equatable {
  var username: String
  var password: Secret
  /// `true`: name and password at once, as RouterOS 6.43 and later want it. `false`: ask for the MD5 challenge of older ones first.
  var plaintextLogin: Bool

  init(username: String, password: Secret, plaintextLogin: Bool = true) {
    self.username = username
    self.password = password
    self.plaintextLogin = plaintextLogin
  }
}

/// How long to wait for a session.
struct ConnectionTimeouts: Sendable, Equatable {
  /// For name resolution and the TCP handshake together.
  var connect: Duration
  /// For the whole login, from the first byte sent.
  var login: Duration
  /// For the end of a command that was cancelled; after it, a device that has sent nothing at all is given up.
  var drain: Duration

  init(connect: Duration = .seconds(5), login: Duration = .seconds(5), drain: Duration = .seconds(5)) {
    self.connect = connect
    self.login = login
    self.drain = drain
  }
}

/// What lies between the protocol and TCP.
enum TransportSecurity: Sendable, Equatable {
  case plain

  /// Adds the handlers of this kind of transport at the front of a connected channel, before any byte is read. Called on its event loop.
  func configure(_ channel: any Channel) throws {
    switch self {
    case .plain: break
    }
  }
}

extension Duration {
  /// For NIO's timers; never longer than NIO can express.
  var timeAmount: TimeAmount {
    let (seconds, attoseconds) = components
    let whole = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !whole.overflow, whole.partialValue < Int64.max / 2 else { return .nanoseconds(.max / 2) }
    return .nanoseconds(max(0, whole.partialValue + attoseconds / 1_000_000_000))
  }
}
