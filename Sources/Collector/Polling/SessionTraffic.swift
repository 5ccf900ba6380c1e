/// What all sessions with one device have moved, since the collector began with it. Pure.
struct SessionTraffic: Sendable, Equatable {
  private var ended = ConnectionStatistics()
  /// Of the session that stands.
  var present = ConnectionStatistics()

  var bytesSent: UInt64 { ended.bytesSent + present.bytesSent }
  var bytesReceived: UInt64 { ended.bytesReceived + present.bytesReceived }

  /// The session is over; this is what it came to.
  mutating func end(with last: ConnectionStatistics) {
    ended.bytesSent += last.bytesSent
    ended.bytesReceived += last.bytesReceived
    present = ConnectionStatistics()
  }
}
