import NIOCore

/// How long to wait for a session.
struct ConnectionTimeouts: Sendable, Equatable {
  /// For name resolution and the TCP handshake together.
  var connect: Duration
  /// For the TLS handshake, once TCP is connected.
  var handshake: Duration
  /// For the whole login, from the first byte sent.
  var login: Duration
  /// For the end of a command that was cancelled; after it, a device that has sent nothing at all is given up.
  var drain: Duration

  init(
    connect: Duration = .seconds(5), handshake: Duration = .seconds(5), login: Duration = .seconds(5),
    drain: Duration = .seconds(5)
  ) {
    self.connect = connect
    self.handshake = handshake
    self.login = login
    self.drain = drain
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
